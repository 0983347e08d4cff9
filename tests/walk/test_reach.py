"""Reach on a fine grid against an independent measure; as lines; what a plan adds and takes; ids in two layers."""

from __future__ import annotations

import math
from itertools import combinations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from conftest import ORIGIN, at, examples, make_area
from hypothesis import HealthCheck, Phase, given, settings
from shapely.geometry import LineString, Point, box
from test_streets import boundary, quarter
from worlds import gate, house, shed, spots, standing_shapes, wall, without, yard, yards

from spatialreno.area import StudyArea
from spatialreno.errors import InputError
from spatialreno.walk import isochrone_change, isochrones, reach_lines, travel_times
from spatialreno.walk.state.walkers import assumed

STEP = 0.5
HAIR = 0.002
SPEED = 1.2 * 60


def grid_walks(area: StudyArea, start: tuple[float, float], limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Measure by brute force to the points of a grid: straight lines between points a hair off corners, no engine.

    A grid walked cell by cell would make walks up to 8 % too long; here only the places are on a grid.
    """
    stops = shapely.union_all(standing_shapes(area))
    ground = area.compounds.union_all()
    shapely.prepare(stops)
    corners = np.unique(shapely.get_coordinates(stops), axis=0)
    turns = np.arange(8) * (math.pi / 4) + 0.1
    around = (corners[:, None] + HAIR * np.column_stack([np.cos(turns), np.sin(turns)])[None]).reshape(-1, 2)
    near = shapely.points(around)
    free = ~shapely.intersects(stops, near) & shapely.within(near, ground)
    nodes = np.concatenate([[np.add(ORIGIN, start)], around[free]])
    one, two = np.array(list(combinations(range(len(nodes)), 2)), int).reshape(-1, 2).T
    graph = nx.Graph()
    graph.add_nodes_from(range(len(nodes)))
    length = np.hypot(*(nodes[one] - nodes[two]).T)
    seen = ~shapely.intersects(stops, shapely.linestrings(np.stack([nodes[one], nodes[two]], axis=1)))
    edges = zip(one[seen].tolist(), two[seen].tolist(), length[seen].tolist(), strict=True)
    graph.add_weighted_edges_from(edges)
    walked = nx.single_source_dijkstra_path_length(graph, 0, cutoff=limit)
    x0, y0, x1, y1 = ground.bounds
    x, y = np.meshgrid(np.arange(x0 + STEP / 2, x1, STEP), np.arange(y0 + STEP / 2, y1, STEP))
    spots = np.column_stack([x.ravel(), y.ravel()])
    spots = spots[~shapely.intersects(stops, shapely.points(spots))]
    far = np.full(len(spots), math.inf)
    for node, away in sorted(walked.items(), key=lambda pair: pair[1]):
        reach = away + np.hypot(*(spots - nodes[node]).T)
        better = np.flatnonzero((reach < far) & (reach <= limit))
        lines = shapely.linestrings(np.stack([np.broadcast_to(nodes[node], (len(better), 2)), spots[better]], axis=1))
        clear = better[~shapely.intersects(stops, lines)]
        far[clear] = reach[clear]
    return spots, far


def check_on_grid(area: StudyArea, start: tuple[float, float], limit: float) -> None:
    spots_xy, far = grid_walks(area, start, limit + 1)
    drawn = isochrones(area, spots(p=start), minutes=(limit / SPEED,)).geometry.iloc[0]
    expected = STEP**2 * int((far <= limit).sum())
    assert drawn.area == pytest.approx(expected, rel=0.02, abs=2.0)
    inside = shapely.contains_xy(drawn, *spots_xy.T)
    # The measure walks a hair round corners, hence the play; what it does not reach lies behind something.
    assert (inside & (far > limit + 0.1)).sum() * STEP**2 <= 0.001 * drawn.area
    assert (~inside & (far < limit - 0.1)).sum() * STEP**2 <= 0.001 * drawn.area


def rooms() -> StudyArea:
    """Rooms one behind the other, with gaps, a gate, sheds and a house: a walk bends many times."""
    walls = [
        wall("W1", (10, 0), (10, 22)),
        wall("W2", (20, 8), (20, 30)),
        wall("W3", (10, 22), (16, 22)),
        wall("W4", (20, 15), (30, 15)),
    ]
    return yard(
        walls=walls, gates=[gate("G1", 25, 15, "public", 1.5)], structures=[shed("S1", 12, 4, 15, 9)],
        buildings=[house("B1", 22, 19, 27, 26)],
    )  # fmt: skip


@pytest.mark.parametrize("limit", [12.0, 25.0, 44.0, 70.0])
def test_rooms_on_a_fine_grid(limit: float) -> None:
    check_on_grid(rooms(), (4.3, 5.1), limit)


def test_slanting_walls_on_a_fine_grid() -> None:
    walls = [wall("W1", (5, 3), (13, 24)), wall("W2", (13, 24), (24, 17)), wall("W3", (9, 13.5), (2, 19))]
    area = yard(walls=walls, buildings=[house("B1", 17, 4, 23, 12)])
    for limit in (15.0, 33.0):
        check_on_grid(area, (8.1, 6.2), limit)


@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(yards())
def test_random_yards_on_a_fine_grid(area: StudyArea) -> None:
    check_on_grid(area, (1.37, 1.41), 21.6)


def test_no_crack_is_left_between_looks() -> None:
    """Parts of reach that end on one line are joined along it, though their tips are rounded."""
    area = yard(walls=[wall("W0", (3, 15), (3, 30))])
    drawn = isochrones(area, spots(p=(1.37, 1.41)), minutes=(0.3,)).geometry.iloc[0]
    for xy in ((2.75, 16.25), (2.25, 18.75), (1.75, 21.25)):
        assert drawn.contains(at(*xy))


def test_a_point_of_a_wall_that_just_misses_another_lets_nobody_through() -> None:
    """A gate's post half a millimetre off the wall's line once let the eye look through the wall."""
    ring = [(0, 0), (30, 0.003), (30, 30), (0, 30), (0, 0)]
    area = make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": box(0, 0, 30, 30)}],
        buildings=[house("B1", 10, 10, 20, 14)],
        walls=[wall("W1", *ring), wall("W2", (0, 20.0004), (30, 20.0011))],
        gates=[gate("G1", 15.0003, 0.0021, "closed", 3.0)],
        paths=[{"id": "L1", "geometry": LineString([(-20, -5), (50, -5)])}],
    )
    drawn = isochrones(area, spots(p=(15, -4)), minutes=(5,)).geometry.iloc[0]
    corner = np.add(ORIGIN, 0)
    inside = box(corner[0] + 0.05, corner[1] + 0.05, corner[0] + 29.95, corner[1] + 29.95)
    assert drawn.area > 100
    assert drawn.intersection(inside).area < 1e-6


def test_all_origins_at_once_are_all_origins_one_by_one() -> None:
    area = quarter("public", "public")
    several = {"a": (20.0, 10.0), "b": (150.0, 60.0), "c": (90.0, 70.0)}
    single = isochrones(area, spots(**several), minutes=(0.5,))
    joint = gpd.GeoSeries([shapely.MultiPoint([at(*xy) for xy in several.values()])], index=["j"], crs=area.crs)
    drawn = isochrones(area, joint, minutes=(0.5,)).geometry.iloc[0]
    assert drawn.symmetric_difference(single.union_all()).area < 1e-4 * drawn.area


def test_streets_are_cut_where_the_time_ends() -> None:
    """On a straight street, 30 m each way; 50 m reaches the corner 40 m off and 10 m round it."""
    area = make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": box(0, 50, 40, 90)}],
        paths=[
            {"id": "L1", "geometry": LineString([(-100, 0), (40, 0)])},
            {"id": "L2", "geometry": LineString([(40, 0), (40, -100)])},
        ],
    )
    ways = reach_lines(area, spots(p=(0, 0)), minutes=(30 / SPEED, 50 / SPEED)).set_index(["path_id", "minutes"])
    assert ways.loc[("L1", 30 / SPEED), "length_m"] == pytest.approx(60, abs=0.01)
    assert ways.loc[("L1", 50 / SPEED), "length_m"] == pytest.approx(90, abs=0.01)
    assert ways.loc[("L2", 50 / SPEED), "length_m"] == pytest.approx(10, abs=0.01)
    assert ("L2", 30 / SPEED) not in ways.index
    end = ways.loc[("L2", 50 / SPEED), "geometry"].bounds[1] - ORIGIN[1]
    assert end == pytest.approx(-10, abs=0.01)


def test_lines_lie_in_the_reach_and_are_nested() -> None:
    area = quarter("public", "public")
    minutes = (0.5, 1.5)
    ways = reach_lines(area, ["B1", "F3"], minutes=minutes)
    drawn = isochrones(area, ["B1", "F3"], minutes=minutes).set_index(["origin", "minutes"]).geometry
    assert list(dict.fromkeys(zip(ways["origin"], ways["minutes"], strict=True))) == list(drawn.index)
    for (origin, time), rows in ways.groupby(["origin", "minutes"]):
        assert rows.union_all().difference(drawn[origin, time].buffer(0.01)).length < 0.05
    whole = ways.groupby(["origin", "minutes"])["length_m"].sum()
    assert (whole.xs(0.5, level="minutes") < whole.xs(1.5, level="minutes")).all()
    assert ways["length_m"].to_numpy() == pytest.approx(ways.length.to_numpy())


def test_what_a_plan_adds_and_takes() -> None:
    area = quarter()
    opened = without(area, walls=boundary(area), structures=["S1"])
    today, later = (isochrones(state, ["B1"], minutes=(1,)).geometry.iloc[0] for state in (area, opened))
    change = isochrone_change(area, opened, ["B1"], minutes=(1,)).set_index("change")
    assert list(change.index) == ["gained"]
    assert change.loc["gained", "area_m2"] == pytest.approx(later.area - today.area, abs=1.0)
    assert today.union(change.loc["gained", "geometry"]).symmetric_difference(later).area < 1.0
    back = isochrone_change(opened, area, ["B1"], minutes=(1,)).set_index("change")
    assert list(back.index) == ["lost"]
    assert back.loc["lost", "area_m2"] == pytest.approx(change.loc["gained", "area_m2"])
    assert not len(isochrone_change(area, area, ["B1"], minutes=(1, 2)))


def test_an_origin_must_stand_before_and_after() -> None:
    area = quarter()
    with pytest.raises(InputError, match="F3 is in one of the two states only"):
        isochrone_change(area, without(area, facilities=["F3"]), ["B1", "F3"])


def test_an_id_in_two_layers_says_which() -> None:
    area = quarter(facilities=[{"id": "B1", "kind": "market", "geometry": Point(150, 60)}])
    with pytest.raises(InputError, match="buildings:B1 or facilities:B1"):
        isochrones(area, ["B1"])
    table = isochrones(area, ["buildings:B1", "facilities:B1", "B2"], minutes=(0.1,))
    assert list(table["origin"]) == ["buildings:B1", "facilities:B1", "B2"]
    assert table.geometry.iloc[0].distance(at(40, 36)) < 7 < table.geometry.iloc[0].distance(at(150, 60))
    assert table.geometry.iloc[1].contains(at(150, 60))
    with pytest.raises(InputError, match="X9 must each name a building or a facility"):
        isochrones(area, ["X9"])


@pytest.mark.spread(2)
@pytest.mark.parametrize("minutes", [(math.nan,), (5, -1), (math.inf,), (1e9,), -5, ("x",)])
def test_times_that_are_none_are_refused(minutes) -> None:  # type: ignore[no-untyped-def]
    for draw in (isochrones, reach_lines):
        with pytest.raises(InputError, match="walk: minutes"):
            draw(quarter(), ["B1"], minutes)


def test_odd_times_are_drawn() -> None:
    area = quarter("public", "public")
    found = isochrones(area, ["B1"], (1, 0, 0.5, 1, 600))
    size = found.area.tolist()
    assert found["minutes"].tolist() == [1, 0, 0.5, 1, 600]
    assert size[1] <= 1 < size[2] < size[0] == size[3] < size[4]
    assert len(isochrones(area, ["B1"], ())) == len(reach_lines(area, ["B1"], ())) == 0
    assert len(isochrones(area, [], (5,))) == len(reach_lines(area, [], (5,))) == 0


def test_reach_says_what_was_assumed() -> None:
    area = quarter()
    for table in (isochrones(area, ["B1"], (1,), "wheelchair"), reach_lines(area, ["B1"], (1,), "wheelchair")):
        assert table.attrs["group"] == "wheelchair"
        assert table.attrs["gates"] == assumed(area, "wheelchair", None)["gates"]
        assert "ramp" in table.attrs["ramps"]


def test_a_house_alone_in_its_yard() -> None:
    """No wall, no street, no gate."""
    area = make_area(buildings=[house("B1", 0, 0, 5, 5)])
    assert isochrones(area, ["B1"], (5,)).area.sum() == pytest.approx(area.compounds.area.sum() - 25, abs=0.1)
    assert reach_lines(area, ["B1"], (5,))["path_id"].isna().all()


def test_the_page_says_that_its_area_is_made_up(example: StudyArea) -> None:
    from spatialreno.maps import draw_reach

    page = draw_reach(example, isochrones(example, ["F03"], (1,)), lang="en").html()
    assert "Invented example" in page
    real = quarter()
    assert "Invented" not in draw_reach(real, isochrones(real, ["B1"], (1,)), lang="en").html()


def test_the_page_marks_where_walks_start() -> None:
    from spatialreno.maps import draw_reach

    area = quarter()
    page = draw_reach(area, isochrones(area, ["B1", "facilities:F3"], (1,))).html()
    assert page.partition("<ul")[0].count("<circle") == 2
    assert "（F3）</text>" in page and ">B1</text>" in page
    free = spots(p=(90, 70))
    alone = draw_reach(area, isochrones(area, free, (1,)), origins=free).html()
    assert alone.partition("<ul")[0].count("<circle") == 1


@pytest.mark.parametrize(("group", "at_"), [("wheelchair", None), ("general", "2026-05-04T23:30")])
def test_reach_is_what_each_walker_can_walk(group: str, at_: str | None) -> None:
    """From a house and from a lawn, with a wall opened: in the drawing exactly what is near enough on foot."""
    area = quarter("public", "public")
    area = without(area, walls=boundary(area), structures=["S1"])
    grid = spots(**{f"P{x}_{y}": (x + 0.53, y + 0.47) for x in range(2, 200, 12) for y in range(2, 79, 11)})
    grid = grid[grid.distance(area.buildings.union_all()) > 0.1]
    lawn = gpd.GeoSeries([box(*at(62, 5).coords[0], *at(68, 11).coords[0])], index=["lawn"], crs=area.crs)
    limit = 1.5 * 60 * float(area.catalog.groups.loc[group, "speed_m_s"])
    for origin in (["B1"], lawn):
        drawn = isochrones(area, origin, (1.5,), group, at=at_).geometry.iloc[0]
        walks = travel_times(area, origin, grid, group=group, at=at_).set_index("destination")["distance_m"]
        far = walks.reindex(grid.index).fillna(math.inf)
        clear = (far - limit).abs() > 0.3
        assert (grid.within(drawn) == (far <= limit))[clear].all()
