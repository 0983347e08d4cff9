"""The circuit of a station: which pipes are its main line, and the head its pump must give the worst loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog
    from spatialreno.optimise import Net

#: Columns that tell of the worst loop, by station.
LOOP = ["worst_m", "loop_kpa", "pump_head_m"]
_GRAVITY = 9.81


def main_line(net: Net, arcs: Iterable[int], length_m: Mapping[int, float]) -> set[int]:
    """Find the main line (主干线) of a tree: the arcs to the terminal that lies farthest from the root; ties by node.

    Examples
    --------
    >>> from spatialreno.optimise import make_net
    >>> tree = make_net([], 0, [2, 3], arcs=[(0, 1, 1.0), (1, 2, 1.0), (1, 3, 1.0)])
    >>> sorted(main_line(tree, [0, 1, 2], {0: 10.0, 1: 5.0, 2: 7.0}))
    [0, 2]
    """
    into = {int(net.head[a]): int(a) for a in arcs}
    farthest, found = -1.0, set[int]()
    for terminal in net.terminals:
        way, node = list[int](), terminal
        while node in into:
            way.append(into[node])
            node = int(net.tail[way[-1]])
        metres = sum(length_m[a] for a in way)
        if way and metres > farthest + 1e-9:
            farthest, found = metres, set(way)
    return found


def worst_loops(pipes: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Tell the worst loop of each station and the head its circulating pump must give.

    .. math:: H = \\frac{2 (1 + a) \\max_i \\sum R l + p_{station} + p_{user}}{\\rho g}

    with R the pressure drop of each pipe on the way to place i, there and back, and a the share of fittings.

    Parameters
    ----------
    pipes
        Sized secondary pipes from the station outwards: station, start, end (places), length_m, drop_pa_m.
    catalog
        ``heat_fittings_share``, ``heat_station_drop_kpa``, ``heat_user_drop_kpa``.

    Returns
    -------
    DataFrame
        Index station; columns ``LOOP``: metres one way, kPa of the pipes there and back, metres of head.
    """
    constants = catalog.constants
    rows = {}
    for station, own in pipes.groupby("station", sort=True):
        reached: dict[object, tuple[float, float]] = {}
        length, friction = own["length_m"].to_numpy(float), own["drop_pa_m"].to_numpy(float)
        for start, end, run, drop_m in zip(own["start"], own["end"], length, friction, strict=True):
            drop, metres = reached.get(start, (0.0, 0.0))
            reached[end] = (drop + float(drop_m * run), metres + float(run))
        drop, metres = max(reached.values())
        loop = 2 * (1 + constants["heat_fittings_share"]) * drop / 1000
        inside = constants["heat_station_drop_kpa"] + constants["heat_user_drop_kpa"]
        rows[station] = (metres, loop, (loop + inside) * 1000 / (constants["heat_water_kg_m3"] * _GRAVITY))
    return pd.DataFrame.from_dict(rows, orient="index", columns=LOOP, dtype=float)
