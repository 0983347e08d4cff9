"""What a reviewer should know of an option before believing its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from spatialreno.area import gate_spans, home_buildings
from spatialreno.catalog import Finding, Things, sentence
from spatialreno.land import conflict_lines

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area import StudyArea
    from spatialreno.community import Consents
    from spatialreno.scenario import Bill

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
    priced = bill.unpriced["unit_price_yuan"].notna()
    for finding, rows in (("unpriced", bill.unpriced[~priced]), ("unmeasured", bill.unpriced[priced])):
        if len(rows):
            things = [Things(row["layer"], tuple(row["ids"]), row["verb"]) for row in rows.to_dict("records")]
            found.append(Finding(finding, {"count": sum(map(len, rows["ids"])), "things": things}))
    return found + _uncounted(today, bill)


def vote_findings(consents: Consents) -> list[Finding]:
    """Name the homes for which votes cannot be counted: nobody knows how many households live there."""
    uncounted = [count.uncounted for count in consents.counts.values() if count.uncounted]
    homes = tuple(sorted({home for some in uncounted for home in some}))
    return [Finding("votes_uncounted", {"count": len(uncounted), "homes": homes})] if uncounted else []


def _uncounted(today: StudyArea, bill: Bill) -> list[Finding]:
    """Name the homes of which nobody knows how many households live there, where a total is to be shared out."""
    homes = home_buildings(today)
    lost = homes.index[homes["households"].isna()]
    if not len(lost) or len(lost) == len(homes) or not bill.total.notna().any():
        return []
    return [Finding("households_unknown", {"count": len(lost), "homes": tuple(map(str, lost))})]


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
    sides = dict.fromkeys(str(row[side]) for side in ("left", "right") if isinstance(row[side], str))
    beside = [_thing(name) for name in sides]
    values = {
        "lane": f"{name} {row['name']}" if isinstance(row["name"], str) else name,
        "declared_m": row["width_m"], "clear_m": row["clear_width_m"], "at_m": row["at_m"], "beside": beside,
    }  # fmt: skip
    return Finding("lane_short", values)


def _thing(name: str) -> Things:
    """Read ``walls:W1`` as a thing of its layer, to be told in the reader's language."""
    layer, _, own = name.partition(":")
    return Things(layer, (own,))


def fire_findings(blockers: gpd.GeoDataFrame) -> list[Finding]:
    """Name the obstacle that keeps a fire engine from the most households."""
    first = blockers[blockers["households_behind"] > 0].head(1)
    return [
        Finding(
            "fire_blocked_alone" if row["households_gained"] else "fire_blocked",
            {"obstacle": _thing(str(name)), "behind": row["households_behind"], "gained": row["households_gained"]},
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
