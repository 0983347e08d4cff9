"""Siting on foot: residents, walls in the way, facilities already there."""

import geopandas as gpd
import pytest
from land.yards import layer, there, two_yards
from shapely import Point, box

from spatialreno.siting import site_facilities


def points(**places):
    return gpd.GeoDataFrame(geometry=[there(Point(xy)) for xy in places.values()], index=list(places), crs="EPSG:4546")


def test_the_more_residents_the_nearer():
    opened = two_yards(walls=False)
    found = site_facilities(opened, "health_station", candidates=points(X=(20, 25), Y=(62, 25)))
    assert found.sites["candidate"].tolist() == ["Y"]  # 200 people live by Y, 100 by X
    assert found.objective == pytest.approx((found.assignment["distance_m"] * found.assignment["weight"]).sum())
    assert found.gap == 0
    assert found.provenance["distance"] == "walk"


def test_a_wall_keeps_people_from_a_site():
    shut = site_facilities(two_yards(), "health_station", candidates=points(X=(20, 25)))
    opened = site_facilities(two_yards(walls=False), "health_station", candidates=points(X=(20, 25)))
    assert shut.objective > opened.objective
    assert opened.provenance["unserved_residents"] == 0
    near = site_facilities(two_yards(), "health_station", candidates=points(X=(20, 25)), radius_m=30)
    assert near.status == "infeasible"
    assert near.missing["buildings_beyond_radius"] == ["B2"]


def test_a_facility_already_there_counts():
    there_is = layer({"id": "F1", "kind": "health_station", "geometry": Point(62, 25)})
    today = two_yards(walls=False, facilities=there_is)
    candidates = points(X=(20, 25), Y=(62, 26))
    found = site_facilities(today, "health_station", candidates=candidates)
    assert found.sites["candidate"].tolist() == ["X"]  # F1 serves the larger building already
    assert dict(zip(found.assignment["demand"], found.assignment["site"], strict=True)) == {"B1": "HS1", "B2": "F1"}
    cover = site_facilities(today, "health_station", objective="coverage", radius_m=20, candidates=candidates)
    assert (cover.sites["candidate"].tolist(), cover.objective) == (["X"], 300)


def test_two_footprints_never_overlap():
    found = site_facilities(two_yards(walls=False), "plaza", count=3)
    shapes = found.sites.geometry.tolist()
    assert len(shapes) == 3
    overlaps = [a.intersection(b).area for k, a in enumerate(shapes) for b in shapes[k + 1 :]]
    assert max(overlaps) < 1e-6
    assert found.sites.index.tolist() == ["PL1", "PL2", "PL3"]


def test_no_place_for_it_in_numbers():
    sheds = layer({"id": "S", "legality": "legal", "geometry": box(0, 18, 82, 60)})
    found = site_facilities(two_yards(structures=sheds), "plaza")
    assert found.status == "infeasible"
    assert found.missing["footprint_m2"] == 350
    assert found.missing["largest_free_rectangle_m2"] < 350
    assert found.missing["candidates"] == 0


def test_same_input_same_answer():
    first, second = (site_facilities(two_yards(), "bookstore") for _ in range(2))
    assert first.sites.to_wkb().equals(second.sites.to_wkb())
    assert first.provenance == second.provenance


def housed(*rooms):
    """No open land; a spare room or none in each of the two buildings."""
    homes = [
        {"id": name, "storeys": 6, "residents": 100, "geometry": shape, "spare_room_m2": room}
        for name, shape, room in zip(("B1", "B2"), (box(5, 5, 35, 17), box(47, 5, 77, 17)), rooms, strict=True)
    ]
    sheds = layer({"id": "S", "legality": "legal", "geometry": box(0, 18, 82, 60)})
    return two_yards(walls=False, buildings=layer(*homes), structures=sheds)


def test_what_may_share_a_building_goes_into_a_spare_room():
    """A health station needs 120 m² of floor (App. C, joint): 119 m² do not hold it, 130 m² do."""
    none = site_facilities(housed(119.0, None), "health_station")
    assert (none.status, none.missing["floor_m2"], none.missing["largest_spare_room_m2"]) == ("infeasible", 120, 119)
    today = housed(119.0, 130.0)
    found = site_facilities(today, "health_station")
    (site,) = found.sites.itertuples()
    assert (site.form, site.building_id, site.area_m2) == ("spare_room", "B2", 120)
    assert repr(found).endswith("optimal among 1 candidates>")
    (line,) = found.as_scenario("s").ledger(today).itertuples()
    assert line.cost_yuan == 120 * 1250  # an existing room converted, not a building built


def test_what_stands_alone_goes_into_no_room():
    alone = site_facilities(housed(400.0, 400.0), "plaza")
    assert alone.status == "infeasible"
    assert "largest_spare_room_m2" not in alone.missing
