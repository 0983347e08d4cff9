"""What people hand in is taken in any natural form, or answered with the nearest words; never with an empty table."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely
from conftest import at, make_area

import spatialreno as sr

FAR = gpd.GeoSeries([shapely.Point(0, 0)], crs=4326)


@pytest.fixture(scope="module")
def yard() -> sr.StudyArea:
    return make_area(
        compounds=[{"id": "C1", "name": "一院", "geometry": shapely.box(0, 0, 100, 60)}],
        buildings=[
            {
                "id": "B1",
                "use": "residential",
                "households": 10,
                "residents": 25,
                "geometry": shapely.box(5, 20, 15, 30),
            },
            {
                "id": "B2",
                "use": "residential",
                "households": 10,
                "residents": 25,
                "geometry": shapely.box(5, 40, 15, 50),
            },
        ],
        facilities=[{"id": "F1", "kind": "pharmacy", "geometry": shapely.Point(60, 25)}],
        paths=[{"id": "L1", "kind": "street", "geometry": shapely.LineString([(-20, -5), (120, -5)])}],
    )


def _metres(area: sr.StudyArea, origins: object) -> float:
    return float(sr.travel_times(area, origins, ["F1"])["distance_m"].iloc[0])  # type: ignore[arg-type]


def test_points_in_any_system_give_the_same_walk(yard: sr.StudyArea) -> None:
    here = gpd.GeoSeries([at(40, 25)], index=["P"], crs=yard.crs)
    walk = _metres(yard, here)
    assert walk == pytest.approx(20.0, abs=0.01)
    for given in (
        here.to_crs(4326),
        here.to_crs(3857),
        here.to_frame("geometry"),
        at(40, 25),
        [at(40, 25)],
        at(40, 25).coords[0],
    ):
        assert _metres(yard, given) == pytest.approx(walk, abs=0.01)
    reached = [sr.isochrones(yard, given, 5).area.sum() for given in (here, here.to_crs(4326))]
    assert reached[0] == pytest.approx(reached[1], rel=1e-4)
    assert reached[0] > 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (gpd.GeoSeries([shapely.Point(0, 0)], index=["P"]), "from the area. State the system"),
        (gpd.GeoSeries([shapely.Point(0, 0)], index=["P"], crs=4326), "from the area. Ask for places nearby"),
        (gpd.GeoSeries([None], index=["P"], crs=4326), "P has no geometry"),
        ("B9", "B9 must each name a building or a facility"),
    ],
)
def test_places_that_cannot_be_meant_are_told(yard: sr.StudyArea, given: object, said: str) -> None:
    with pytest.raises(sr.InputError, match=said):
        sr.travel_times(yard, given, ["F1"])  # type: ignore[arg-type]


def test_one_id_needs_no_list_and_a_table_stands_for_its_ids(yard: sr.StudyArea) -> None:
    one = sr.travel_times(yard, "B1", "F1")
    assert one.equals(sr.travel_times(yard, ["B1"], ["F1"]))
    both = sr.travel_times(yard, yard.buildings.index, ["F1"])
    assert sorted(both["origin"]) == ["B1", "B2"]
    chosen = sr.demolish("buildings", ids=yard.buildings.head(1))  # type: ignore[arg-type]
    assert chosen == sr.demolish("buildings", ids="B1")


def test_a_mistyped_kind_is_answered_with_the_nearest(yard: sr.StudyArea) -> None:
    for ask in (lambda kinds: sr.nearest(yard, kinds), lambda kinds: sr.what_if(yard, kinds=kinds, radius_m=300)):
        with pytest.raises(sr.InputError, match=r"pharmcy is no kind of facility\. Did you mean pharmacy"):
            ask(["pharmcy"])
    assert sr.nearest(yard, "pharmacy").equals(sr.nearest(yard, ["pharmacy"]))


def test_odd_arguments_get_a_sentence(yard: sr.StudyArea) -> None:
    with pytest.raises(sr.InputError, match="0 or more"):
        sr.travel_times(yard, "B1", "F1", limit_m=-5)
    with pytest.raises(sr.InputError, match="B0x is no building or facility"):
        sr.compare(yard, [], origins=["B0x"])
    with pytest.raises(sr.ScenarioError, match="the title is no text"):
        sr.Scenario("x", [sr.demolish("walls", ids="W1")])  # type: ignore[arg-type]
    with pytest.raises(sr.ScenarioError, match="StudyArea is no scenario"):
        sr.compare(yard, [yard])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda area: sr.travel_times(area, 5, "F1"), "5 must each name a building"),
        (lambda area: sr.nearest(area, 5), "5 is no kind of facility"),
        (lambda area: sr.nearest(area, "pharmacy", group=3), "group 3 is not in the catalog"),
        (lambda area: sr.fewest_removals(area, ["plaza"]), r"\['plaza'\] is not one kind of facility"),
        (lambda area: sr.site_facilities(area, ["plaza"]), "no kind \\['plaza'\\]"),
        (lambda area: sr.land.buildable_land(area, "plasa"), "no kind plasa in the catalog. Did you mean plaza"),
        (lambda area: sr.land.footprint_fits(area, "plaza", FAR), "km from the area"),
        (lambda area: sr.land.footprint_fits(area, "plaza", "P1"), "P1 are no points"),
        (lambda area: sr.walk.walk_network(area, compound="C2"), "C2 is no compound. Choose from: C1"),
        (lambda area: sr.plan_dig(area, kinds="watter"), "watter is unknown or given twice. Did you mean water"),
        (lambda area: sr.walk.isochrone_change(area, area, "B9"), "B9"),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence_everywhere(yard: sr.StudyArea, ask: Any, said: str) -> None:
    with pytest.raises(sr.InputError, match=said):
        ask(yard)


def test_a_point_a_word_and_a_table_are_taken_everywhere(yard: sr.StudyArea) -> None:
    place = yard.buildings.geometry.iloc[0].centroid
    assert not len(sr.walk.isochrone_change(yard, yard, place, minutes=5))
    east = gpd.GeoSeries([place], crs=yard.crs).to_crs(4326)
    near = gpd.GeoSeries([place], crs=yard.crs)
    assert sr.land.footprint_fits(yard, "plaza", east).equals(sr.land.footprint_fits(yard, "plaza", near))
    assert sr.demolish("walls", between=yard.compounds) == sr.demolish("walls", between=["C1"])
