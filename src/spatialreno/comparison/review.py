"""What a reviewer should know of an option before believing its numbers: findings, and the sentences that tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from spatialreno.area import gate_spans
from spatialreno.land import conflict_lines

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog
    from spatialreno.scenario import Bill

_MOST_NAMED = 5


class Finding(NamedTuple):
    """One finding: its row of the table ``findings``, and the values that its sentence tells.

    Attributes
    ----------
    finding
        Key of the catalog table ``findings``.
    values
        Numbers and names; ``Things`` and lists of them are written out in the language of the reader.
    """

    finding: str
    values: Mapping[str, Any]


class Things(NamedTuple):
    """Things of a layer, and what is done to them if anything is."""

    layer: str
    ids: tuple[str, ...]
    verb: str = ""


def sentence(catalog: Catalog, found: Finding, lang: str = "zh") -> str:
    """Tell a finding in Chinese or English, in the words of the catalog.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> sentence(read_catalog(), Finding("kept", {"count": 2}))
    '2 处所选要素不可拆除，予以保留'
    >>> sentence(read_catalog(), Finding("kept", {"count": 2}), "en")
    '2 of the things chosen may not be taken down and stay'
    """
    texts = {row["finding"]: row for row in catalog.rows("findings")}
    values = {key: _worded(catalog, value, lang) for key, value in found.values.items()}
    return texts[found.finding][f"title_{lang}"].format_map(values)


def _worded(catalog: Catalog, value: Any, lang: str) -> Any:
    if isinstance(value, Things):
        verbs = {row["verb"]: row[f"title_{lang}"] for row in catalog.rows("verbs")}
        words = (verbs.get(value.verb, ""), catalog.layers[value.layer].title(lang), _few(value.ids, lang))
        return " ".join(word for word in words if word)
    if isinstance(value, list):
        return ("；" if lang == "zh" else "; ").join(str(_worded(catalog, one, lang)) for one in value)
    return _few(value, lang) if isinstance(value, tuple) else value


def _few(ids: tuple[str, ...], lang: str) -> str:
    named, more = ids[:_MOST_NAMED], len(ids) > _MOST_NAMED
    if lang == "zh":
        return "、".join(named) + (f" 等 {len(ids)} 处" if more else "")
    return ", ".join(named) + (f" and {len(ids) - _MOST_NAMED} more" if more else "")


def review(today: StudyArea, acts: pd.DataFrame, bill: Bill) -> list[Finding]:
    """List what an option's bill of quantities gives rise to.

    Parameters
    ----------
    today
        The area as it is.
    acts
        The option's ledger.
    bill
        The lines of this option alone.
    """
    limit = today.catalog.constants["demolition_share_max"]
    gone = acts[(acts["verb"] == "demolish") & (acts["layer"] == "buildings")]["id"].drop_duplicates()
    total = float(today.buildings["floor_area_m2"].sum())
    share = float(today.buildings["floor_area_m2"].reindex(gone).sum()) / total if total else 0.0
    found = []
    if share > limit:
        found.append(Finding("demolished_share", {"share": share, "limit": limit}))
    kept = int((acts["verb"] == "keep").sum())
    if kept:
        found.append(Finding("kept", {"count": kept}))
    rows = bill.unpriced
    if len(rows):
        things = [Things(row["layer"], tuple(row["ids"]), row["verb"]) for row in rows.to_dict("records")]
        found.append(Finding("unpriced", {"count": sum(map(len, rows["ids"])), "things": things}))
    return found


def gate_findings(today: StudyArea, after: StudyArea) -> list[Finding]:
    """Name what a plan builds along a wall with a gate: the gate opens it, too."""
    known = {(row.gate, row.wall) for row in gate_spans(today).itertuples()}
    spans = gate_spans(after)
    new = [row for row in spans[spans["beside"]].itertuples() if (row.gate, row.wall) not in known]
    return [Finding("gate_beside", {"wall": row.wall, "gate": row.gate}) for row in new]


def lane_findings(today: StudyArea, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[Finding]:
    """List the paths that a plan leaves narrower between what stands than it declares them.

    Parameters
    ----------
    today
        The area as it is.
    before, after
        ``lane_widths`` of today and of the option. What falls short today already, and is declared no
        wider, is no finding about the plan.
    """
    limit = today.catalog.constants["lane_short_m"]
    declared = after["width_m"].astype("float64")
    short = after[declared - after["clear_width_m"] > limit]
    known = before.reindex(short.index)
    was_short = known["width_m"].astype("float64") - known["clear_width_m"].astype("float64") > limit
    new = short[~was_short | (short["width_m"].astype("float64") > known["width_m"].astype("float64"))]
    return [_lane_finding(str(name), row) for name, row in new.iterrows()]


def _lane_finding(name: str, row: pd.Series) -> Finding:
    beside = tuple(dict.fromkeys(str(row[side]) for side in ("left", "right") if isinstance(row[side], str)))
    values = {
        "lane": f"{name} {row['name']}" if isinstance(row["name"], str) else name,
        "declared_m": row["width_m"], "clear_m": row["clear_width_m"], "at_m": row["at_m"], "beside": beside,
    }  # fmt: skip
    return Finding("lane_short", values)


def fire_findings(blockers: gpd.GeoDataFrame) -> list[Finding]:
    """Name the obstacle that keeps a fire engine from the most households."""
    first = blockers[blockers["households_behind"] > 0].head(1)
    return [
        Finding(
            "fire_blocked_alone" if row["households_gained"] else "fire_blocked",
            {"obstacle": name, "behind": row["households_behind"], "gained": row["households_gained"]},
        )
        for name, row in first.iterrows()
    ]


def told(
    area: StudyArea, found: Iterable[tuple[str, Finding]], conflicts: Mapping[str, gpd.GeoDataFrame], lang: str
) -> list[tuple[str, str]]:
    """Write findings and conflicts out, as (option, sentence), option by option."""
    pairs = [(option, sentence(area.catalog, one, lang)) for option, one in found]
    pairs += [(option, line) for option, rows in conflicts.items() for line in conflict_lines(area, rows, lang=lang)]
    order = list(dict.fromkeys(option for option, _ in pairs))
    return sorted(pairs, key=lambda pair: order.index(pair[0]))
