"""Things that may go so that something fits: their bodies, what they keep a footprint out of, price and parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from spatialreno.area import may_go, standing_structures
from spatialreno.land.footprints.buildable import OPEN_GROUND, kind_row
from spatialreno.land.footprints.zones import STAYING
from spatialreno.land.geometry.grow_shrink import solid_walls

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

Which = frozenset[int]
Key = tuple[float, float, float]
BY = ("cost", "number", "owners")
_COLUMNS = ["layer", "id", "kind", "legality", "quantity", "unit", "cost_yuan", "parties"]


@dataclass(frozen=True)
class Things:
    """Removable walls and structures in one order.

    Attributes
    ----------
    table
        ``layer, id, kind, legality, quantity, unit, cost_yuan, parties``.
    bodies
        The ground each stands on.
    zones
        What each keeps a footprint out of: its body, and for a building the distance it keeps from walls.
    cost, parties
        Yuan (infinite without a price: only as a last resort) and the names of those to ask.
    """

    table: pd.DataFrame
    bodies: NDArray[np.object_]
    zones: NDArray[np.object_]
    cost: NDArray[np.float64]
    parties: tuple[frozenset[str], ...]

    def key(self, which: Which, by: str) -> Key:
        """Weigh a choice of things: what is kept least first, the other two break ties."""
        cost = float(self.cost[list(which)].sum()) if which else 0.0
        owners = float(len(frozenset().union(*(self.parties[k] for k in which))))
        values = {"cost": round(cost, 3), "number": float(len(which)), "owners": owners}
        first, second, third = (by, *(name for name in BY if name != by))
        return values[first], values[second], values[third]


def removables(area: StudyArea, kind: str) -> Things:
    """List what may go, with price and parties from the bill of removing all of it."""
    walls, sheds = _may_go(area)
    bill = _priced(_bill(area, walls, sheds), area)
    legality = bill["id"].map(area.structures["legality"]).where(bill["layer"] == "structures")
    table = bill.assign(legality=legality)[_COLUMNS]
    grounds = dict(zip(walls.index, solid_walls(walls), strict=True))
    clear = 0.0 if kind_row(area, kind)["category"] in OPEN_GROUND else area.catalog.constants["boundary_setback_m"]
    kept = shapely.buffer(np.array([*grounds.values(), None], object)[:-1], clear, cap_style="flat", join_style="mitre")
    keys = list(zip(table["layer"], table["id"], strict=True))
    structures = {("structures", str(name)): shape for name, shape in sheds.geometry.items()}
    bodies = structures | {("walls", str(name)): shape for name, shape in grounds.items()}
    zones = structures | {("walls", str(name)): zone for name, zone in zip(grounds, kept, strict=True)}
    return Things(
        table=table,
        bodies=_array([bodies[key] for key in keys]),
        zones=_array([zones[key] for key in keys]),
        cost=table["cost_yuan"].fillna(np.inf).to_numpy(float),
        parties=tuple(map(frozenset, table["parties"])),
    )


def staying_bodies(area: StudyArea) -> NDArray[np.object_]:
    """List the ground of the buildings, walls and structures that nobody may take down."""
    walls, sheds = _may_go(area)
    structures = standing_structures(area)
    kept = (area.walls[~area.walls.index.isin(walls.index)], structures[~structures.index.isin(sheds.index)])
    return _array([*area.buildings.geometry, *solid_walls(kept[0]), *kept[1].geometry])


def without(area: StudyArea, table: pd.DataFrame) -> StudyArea:
    """Take things away, as a plan would."""
    from spatialreno.scenario import Scenario, demolish

    acts = [demolish(str(layer), ids=rows["id"].tolist()) for layer, rows in table.groupby("layer")]
    return Scenario("without", interventions=acts).apply(area) if acts else area


def _may_go(area: StudyArea) -> tuple[Any, Any]:
    removable = may_go(area.walls)
    structures = standing_structures(area)
    sheds = structures[may_go(structures)]
    return area.walls[removable & ~area.walls["kind"].isin(STAYING)], sheds


def _bill(area: StudyArea, walls: gpd.GeoDataFrame, sheds: gpd.GeoDataFrame) -> pd.DataFrame:
    from spatialreno.scenario import Scenario, demolish, priced_acts

    acts = [
        demolish(layer, ids=frame.index.tolist())
        for layer, frame in (("structures", sheds), ("walls", walls))
        if len(frame)
    ]
    bill = priced_acts(Scenario("all", interventions=acts), area)
    return bill[(bill["verb"] == "demolish") & (bill["measure"] != "open_m2")]  # what is built upon is not made good


def _priced(bill: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Sum a bill by thing; a gate goes with its wall and is paid with it."""
    gate = bill["layer"] == "gates"
    whose = bill["id"].map(area.gates["wall_id"]).where(gate, bill["id"])
    rows = bill.assign(id=whose, layer=bill["layer"].mask(gate, "walls"), own=~gate)
    rows = rows.sort_values(["layer", "id", "own"], ascending=[True, True, False], kind="stable")
    return rows.groupby(["layer", "id"], as_index=False).agg(
        kind=("kind", "first"), quantity=("quantity", "first"), unit=("unit", "first"),
        cost_yuan=("cost_yuan", lambda own: own.sum(min_count=len(own))),
        parties=("parties", lambda own: tuple(dict.fromkeys(name for names in own for name in names))),
    )  # fmt: skip


def _array(shapes: list[Any]) -> NDArray[np.object_]:
    return np.array([*shapes, None], object)[:-1]
