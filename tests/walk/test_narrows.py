"""Narrow places stop what is wide: by arithmetic, and against a disc moved through the free space of random worlds."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from worlds import SIZE, house, shed, spots, wall, yards

from spatialreno.area import StudyArea
from spatialreno.area.under_catalog import replace_layers
from spatialreno.walk import travel_times
from spatialreno.walk.access.travel import _pairs
from spatialreno.walk.state.places import find_places
from spatialreno.walk.state.walkers import Needs, state_for


def rolled(area: StudyArea, a: tuple[float, float], b: tuple[float, float], group: str = "wheelchair") -> float:
    table = travel_times(area, spots(a=a), spots(b=b), group=group)
    return float(table["distance_m"].iloc[0]) if len(table) else math.inf


def strait(gap: float, **more: float) -> StudyArea:
    """A yard of 30 m cut by a house in the west and a wall in the east, with a gap between them."""
    barrier = wall("W1", (15 + gap, 15), (30, 15)) | {"thickness_m": 0.0} | more
    compound = {"id": "C1", "name": "院", "geometry": box(0, 0, SIZE, SIZE)}
    return make_area(compounds=[compound], buildings=[house("B1", 0, 10, 15, 20)], walls=[barrier])


@pytest.mark.parametrize(("gap", "passes"), [(0.5, False), (0.88, False), (0.92, True), (2.0, True)])
def test_a_gap_needs_the_clear_width(gap: float, passes: bool) -> None:
    area = strait(gap)
    assert rolled(area, (20, 5), (20, 25), "general") < 30
    assert math.isfinite(rolled(area, (20, 5), (20, 25))) is passes


def parallel(gap: float, thickness: float) -> StudyArea:
    """Two walls side by side with a corridor between, the only way from south to north."""
    walls = [
        wall("W1", (0, 10), (15, 10), (15, 20)) | {"thickness_m": thickness},
        wall("W2", (15 + gap, 10), (15 + gap, 20), (30, 20)) | {"thickness_m": thickness},
    ]
    compound = {"id": "C1", "name": "院", "geometry": box(0, 0, SIZE, SIZE)}
    return make_area(compounds=[compound], walls=walls, buildings=[house("Z9", 80, 0, 81, 1)])


@pytest.mark.parametrize(("thickness", "passes"), [(0.0, True), (0.24, False)])
def test_walls_are_as_thick_as_they_are(thickness: float, passes: bool) -> None:
    """A corridor of 1.00 m between lines is 0.76 m between bodies of 0.24 m."""
    assert math.isfinite(rolled(parallel(1.0, thickness), (5, 5), (25, 25))) is passes


def test_a_shed_is_passed_on_the_wide_side() -> None:
    """0.5 m on one side of a shed, 5 m on the other: the way round is longer by arithmetic."""
    compound = {"id": "C1", "name": "院", "geometry": box(0, 0, SIZE, SIZE)}
    walls = [wall("W1", (0, 10), (0, 20)) | {"thickness_m": 0.0}]
    sheds = [shed("S1", 0.5, 10, 25, 20)]
    area = make_area(compounds=[compound], walls=walls, structures=sheds, buildings=[house("Z9", 80, 0, 81, 1)])
    straight, around = rolled(area, (0.25, 5), (0.25, 25), "general"), rolled(area, (0.25, 5), (0.25, 25))
    assert straight == pytest.approx(20, abs=0.01)
    assert around == pytest.approx(2 * math.hypot(24.75, 5) + 10, abs=0.01)


@st.composite
def walled_yards(draw: st.DrawFn) -> StudyArea:
    """A random yard, walled round, whose walls are thin lines."""
    area = draw(yards())
    walls = area.walls
    ring = shapely.LinearRing(np.add(ORIGIN, [(0, 0), (SIZE, 0), (SIZE, SIZE), (0, SIZE)]))
    rim = replace_layers(area, {"walls": walls}).walls.iloc[:0].copy()
    rim.loc["W9", ["kind", "removable"]] = ["wall", True]
    rim.loc["W9", "geometry"] = shapely.LineString(ring.coords)
    both = pd.concat([walls, rim]).assign(thickness_m=0.0)
    return replace_layers(area, {"walls": both})


def same_side(area: StudyArea, ends: list[Point], width: float) -> bool | None:
    """Tell whether a disc can be moved from one point to the other; None where it does not fit."""
    stops = shapely.union_all([*area.walls.geometry, *area.structures.geometry, *area.buildings.geometry])
    free = area.compounds.union_all().difference(stops.buffer(width / 2, quad_segs=64))
    parts = list(shapely.get_parts(free))
    held = [{at for at, part in enumerate(parts) if part.contains(end)} for end in ends]
    return None if not all(held) else bool(held[0] & held[1])


place = st.integers(1, 2 * SIZE - 1)


@given(walled_yards(), st.lists(st.tuples(place, place), min_size=6, max_size=6), st.sampled_from([1.2, 1.5, 2.1]))
@settings(max_examples=examples(40), deadline=None)
@pytest.mark.long
def test_as_a_disc_moves(area: StudyArea, halves: list[tuple[int, int]], width: float) -> None:
    ends = spots(**{f"p{at}": (x / 2, y / 2) for at, (x, y) in enumerate(halves)})
    state = state_for(area, Needs(clear_width_m=width))
    places = find_places(state.area, state.fabric, ends)
    found = _pairs(state, places, places, 5000.0).set_index(["origin", "destination"])["distance_m"]
    walked = travel_times(area, ends, ends, limit_m=5000).set_index(["origin", "destination"])["distance_m"]
    assert (found >= walked.reindex(found.index) - 0.01).all()  # never nearer, and nothing that others do not reach
    assert found.to_dict() == found.swaplevel().to_dict()
    reached = set(found.index)
    for one in ends.index:
        for two in ends.index:
            expected = same_side(area, [ends[one], ends[two]], width)
            if expected is not None:
                assert ((one, two) in reached) is expected, (one, two)
