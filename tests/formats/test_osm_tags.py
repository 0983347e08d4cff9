"""What tags mean."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from formats.osm_town import CRS, two_compounds

from spatialreno.catalog import read_catalog
from spatialreno.formats.osm.import_osm import import_osm
from spatialreno.formats.osm.tags import Kinds, hours, level, number, vehicles, walkers


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return Kinds(read_catalog().osm_kinds)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"amenity": "pharmacy", "healthcare": "pharmacy"}, ["pharmacy"]),
        ({"amenity": "restaurant"}, []),
        ({"amenity": "school"}, []),
        ({"amenity": "school", "name": "行署路小学"}, ["primary_school"]),
        ({"amenity": "school", "isced:level": "1;2"}, ["primary_school", "junior_school"]),
        ({"leisure": "pitch", "sport": "basketball"}, ["small_ball_ground"]),
        ({"leisure": "pitch"}, []),
        ({"sport": "basketball"}, []),
        ({"shop": "convenience;hairdresser"}, ["convenience_store", "shops"]),
        ({"office": "government", "name": "西工社区居委会"}, ["community_service_station"]),
        ({"highway": "bus_stop", "public_transport": "platform", "bus": "yes"}, ["bus_stop"]),
    ],
)
def test_facility_kinds(kinds: Kinds, tags: dict[str, str], expected: list[str]) -> None:
    assert [kind.kind for kind in kinds.of(tags, "facilities")] == expected


def test_buildings_of_unknown_value_come_last(kinds: Kinds) -> None:
    assert next(kind.kind for kind in kinds.of({"building": "apartments"}, "buildings")) == "residential"
    assert [kind.kind for kind in kinds.of({"building": "pagoda"}, "buildings")] == ["other"]
    assert kinds.leaves_out("building", {"building": "roof"})
    assert not kinds.leaves_out("building", {"building": "yes"})


def test_unmatched_tags_are_counted(kinds: Kinds) -> None:
    counter: Counter[str] = Counter()
    for tags in ({"amenity": "restaurant"}, {"amenity": "restaurant"}, {"amenity": "school"}, {"shop": "books"}):
        kinds.unmatched(tags, counter)
    assert counter == {"amenity=restaurant": 2, "amenity=school": 1}


@pytest.mark.parametrize(
    ("tags", "on_foot", "by_car"),
    [
        ({}, None, None),
        ({"access": "yes"}, "public", "public"),
        ({"access": "private"}, "residents", "residents"),
        ({"access": "no"}, "closed", "closed"),
        ({"access": "no", "foot": "permissive"}, "public", "closed"),
        ({"locked": "yes"}, "closed", "closed"),
        ({"locked": "yes", "foot": "yes"}, "public", "closed"),
        ({"access": "private", "motor_vehicle": "no"}, "residents", "closed"),
    ],
)
def test_who_may_pass(tags: dict[str, str], on_foot: str | None, by_car: str | None) -> None:
    assert (walkers(tags), vehicles(tags)) == (on_foot, by_car)


@pytest.mark.parametrize(
    ("text", "value"),
    [("6", 6), ("6;18", 6), ("2,5", 2.5), ("18 m", 18), ("120 cm", 1.2), ("0", None), ("-1", None), (None, None)],
)
def test_numbers(text: str | None, value: float | None) -> None:
    assert number(text) == (pytest.approx(value) if value else None)


def test_levels_and_hours() -> None:
    assert level({"bridge": "yes", "layer": "2"}) == 2
    assert level({"bridge": "yes"}) == 1
    assert level({"tunnel": "yes"}) == -1
    assert level({"tunnel": "building_passage"}) == 0
    assert level({"layer": "1"}) == 0
    assert hours({"opening_hours": "06:00-22:00"}) == "06:00-22:00"
    assert hours({"opening_hours": "24/7"}) is None


@pytest.mark.long
def test_places_become_facilities_green_and_parking(tmp_path: Path) -> None:
    town = two_compounds()
    shop = town.node(30, 25, shop="convenience", name="小卖部")
    town.node(-130, 20, amenity="restaurant")
    town.node(-130, 30, amenity="toilets", access="no")
    town.box(70, 120, 20, 200, 90, amenity="kindergarten", name="幼儿园")
    town.node(150, 50, amenity="kindergarten", name="幼儿园")
    town.box(71, -80, 60, -60, 80, leisure="park")
    town.box(72, 120, 110, 140, 130, leisure="park")
    town.box(73, -90, 10, -70, 20, amenity="parking", capacity="12")
    town.box(74, -60, 10, -50, 20, amenity="parking", parking="underground")
    tree = town.node(-30, 90, natural="tree", circumference="0.942")
    door = town.node(40, 20, entrance="staircase", ref="1")
    town.ways[2] = town.ways[2].replace("<nd", f"<nd ref='{town.node(20, 20)}'/><nd ref='{door}'/><nd", 1)
    town.ways[2] = town.ways[2].replace(f'<nd ref="{town.node(20, 20)}"/>', "", 1)
    area = import_osm(town.save(tmp_path / "town.osm"), crs=CRS)
    shops = area.facilities
    assert shops.building_id[f"n{shop}-convenience_store"] == "w20"
    assert list(shops.index[shops["kind"] == "kindergarten"]) == ["w70-kindergarten"]
    assert "public_toilet" not in set(shops["kind"])
    assert area.open_spaces["kind"].to_dict() == {"w71": "cluster_green", "w72": "public_green"}
    assert area.parking.places["w73"] == 12
    assert area.parking.geometry["w74"].geom_type == "Point"
    assert area.trees.trunk_m[f"n{tree}"] == pytest.approx(0.3, abs=0.01)
    assert area.entrances.building_id[f"n{door}"] == "w20"
    assert any("amenity=restaurant (1)" in reason for reason in area.report["reason"])
