"""A rectangle that is listed lies on land where its kind may stand once its needs are gone, and not before."""

import random

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from quarters import area_of, quarters

from spatialreno import Scenario, demolish
from spatialreno.errors import InputError
from spatialreno.land import buildable_land, footprint_fits, kinds_alike
from spatialreno.land.footprints.buildable import edges_of_land
from spatialreno.land.footprints.point_fits import _far_inside, _least, rectangles

KINDS = ("convenience_store", "parcel_locker", "fitness_equipment", "bike_parking")
SIDES = ["width_m", "depth_m", "angle_deg"]


def grid(area):
    west, south, east, north = area.compounds.total_bounds
    xs, ys = (range(round(low) + 2, round(high), 5) for low, high in ((west, east), (south, north)))
    return gpd.GeoSeries([shapely.Point(x, y) for x in xs for y in ys], crs=area.crs)


@settings(max_examples=examples(12), deadline=None)
@given(quarters(2), st.data())
def test_needs_are_what_python_says_stands_in_the_way(rows, data):
    """Whatever is taken down: where the needs of a rectangle are gone it lies on buildable land, else it does not."""
    area, kind = area_of(rows), data.draw(st.sampled_from(KINDS))
    points = grid(area)
    found = footprint_fits(area, kind, points)
    gone = {(layer, i) for layer in ("walls", "structures") for i in area.layer(layer).index
            if area.layer(layer)["removable"].fillna(True)[i] and data.draw(st.booleans())}  # fmt: skip
    acts = [demolish(layer, ids=ids) for layer in ("walls", "structures")
            if (ids := sorted(i for one, i in gone if one == layer))]  # fmt: skip
    land = buildable_land(Scenario("some", "", acts).apply(area) if acts else area, kind)
    at = shapely.get_coordinates(points[found["point"]].to_numpy())
    inner = rectangles(at, found[SIDES].to_numpy(float) - [1e-5, 1e-5, 0])
    fits = shapely.covers(land, inner)
    assert fits.tolist() == [set(needs) <= gone for needs in found["needs"]]


def test_a_kind_without_a_footprint_is_refused_and_alike_kinds_are_listed_once(example):
    with pytest.raises(InputError, match="primary_school"):
        footprint_fits(example, "primary_school", grid(example))
    kinds = [kind for group in kinds_alike(example) for kind in group]
    assert len(kinds) == len(set(kinds)) and "primary_school" not in kinds and "heat_exchange_station" in kinds


@pytest.mark.parametrize("seed", range(4))
def test_of_each_point_no_rectangle_is_kept_that_needs_what_another_does(seed):
    """Of each point, fewest needs first: one after another is kept unless all that a kept one needs it needs too."""
    dice = random.Random(seed)
    at = np.array([dice.randrange(6) for _ in range(60)])
    needs = [tuple(("walls", str(k)) for k in sorted(dice.sample(range(4), dice.randrange(seed % 2, 4)))) for _ in at]
    kept = []
    for point in range(6):
        own: list[int] = []
        for k in sorted(np.flatnonzero(at == point), key=lambda k: (len(needs[k]), k)):
            own += [] if any(set(needs[other]) <= set(needs[k]) for other in own) else [k]
        kept += own
    assert _least(at, needs) == kept


@pytest.mark.parametrize("kind", ["pocket_garden", "pharmacy", "heat_exchange_station"])
def test_far_inside_is_far_from_the_whole_outline(example, kind):
    land = buildable_land(example, kind)
    points = grid(example).to_numpy()
    points = points[shapely.contains(land, points)]
    away = shapely.distance(land.boundary, points)
    for least_m in (1.0, 6.0, 15.0):
        found = _far_inside(edges_of_land(example, kind), shapely.get_coordinates(points), least_m)
        assert sorted(found.tolist()) == np.flatnonzero(away >= least_m / 2 - 1e-6).tolist()
