"""The coordinate system: chosen by longitude, stated, checked against the ground, never guessed."""

import math

import numpy as np
import pytest
import shapely
from conftest import ORIGIN, examples, frame
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from spatialreno.area import assemble
from spatialreno.area.place.crs import LONLAT, crs_text, metric_crs, soon_found, zone_crs
from spatialreno.area.place.wrong_place import length_error
from spatialreno.errors import InputError

C1 = {"id": "C1", "name": "院", "geometry": shapely.box(0, 0, 100, 100)}
B1 = {"id": "B1", "residents": 5, "geometry": shapely.box(10, 10, 30, 20)}
WALL = {"id": "W1", "geometry": shapely.LineString([(0, 0), (100, 0)])}


def layers(crs="EPSG:4546", **more):
    raw = {"compounds": [C1], "buildings": [B1]} | more
    return {name: frame(rows).to_crs(crs) for name, rows in raw.items()}


def refusal(raw, **options):
    with pytest.raises(InputError) as caught:
        assemble(raw, name="x", **options)
    return caught.value


@given(st.floats(73.5, 136.5))
@example(73.5)
@example(112.5)
@example(136.5)
@settings(deadline=None)
def test_the_zone_is_the_one_whose_meridian_is_nearest(longitude):
    zone = zone_crs(longitude)
    meridian = zone.coordinate_operation.params[1].value
    assert 4534 <= zone.to_epsg() <= 4554
    assert "CGCS2000 / 3-degree" in zone.name
    assert abs(meridian - longitude) <= 1.5
    assert meridian % 3 == 0


@given(st.floats(-180, 180))
@example(180.0)
@settings(max_examples=examples(20), deadline=None)
def test_elsewhere_lengths_are_true_too(longitude):
    crs = zone_crs(longitude)
    place = Transformer.from_crs(LONLAT, crs, always_xy=True).transform(longitude, 34.0)
    assert length_error(crs, *place) < 0.002


@pytest.mark.parametrize("code", [4546, 4549, 3857, 32649])
def test_length_error_is_that_of_the_geodesic(code):
    crs = CRS.from_epsg(code)
    centre = frame([C1]).to_crs(crs).geometry.iloc[0].centroid
    ends = frame([C1 | {"geometry": shapely.Point(0, 0)}]).to_crs(crs).geometry
    a, b = shapely.Point(centre.x - 500, centre.y), shapely.Point(centre.x + 500, centre.y)
    lonlat = type(ends)([a, b], crs=crs).to_crs(LONLAT)
    true = Geod(ellps="WGS84").inv(lonlat[0].x, lonlat[0].y, lonlat[1].x, lonlat[1].y)[2]
    assert length_error(crs, centre.x, centre.y) == pytest.approx(abs(1000 / true - 1), rel=0.05, abs=1e-5)


def test_without_a_word_the_zone_of_the_longitude_is_taken():
    area = assemble(layers("EPSG:4326"), name="x")
    assert area.crs.to_epsg() == 4546
    assert area.compounds.geometry["C1"].area == pytest.approx(10_000, rel=1e-6)


def test_layers_in_several_systems_meet():
    raw = layers() | {"walls": frame([WALL]).to_crs("EPSG:4549")} | {"buildings": frame([B1]).to_crs("EPSG:4326")}
    area = assemble(raw, name="x", crs="EPSG:4546")
    assert {area.layer(n).crs.to_epsg() for n in ("compounds", "walls", "buildings", "trees")} == {4546}
    assert area.walls.geometry["W1"].coords[0] == pytest.approx(ORIGIN, abs=1e-4)
    assert area.buildings.compound_id["B1"] == "C1"


def test_a_layer_without_a_system_is_refused_by_name():
    raw = layers() | {"walls": frame([WALL], None)}
    (fault,) = refusal(raw, crs="EPSG:4546").faults
    assert (fault.layer, fault.message) == ("walls", "has no coordinate system")
    assert "set_crs" in fault.mend


def test_all_layers_without_a_system_are_named_at_once():
    raw = {name: table.set_crs(None, allow_override=True) for name, table in layers().items()}
    assert {f.layer for f in refusal(raw).faults} == {"compounds", "buildings"}


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2263", "EPSG:999999", "here", None, 7.5])
def test_a_system_that_is_not_in_metres_is_refused(crs):
    with pytest.raises(InputError, match=r"area\.toml: crs.*EPSG:4546"):
        metric_crs(crs, "area.toml: crs")


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4538", "EPSG:32630"])
@pytest.mark.long
def test_a_system_that_lies_about_lengths_is_refused_with_the_true_one(crs):
    (fault,) = refusal(layers(), crs=crs).faults
    assert fault.layer == "compounds"
    assert f"lengths in {crs} are" in fault.message
    assert "EPSG:4546" in fault.mend


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4497", "EPSG:32649"])
def test_neighbouring_zones_and_utm_may_be_chosen(crs):
    assert assemble(layers(), name="x", crs=crs).crs == CRS(crs)


def test_swapped_axes_are_called_so():
    raw = layers("EPSG:4326")
    raw["walls"] = frame([WALL]).to_crs("EPSG:4326")
    raw["walls"].geometry = shapely.transform(raw["walls"].geometry.to_numpy(), lambda xy: xy[:, ::-1])
    (fault,) = refusal(raw).faults
    assert (fault.layer, fault.ids) == ("walls", ("W1",))
    assert "swapped" in fault.mend


def test_all_layers_with_swapped_axes_are_named():
    raw = layers("EPSG:4326")
    for table in raw.values():
        table.geometry = shapely.transform(table.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    faults = refusal(raw).faults
    assert [f.layer for f in faults] == ["compounds", "buildings"]
    assert all("swapped" in f.mend for f in faults)


def test_metres_that_call_themselves_degrees_are_refused():
    raw = {name: table.set_crs("EPSG:4326", allow_override=True) for name, table in layers().items()}
    faults = refusal(raw).faults
    assert {(f.layer, f.ids) for f in faults} == {("compounds", ("C1",)), ("buildings", ("B1",))}
    assert all("metres" in f.mend for f in faults)


def test_degrees_that_call_themselves_metres_are_refused():
    raw = {n: t.set_crs("EPSG:4546", allow_override=True) for n, t in layers("EPSG:4326").items()}
    faults = refusal(raw).faults
    assert {(f.layer, f.ids) for f in faults} == {("compounds", ("C1",)), ("buildings", ("B1",))}
    assert all("look like degrees, but EPSG:4546 is in metres" in f.message for f in faults)


def test_a_system_is_written_as_it_can_be_read_back():
    own = CRS.from_user_input("+proj=tmerc +lon_0=112.5 +k=1 +x_0=500000 +ellps=GRS80 +units=m")
    assert crs_text(CRS.from_epsg(4546)) == "EPSG:4546"
    assert metric_crs(crs_text(own), "crs") == own
    assert math.isfinite(length_error(own, 500_000, 3_800_000))


@pytest.mark.parametrize("code", [4546, 25832, 2381, 27700, 28992])
def test_the_way_that_is_soon_found_is_the_same_to_the_bit(code):
    system = CRS.from_epsg(code)
    use = system.area_of_use
    lon, lat = np.random.default_rng(7).uniform([use.west, use.south], [use.east, use.north], (50, 2)).T
    slow = Transformer.from_crs(LONLAT, system, always_xy=True).transform(lon, lat)
    assert np.array_equal(slow, Transformer.from_crs(soon_found(LONLAT), system, always_xy=True).transform(lon, lat))
    assert soon_found(system) is system
