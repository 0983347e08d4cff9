"""Heat stations with capacities for 100 blocks of Vologda, a cold city with known population.

    python benchmarks/works_vologda.py [folder with buildings.parquet] [blocks] [seconds]

Living buildings are put into blocks of 300 m; the blocks with most people ask for heat (population × floor area
a head, W/m² of the catalog for unknown age). A station may stand in the middle of any block, carries the catalog's
most, serves 800 m. Prints stations, load, objective, proven bound, gap and seconds; then one tree of pipes along
the streets from the first station to all blocks it serves, with its bound.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.catalog import read_catalog
from spatialreno.optimise.limit import Limit
from spatialreno.optimise.steiner.net import make_net
from spatialreno.optimise.steiner.tree import least_tree
from spatialreno.siting.models.station_model import StationCase, solve_case

DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "vologda"
CELL_M = 300.0
RADIUS_M = 800.0
M2_A_HEAD = 25.0


def blocks_of(folder: Path, count: int) -> pd.DataFrame:
    """Put living buildings into square blocks; keep those with most people: x, y, people, area_m2, load_kw."""
    buildings = gpd.read_parquet(folder / "buildings.parquet")
    homes = buildings[buildings["is_living"].fillna(False).astype(bool) & (buildings["population"] > 0)]
    centre = homes.geometry.centroid
    cell = [(int(x // CELL_M), int(y // CELL_M)) for x, y in zip(centre.x, centre.y, strict=True)]
    table = pd.DataFrame({"cell": cell, "x": centre.x, "y": centre.y, "people": homes["population"].astype(float)})
    blocks = table.groupby("cell").agg(x=("x", "mean"), y=("y", "mean"), people=("people", "sum"))
    blocks = blocks.sort_values(["people", "x"], ascending=False).head(count).sort_values(["x", "y"])
    blocks.index = [f"B{k:03d}" for k in range(len(blocks))]
    w_m2 = float(read_catalog().heat_intensity.query("group == 'housing'")["w_m2"].iloc[0])
    area = blocks["people"] * M2_A_HEAD
    return blocks.assign(area_m2=area, load_kw=area * w_m2 / 1000)


def case_of(blocks: pd.DataFrame) -> StationCase:
    """Let a station stand in any block."""
    constants = read_catalog().constants
    xy = blocks[["x", "y"]].to_numpy()
    most = constants["heat_station_max_m2"]
    sites = pd.DataFrame(
        {"capacity_m2": most, "fixed_yuan": constants["heat_station_set_yuan"] + 220 * 2750.0, "noise_m": np.inf},
        index=blocks.index,
    )
    return StationCase(
        demand=blocks[["area_m2", "load_kw"]],
        sites=sites,
        way_m=np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)),
        spare_kw=pd.Series(dtype=float),
        reach_m=np.empty((len(blocks), 0)),
        conflicts=(),
        radius_m=RADIUS_M,
        noise_m=0.0,
        main_reach_m=0.0,
        way_yuan=constants["heat_way_yuan_m2_m"],
        main_yuan=0.0,
    )


def street_tree(folder: Path, blocks: pd.DataFrame, station: str) -> str:
    """Lead pipes along the streets from one station to all blocks within two kilometres of it."""
    roads = gpd.read_parquet(folder / "roads.parquet").to_crs(32637)
    start = blocks.loc[station, ["x", "y"]].to_numpy(float)
    near = blocks[np.hypot(blocks["x"] - start[0], blocks["y"] - start[1]) <= 2000]
    ground = shapely.Point(start).buffer(2500)
    lines = shapely.get_parts(shapely.node(shapely.union_all(roads[roads.intersects(ground)].geometry.to_numpy())))
    ends = np.round([shapely.get_coordinates(line)[[0, -1]] for line in lines], 2)
    nodes = {tuple(p): k for k, p in enumerate(sorted({tuple(p) for pair in ends for p in pair}))}
    runs = zip(ends, shapely.length(lines), strict=True)
    edges = [(nodes[tuple(pair[0])], nodes[tuple(pair[1])], float(m)) for pair, m in runs]
    tree = shapely.STRtree(shapely.points(list(nodes)))
    at = dict(zip(near.index, tree.nearest(shapely.points(near[["x", "y"]].to_numpy())), strict=True))
    net = make_net(edges, int(at[station]), [int(n) for n in at.values()])
    begun = time.perf_counter()
    found = least_tree(net, exact=False)
    return (
        f"streets: {len(nodes)} nodes, {len(net.terminals)} blocks, {found.cost:,.0f} m, bound {found.bound:,.0f} m, "
        f"gap {found.gap:.2%}, {len(found.unreached)} unreached, {time.perf_counter() - begun:.1f} s"
    )


def main() -> None:
    """Run the benchmark."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 60.0
    if not (folder / "buildings.parquet").exists():
        raise SystemExit(f"{folder}: no buildings.parquet; give the folder of the Vologda data")
    blocks = blocks_of(folder, count)
    case = case_of(blocks)
    begun = time.perf_counter()
    answer, _ = solve_case(case, limit=Limit(seconds))
    took = time.perf_counter() - begun
    load, people = blocks["area_m2"].sum(), blocks["people"].sum()
    print(f"{len(blocks)} blocks, {people:,.0f} people, {load:,.0f} m2, {blocks['load_kw'].sum() / 1000:,.0f} MW")
    found = answer.result
    print(
        f"{len(answer.sites)} stations; objective {found.objective:,.0f} yuan, bound {found.bound:,.0f}, "
        f"gap {found.gap:.2%}, {found.status}, {took:.1f} s"
    )
    for j in answer.sites:
        mine = np.flatnonzero(answer.given == j)
        own, farthest = blocks["area_m2"].iloc[mine].sum(), case.way_m[mine, j].max()
        print(f"  {blocks.index[j]}: {len(mine)} blocks, {own:,.0f} m2, farthest {farthest:.0f} m")
    print(street_tree(folder, blocks, str(blocks.index[answer.sites[0]])))


if __name__ == "__main__":
    main()
