"""Exact walks in a block of 25 walled compounds against extremitypathfinder, and 10 000 compounds merged.

    python benchmarks/walk_blocks.py

CPU time. Walks: a block of 500 × 500 m, walls and buildings as polygons of some 1 400 corners, since
extremitypathfinder knows no wall without thickness. Both prepare, then walk from 100 places to 100 others; theirs is
timed on 50 walks and scaled, and on these the answers must agree.
Merging: a grid of
compounds with a third of the walls between neighbours opened; the blocks by `GeoDataFrame.dissolve` and by connected
components with `coverage_union_all` must have equal areas.
"""

from __future__ import annotations

import contextlib
import io
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry import LineString, Polygon, box
from walk_graphs import cpu

from spatialreno.area import StudyArea, assemble
from spatialreno.walk import travel_times
from spatialreno.walk.state.standing import fabric_of

ORIGIN = (631_000.0, 3_838_000.0)
SIDE, PER_SIDE, PLACES, SAMPLE = 100.0, 5, 100, 50


def shapes() -> list[Polygon]:
    """Draw a wall round each compound, open at one place, and eleven buildings in it."""
    dice = np.random.default_rng(5)
    found = []
    for k in range(PER_SIDE**2):
        x, y = 5 + (k % PER_SIDE) * 98.0, 5 + (k // PER_SIDE) * 98.0
        gap = x + dice.integers(20, 70)
        outer = [(gap, y), (x, y), (x, y + 94), (x + 94, y + 94), (x + 94, y), (gap + 4, y)]
        inner = [(gap + 4, y + 0.4), (x + 93.6, y + 0.4), (x + 93.6, y + 93.6), (x + 0.4, y + 93.6), (x + 0.4, y + 0.4)]
        found.append(Polygon([*outer, *inner, (gap, y + 0.4)]))
        for b in range(11):
            left, low = x + 6 + 28 * (b % 3) + dice.integers(0, 6), y + 6 + 21 * (b // 3) + dice.integers(0, 5)
            found.append(box(left, low, left + dice.integers(12, 20), low + dice.integers(8, 14)))
    return found


def area_of(solids: list[Polygon]) -> StudyArea:
    """The same block as a study area, each solid with one door, so that none is guessed."""
    def frame(rows: dict[str, Any]) -> gpd.GeoDataFrame:
        table = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4546")
        return table.set_geometry(table.geometry.translate(*ORIGIN))

    buildings = frame({"id": [f"B{k:04d}" for k in range(len(solids))], "use": "other", "geometry": solids})
    compounds = frame({"id": ["C1"], "name": ["院"], "geometry": [box(0, 0, 500, 500)]})
    doors = frame({
        "id": [f"E{k:04d}" for k in range(len(solids))], "building_id": [f"B{k:04d}" for k in range(len(solids))],
        "geometry": [LineString(one.exterior.coords[1:3]).centroid for one in solids],
    })  # fmt: skip
    layers = {"compounds": compounds, "buildings": buildings, "entrances": doors}
    return assemble(layers, name="block", crs="EPSG:4546")


def walks() -> None:
    """Prepare with both, then walk from every place to every other; theirs is measured on a sample and scaled."""
    solids = shapes()
    area, dice = area_of(solids), np.random.default_rng(6)
    stops = shapely.union_all(solids).buffer(0.5)
    spots = dice.integers(1000, 499000, (8 * PLACES, 2)) / 1000
    spots = spots[~shapely.intersects(stops, shapely.points(spots))][: 2 * PLACES]
    here, there = (
        gpd.GeoSeries(shapely.points(part + ORIGIN), crs=area.crs, index=[f"{at:03d}" for at in range(PLACES)])
        for part in (spots[:PLACES], spots[PLACES:])
    )
    small = area_of(solids[:12])
    travel_times(small, here[:2], there[:2], limit_m=3000)  # compiled kernels are read from disk once
    prepare, _ = cpu(lambda: fabric_of(area))
    ours, table = cpu(lambda: travel_times(area, here, there, limit_m=3000))
    few, _ = cpu(lambda: travel_times(area, here[:10], there[: SAMPLE // 10], limit_m=3000))
    ready, world = cpu(lambda: _world(solids))
    pairs = [(one, two) for one in here.index[:10] for two in there.index[: SAMPLE // 10]]
    ends = [(tuple(spots[int(one)]), tuple(spots[PLACES + int(two)])) for one, two in pairs]
    theirs, answers = cpu(lambda: [world.find_shortest_path(*pair)[1] for pair in ends])
    found = table.set_index(["origin", "destination"])["distance_m"]
    worst = float(np.abs(found[pairs].to_numpy() - np.array(answers)).max())
    corners = sum(len(one.exterior.coords) - 1 for one in solids)
    print(f"{corners} corners; equal to {worst * 1000:.1f} mm on {SAMPLE} walks")
    print(f"prepare       ours {prepare:8.3f} s  extremitypathfinder {ready:8.1f} s  {ready / prepare:6.0f} x")
    for count, spent in ((SAMPLE, few), (PLACES**2, ours)):
        scaled = theirs * count / SAMPLE
        mine, other = prepare + spent, ready + scaled
        print(f"{count:6d} walks  ours {mine:8.3f} s  extremitypathfinder {other:8.1f} s  {other / mine:6.0f} x  "
              f"with preparing; {scaled / spent:.0f} x without")  # fmt: skip


def _world(solids: list[Polygon]) -> Any:
    from extremitypathfinder import PolygonEnvironment

    world = PolygonEnvironment()
    outer = np.array([(0, 0), (500, 0), (500, 500), (0, 500)], float)
    holes = [np.array(shapely.orient_polygons(one, exterior_cw=True).exterior.coords)[:-1] for one in solids]
    with contextlib.redirect_stdout(io.StringIO()):
        world.store(outer, holes, validate=False)
        if not world.prepared:
            world.prepare()
    return world


def merging() -> None:
    """Merge compounds after openings, both ways."""
    side, dice = 100, np.random.default_rng(7)
    place = np.arange(side * side)
    x, y = (place % side) * 80.0, (place // side) * 100.0
    cells = shapely.box(x, y, x + 80, y + 100)
    right, up = place[place % side < side - 1], place[place < side * (side - 1)]
    pairs = np.concatenate([np.stack([right, right + 1]), np.stack([up, up + side])], axis=1)
    pairs = pairs[:, dice.random(pairs.shape[1]) < 1 / 3]
    frame = gpd.GeoDataFrame({"id": place}, geometry=cells, crs="EPSG:4546")

    def grouped() -> Any:
        graph = coo_array((np.ones(pairs.shape[1]), pairs), shape=(side**2,) * 2)
        return connected_components(graph, directed=False)[1]

    def merged() -> Any:
        block = grouped()
        order = np.argsort(block, kind="stable")
        parts = np.split(frame.geometry.to_numpy()[order], np.flatnonzero(np.diff(block[order])) + 1)
        return np.array([shapely.coverage_union_all(part) if len(part) > 1 else part[0] for part in parts], object)

    def dissolve() -> Any:
        block = grouped()
        return frame.assign(block=block).dissolve("block")

    mine, shapes_ = cpu(merged, 3)
    theirs, table = cpu(dissolve, 2)
    assert shapely.coverage_is_valid(cells)
    assert np.allclose(shapely.area(shapes_), table.geometry.area.to_numpy())
    print(f"{side**2} compounds to {len(shapes_)} blocks: ours {1000 * mine:.0f} ms, dissolve {1000 * theirs:.0f} ms  "
          f"{theirs / mine:.1f} x, equal areas")  # fmt: skip


if __name__ == "__main__":
    merging()
    walks()
