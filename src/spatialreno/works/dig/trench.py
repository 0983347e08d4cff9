"""Who pays for a shared trench: metres laid in each piece of lane, and what opening it costs once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog
    from spatialreno.works.heat.supply_heat import HeatPlan

#: A pipe this near the middle of a lane lies in the lane.
_BESIDE_M = 0.3
#: A piece of lane counts as opened for a pipe that runs along at least this share of it.
_ALONG = 0.5
METRES = ["kind", "piece", "metres", "price_yuan_m", "link"]


@dataclass(frozen=True)
class Laid:
    """Pipes that a plan lays already, as they lie in the lanes: they are not routed again, only share the trench.

    Attributes
    ----------
    kind
        Their kind.
    pieces
        Index piece of lane; metres, price_yuan_m (of the pipes that lie there).
    pipes
        Columns id (of the pipe), piece, metres.
    served, mains
        Buildings connected, and the stations they are fed from.
    """

    kind: str
    pieces: pd.DataFrame
    pipes: pd.DataFrame
    served: tuple[str, ...]
    mains: tuple[str, ...]

    def edges(self, number: Mapping[str, int]) -> set[int]:
        """Number the pieces it lies in."""
        return {number[str(name)] for name in self.pieces.index}


def laid_heat(heat: HeatPlan, pieces: gpd.GeoDataFrame, catalog: Catalog) -> Laid:
    """Find which pieces of lane the secondary pipes of a heat plan run along.

    Parameters
    ----------
    heat
        A heat plan for the same area.
    pieces
        Pieces of lanes.
    catalog
        Prices of heat pipes by diameter.
    """
    new = heat.working_pipes
    new = new[new["kind"] == "heat_secondary"]
    shapes, strips = new.geometry.to_numpy(), shapely.buffer(pieces.geometry.to_numpy(), _BESIDE_M, cap_style="flat")
    pipe, piece = shapely.STRtree(strips).query(shapes, predicate="intersects")
    metres = shapely.length(shapely.intersection(shapes[pipe], strips[piece]))
    prices = new["diameter_mm"].astype(int).map(catalog.heat_pipes["price_yuan_m"]).to_numpy(float)
    names, ids = pieces.index.to_numpy(), new.index.to_numpy()
    found = pd.DataFrame({"id": ids[pipe], "piece": names[piece], "metres": metres, "yuan": metres * prices[pipe]})
    along = found.groupby("piece")["metres"].transform("sum")
    found = found[(along >= _ALONG * found["piece"].map(pieces["length_m"]).astype(float)) & (found["metres"] > 0)]
    sums = found.groupby("piece")[["metres", "yuan"]].sum().sort_index()
    by_piece = pd.DataFrame({"metres": sums["metres"], "price_yuan_m": sums["yuan"] / sums["metres"]})
    connected = heat.buildings.index[heat.buildings["connected"]]
    stations = sorted(set(heat.buildings.loc[connected, "station"].dropna()))
    pipes = found[["id", "piece", "metres"]].sort_values(["id", "piece"], ignore_index=True)
    return Laid("heat_secondary", by_piece, pipes, tuple(map(str, connected)), tuple(map(str, stations)))


def share_trench(rows: pd.DataFrame, share: float) -> pd.DataFrame:
    """Split what each pipe costs in each piece into the pipe itself and its part of the trench.

    Where several kinds lie in one piece, the trench is opened once, for the dearest: it costs ``share`` of that
    pipe's price along the metres it runs, of the next dearest beyond, and each kind bears a part of it in
    proportion to its own price. A kind alone bears its own trench, and what leads to a house is dug by itself.

    Parameters
    ----------
    rows
        Columns ``METRES``.
    share
        Part of a pipe's price that is opening and closing the ground.

    Returns
    -------
    DataFrame
        The rows with shared, alone_yuan (dug by itself), pipe_yuan, trench_yuan.

    Examples
    --------
    >>> two = pd.DataFrame([("sewage", "L1", 10.0, 800.0, False), ("water", "L1", 10.0, 200.0, False)], columns=METRES)
    >>> shared = share_trench(two, 0.25)
    >>> shared["pipe_yuan"].tolist(), shared["trench_yuan"].tolist()
    ([6000.0, 1500.0], [1600.0, 400.0])
    """
    kinds = rows.groupby("piece")["kind"].transform("nunique")
    alone = rows["metres"] * rows["price_yuan_m"]
    shared = ~rows["link"].astype(bool) & (kinds > 1)
    opened = {piece: _opened(own) for piece, own in rows[shared].groupby("piece")}
    whole = alone.where(shared).groupby(rows["piece"]).transform("sum")
    part = (alone / whole.where(whole > 0)).fillna(0.0)  # where all cost nothing, so does their trench
    trench = share * np.where(shared, rows["piece"].map(opened).astype(float) * part, alone)
    return rows.assign(shared=shared, alone_yuan=alone, pipe_yuan=(1 - share) * alone, trench_yuan=trench)


def _opened(own: pd.DataFrame) -> float:
    """Price one opening of a piece: the dearest along its metres, the next beyond them, and so on."""
    total = covered = 0.0
    for price, metres in sorted(zip(own["price_yuan_m"], own["metres"], strict=True), key=lambda row: -row[0]):
        total += max(0.0, metres - covered) * price
        covered = max(covered, metres)
    return total
