"""Check-up to plan (体检 → 方案): what each compound lacks, which lines of a scenario close it, what stays open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.blocks import compound_blocks
from spatialreno.community.consents.touched import touched_features

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

COLUMNS = [
    "compound_id",
    "compound",
    "lack",
    "title",
    "scale",
    "indicator",
    "state",
    "closed_by",
    "source",
    "confidence",
]


def answer_checkup(area: StudyArea, scenario: Scenario | None = None) -> pd.DataFrame:
    """List what each compound lacks and which lines of a scenario close it (问题清单 → 项目清单).

    A compound's ``checkup`` names its lacks, joined by semicolons; the catalog's ``lacks`` knows them by title or
    alias, and ``closers`` says which act answers which lack and how far it serves: in the compound itself, in its
    block as the scenario leaves it, beside it, or anywhere in the area.

    Parameters
    ----------
    area
        The area as it is.
    scenario
        The option; None: only the list of lacks.

    Returns
    -------
    DataFrame
        Columns compound_id, compound (its name), lack, title, scale, indicator (of the check-up guide), state
        (``closed``, ``open``; ``unlisted``: the catalog does not know it, so nobody can say), closed_by
        (verb layer id, comma-joined), source, confidence.

    Examples
    --------
    >>> import spatialreno as sr
    >>> found = answer_checkup(sr.read_area("data/geo/xigongdi"))
    >>> set(found.state)
    {'open'}
    """
    lacks = {name: row for row in area.catalog.rows("lacks")
             for name in (row["lack"], row["title_zh"], *row["aliases"].split("|")) if name}  # fmt: skip
    acts = _acts(area, scenario) if scenario is not None else []
    rows = []
    for compound, values in area.compounds.sort_index().iterrows():
        for told in _told(values["checkup"]):
            row = lacks.get(told, {})
            closers = [name for name, reach in acts if (row.get("lack"), str(compound)) in reach]
            rows.append(
                {
                    "compound_id": str(compound),
                    "compound": values["name"],
                    "lack": row.get("lack", ""),
                    "title": told,
                    "scale": row.get("scale", ""),
                    "indicator": row.get("indicator_zh", ""),
                    "state": "unlisted" if not row else "closed" if closers else "open",
                    "closed_by": ", ".join(closers),
                    "source": row.get("source", ""),
                    "confidence": row.get("confidence", ""),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def list_resources(area: StudyArea) -> pd.DataFrame:
    """List what there is to build on (资源清单): usable land, spare rooms, disused boiler houses.

    Returns
    -------
    DataFrame
        Columns compound_id, resource (``land``, ``room``, ``boiler_house``), id, area_m2; largest first in each.
    """
    from spatialreno.land import free_land

    land = free_land(area)
    land = land[land["usable"].astype(bool)]
    houses = area.buildings
    spare = houses[houses["spare_room_m2"].fillna(0) > 0]
    boilers = houses[houses["use"] == "boiler_house"]
    parts = [
        pd.DataFrame(
            {"compound_id": f["compound_id"], "resource": what, "id": f.index, "area_m2": f[column].astype(float)}
        )
        for f, what, column in (
            (land, "land", "usable_m2"),
            (spare, "room", "spare_room_m2"),
            (boilers, "boiler_house", "footprint_m2"),
        )
    ]
    found = pd.concat(parts, ignore_index=True)
    found["compound_id"] = found["compound_id"].fillna("")
    return found.sort_values(["compound_id", "resource", "area_m2"], ascending=[True, True, False], ignore_index=True)


def _told(text: Any) -> list[str]:
    """Read a cell of lacks, joined by semicolons of either width."""
    parts = str(text).replace("；", ";").split(";") if isinstance(text, str) else []
    return [part.strip() for part in parts if part.strip()]


def _acts(area: StudyArea, scenario: Scenario) -> list[tuple[str, set[tuple[str, str]]]]:
    """Give each act of a scenario with the (lack, compound) pairs it answers."""
    blocks = compound_blocks(scenario.apply(area))
    members = {str(b): {str(i) for i in own.index} for b, own in blocks.groupby(blocks)}
    block_of = {str(c): members[str(b)] for c, b in blocks.items()}
    every = {str(i) for i in area.compounds.index}
    acts = []
    for one in touched_features(area, scenario).to_dict("records"):
        own = set(one["places"]) | set(one["beside"])
        spread = {
            "compound": set(one["places"]),
            "beside": own,
            "block": own.union(*(block_of.get(c, {c}) for c in own)),
            "area": every,
        }
        reach = {
            (rule["lack"], compound)
            for rule in area.catalog.rows("closers")
            if (rule["verb"], rule["layer"]) == (one["verb"], one["layer"])
            and rule["kind"] in ("", one["kind"], one["sort"])
            for compound in spread[rule["within"]]
        }
        acts.append((f"{one['verb']} {one['layer']} {one['id']}", reach))
    return acts
