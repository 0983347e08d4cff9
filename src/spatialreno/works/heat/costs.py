"""What a heat plan costs: pipes by diameter, breaches of walls, inlets of units, risers of those who sign up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.area import home_buildings
from spatialreno.scenario import line
from spatialreno.works.heat.sizing import size_pipes

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog
    from spatialreno.works.heat.pipe_ground import Ground

COSTS = [
    *("part", "measure", "layer", "kind", "verb", "item", "item_en", "ids", "quantity", "unit", "unit_price_yuan"),
    *("cost_yuan", "payer", "phase", "source", "confidence"),
]
PIPE, JOINT = "pipe", "joint"
_WALL, _ENTRY, _RISER = "pipe_wall_yuan", "heat_entry_yuan", "heat_riser_yuan_household"


def heat_costs(
    area: StudyArea, pipes: pd.DataFrame, ground: Ground, table: pd.DataFrame, sign_up: float, phase: int
) -> pd.DataFrame:
    """Price a heat plan, a row for each diameter and each joint item.

    Parameters
    ----------
    area
        The study area.
    pipes
        As ``HeatPlan.pipes``.
    ground
        Where pipes can lie, with the inlets of units.
    table
        As ``HeatPlan.buildings``.
    sign_up
        Share of households that sign up.
    phase
        In which all of it is laid.

    Returns
    -------
    DataFrame
        Columns ``COSTS``; measure is ``pipe`` for pipes by diameter, else ``joint``; ids name the pipes or buildings
        that a row pays for.
    """
    rows = pipe_rows(pipes, area.catalog)
    rows += _joint(area, pipes, ground, table, sign_up)
    return table_of(rows, phase)


def table_of(rows: Iterable[dict[str, Any]], phase: int) -> pd.DataFrame:
    """Put rows into a table; what comes to nothing is left out, and what nobody knows is kept."""
    found = pd.DataFrame([row | {"phase": phase} for row in rows], columns=COSTS)
    return found[found["quantity"].ne(0)].reset_index(drop=True).astype({"cost_yuan": float, "quantity": float})


def pipe_rows(pipes: pd.DataFrame, catalog: Catalog, shared: pd.Series | None = None) -> list[dict[str, Any]]:
    """Price new pipes by kind and diameter; what lies in a trench that others share is paid without the trench.

    Parameters
    ----------
    pipes
        As ``HeatPlan.pipes``.
    catalog
        Prices by diameter, share of the trench, who pays.
    shared
        Metres in a shared trench by pipe; None: each digs its own.
    """
    rows = []
    new = pipes[pipes["existing"] == ""]
    inside = pd.Series(0.0, index=new.index) if shared is None else shared.reindex(new.index).fillna(0.0)
    for _, own in new.groupby(["kind", "diameter_mm"]):
        kind, dn = str(own["kind"].iloc[0]), int(own["diameter_mm"].iloc[0])
        price: Any = catalog.heat_pipes.loc[dn]
        told = {"kind": kind, "measure": PIPE, "unit": "m", "payer": _payer(catalog, kind),
                "source": price["source"], "confidence": price["confidence"]}  # fmt: skip
        together = float(inside[own.index].clip(upper=own["length_m"]).sum())
        alone = float(own["length_m"].sum()) - together
        title, title_en = (f"{word} DN{dn}" for word in catalog.both("", "bill", kind))
        each = float(price["price_yuan_m"])
        if alone > 0:
            ids = tuple(own.index[inside[own.index] < own["length_m"]])
            rows.append(line("heat", "pipes", (title, title_en), ids=ids, quantity=alone, price=each, **told))
        if together > 0:
            ids = tuple(own.index[inside[own.index] > 0])
            words = shared_trench((title, title_en), catalog)
            price_in = round(each * (1 - catalog.constants["dig_share"]), 4)
            rows.append(line("heat", "pipes", words, ids=ids, quantity=together, price=price_in, **told))
    return rows


def shared_trench(title: tuple[str, str], catalog: Catalog) -> tuple[str, str]:
    """Name what lies in a trench that others share, in Chinese and English."""
    zh, en = catalog.both("", "bill", "shared")
    return f"{title[0]}（{zh}）", f"{title[1]} ({en})"


def _joint(
    area: StudyArea, pipes: pd.DataFrame, ground: Ground, table: pd.DataFrame, sign_up: float
) -> list[dict[str, Any]]:
    served = table[table["side"] != ""]
    keys = set(zip(served.index, served["side"], strict=True))
    doors = ground.inlets[[k in keys for k in zip(ground.inlets["building_id"], ground.inlets["side"], strict=True)]]
    fed, joined = tuple(map(str, served.index)), table[table["connected"]]
    households = float(np.floor(joined["households"].sum() * sign_up + 1e-9))
    breached = pipes[pipes["walls"] > 0]
    utility = _payer(area.catalog, "heat_secondary")
    people = home_buildings(area)["households"]
    told = ~joined.index.isin(people.index[people.isna()])
    homes, uncounted = (tuple(map(str, joined.index[which])) for which in (told, ~told))
    walls, inlets = tuple(map(str, breached.index)), fed
    return [
        *_stubs(area, served, doors, utility),
        _item(area, _WALL, walls, float(breached["walls"].sum()), utility),
        _item(area, _ENTRY, inlets, float(len(doors)), utility),
        _item(area, _RISER, homes, households, "residents"),
        _item(area, _RISER, uncounted, float("nan") if uncounted else 0.0, "residents"),
    ]


def _stubs(area: StudyArea, served: pd.DataFrame, doors: pd.DataFrame, payer: str) -> list[dict[str, Any]]:
    """Price the pipes from the row along a house to each unit, by diameter."""
    if not len(doors):
        return []
    each = (served["load_kw"] / doors.groupby("building_id").size()).dropna()
    sizes = size_pipes(each, area.catalog.constants["heat_dt_secondary_k"], area.catalog)
    dn = doors["building_id"].map(sizes["dn"]).astype(int)
    rows = []
    for size, own in doors.groupby(dn):
        price: Any = area.catalog.heat_pipes.loc[size]
        title, title_en = (f"{word} DN{size}" for word in area.catalog.both("", "bill", "stub"))
        rows.append(line(
            "heat", "pipes", (title, title_en), kind="heat_secondary", measure=JOINT,
            ids=tuple(sorted(set(map(str, own["building_id"])))), quantity=float(own["stub_m"].sum()), unit="m",
            price=float(price["price_yuan_m"]), payer=payer, source=price["source"], confidence=price["confidence"],
        ))  # fmt: skip
    return rows


def _item(area: StudyArea, key: str, ids: tuple[str, ...], quantity: float, payer: str) -> dict[str, Any]:
    """Price one joint item by a constant of the catalog."""
    words = area.catalog.both("", "bill", key)
    row = next(row for row in area.catalog.rows("constants") if row["key"] == key)
    cells = {"unit": "household" if key == _RISER else "piece", "price": area.catalog.constants[key], "payer": payer,
             "source": row["source"], "confidence": row["confidence"]}  # fmt: skip
    return line("heat", "pipes", words, kind="heat_secondary", measure=JOINT, ids=ids, quantity=quantity, **cells)


def _payer(catalog: Catalog, kind: str) -> str:
    costs = catalog.costs
    rows = costs[(costs["layer"] == "pipes") & (costs["verb"] == "build") & (costs["kind"] == kind)]
    return str(rows["payer"].iloc[0])
