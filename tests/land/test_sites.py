"""Candidate sites: inside free land, clear of homes, stable ids."""

import numpy as np
import pytest
import shapely
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from land.yards import area, layer, there, two_yards
from shapely import box

from spatialreno.errors import InputError
from spatialreno.land import buildable_land, candidate_sites, kind_sides, largest_site
from spatialreno.land.footprints.zones import directions, zones_of
from spatialreno.land.free.free_land import free_surface


@pytest.mark.parametrize("kind", ["plaza", "bookstore", "heat_exchange_station", "recycling_point"])
def test_every_candidate_stands_in_free_land_clear_of_homes(kind):
    today = two_yards()
    sites = candidate_sites(today, kind)
    row = today.catalog.facilities.loc[kind]
    surface, homes = free_surface(today), today.buildings.geometry.union_all()
    assert len(sites) >= 2
    assert (shapely.area(shapely.difference(sites.geometry.to_numpy(), surface)) < 1e-6).all()
    assert (sites.geometry.distance(homes) >= row["setback_m"] - 1e-6).all()
    size, least = (100, 10) if kind == "heat_exchange_station" else row[["footprint_m2", "least_width_m"]]
    assert sites["area_m2"].tolist() == pytest.approx([size] * len(sites))
    assert (sites[["width_m", "depth_m"]].min(axis=1) >= least - 1e-9).all()
    assert sites.index[0] == "S01"
    assert sites["compound_id"].isin(["C1", "C2"]).all()


def test_nothing_fits_in_a_full_yard_and_the_largest_is_told():
    yard = layer({"id": "C1", "name": "院", "geometry": box(0, 0, 40, 40)})
    shed = layer({"id": "S1", "legality": "legal", "geometry": box(0, 0, 40, 33)})
    full = area(compounds=yard, structures=shed)
    assert candidate_sites(full, "plaza").empty
    assert list(candidate_sites(full, "plaza").columns) == list(candidate_sites(two_yards(), "plaza").columns)
    assert largest_site(full, "plaza", (1.0, 2.0)).rectangle.area == pytest.approx(7 * 14, abs=0.1)


def test_a_wall_down_lets_a_footprint_span_two_yards():
    yards = layer(
        {"id": "C1", "name": "东院", "geometry": box(0, 0, 8, 30)},
        {"id": "C2", "name": "西院", "geometry": box(8, 0, 16, 30)},
    )
    wall = layer({"id": "W", "geometry": shapely.LineString([(8, 0), (8, 30)])})
    assert candidate_sites(area(compounds=yards, walls=wall), "plaza").empty
    opened = candidate_sites(area(compounds=yards), "plaza")
    assert len(opened)
    assert opened.geometry.iloc[0].intersects(there(shapely.LineString([(8, 0), (8, 30)])))


def test_directions_follow_the_buildings():
    turned = shapely.affinity.rotate(box(10, 10, 40, 22), 20, origin=(25, 16))
    yard = layer({"id": "C1", "name": "院", "geometry": shapely.affinity.rotate(box(0, 0, 60, 60), 20)})
    homes = layer({"id": "B1", "residents": 50, "geometry": turned})
    angles = candidate_sites(area(compounds=yard, buildings=homes), "plaza")["angle_deg"] % 90
    assert angles.tolist() == pytest.approx([20.0] * len(angles), abs=1e-6)


@pytest.mark.parametrize("reach_m", [1.0, 12.0, 80.0])
def test_yards_asked_together_have_the_directions_of_each(reach_m):
    whole = two_yards()
    assert [list(one.angles) for one in zones_of(whole, reach_m)] == [
        directions(whole, one.ground, reach_m) for one in zones_of(whole, reach_m)
    ]


def test_ids_and_places_do_not_depend_on_the_order_of_rows():
    once = two_yards()
    names = ("compounds", "buildings", "walls", "structures")
    again = area(**{name: once.layer(name).iloc[::-1].reset_index() for name in names})
    left, right = candidate_sites(once, "bookstore"), candidate_sites(again, "bookstore")
    assert left.to_wkb().equals(right.to_wkb())


def test_unknown_kinds_and_kinds_without_a_size():
    with pytest.raises(InputError, match="no kind teahouse"):
        candidate_sites(two_yards(), "teahouse")
    with pytest.raises(InputError, match="no footprint"):
        kind_sides(two_yards(), "bus_stop")


_sheds = st.lists(
    st.tuples(st.integers(-2, 30), st.integers(-2, 30), st.integers(3, 20), st.integers(3, 20)),
    min_size=2,
    max_size=6,
)


@settings(max_examples=examples(20), deadline=None)
@given(_sheds)
def test_where_there_is_no_candidate_brute_force_finds_none(sheds):
    yard = layer({"id": "C1", "name": "院", "geometry": box(0, 0, 34, 34)})
    rows = [
        {"id": f"S{k}", "legality": "legal", "geometry": box(x, y, x + w, y + h)}
        for k, (x, y, w, h) in enumerate(sheds)
    ]
    today = area(compounds=yard, structures=layer(*rows))
    sites = candidate_sites(today, "bookstore", sides=[(10.0, 15.0)])
    corner = np.stack(np.meshgrid(np.arange(25), np.arange(25)), axis=-1).reshape(-1, 2)  # whole metres suffice
    lying = shapely.box(*corner.T, *(corner + np.array([15, 10])).T)
    standing = shapely.box(*corner.T, *(corner + np.array([10, 15])).T)
    origin = there(shapely.Point(0, 0)).coords[0]
    surface = shapely.transform(buildable_land(today, "bookstore"), lambda xy: xy - origin)
    assert bool(len(sites)) == bool(shapely.covers(surface.buffer(1e-6), [*lying, *standing]).any())
