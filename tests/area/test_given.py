"""What people hand in is taken in any natural form, or answered with the nearest words; never with an empty table."""

from __future__ import annotations

from math import isnan, nan
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from conftest import at, frame, make_area

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


def test_points_keep_the_labels_of_their_index(yard: sr.StudyArea) -> None:
    numbered = gpd.GeoSeries([at(40, 25), at(41, 25)], index=[18, 7], crs=yard.crs)
    walks = sr.travel_times(yard, numbered, "F1")
    assert walks["origin"].tolist() == [18, 7]
    for origins in (walks["origin"], sr.isochrones(yard, numbered, 5)["origin"]):
        assert origins.dtype == numbered.index.dtype
    assert numbered.to_frame("geometry").join(walks.set_index("origin"))["distance_m"].notna().all()
    table = sr.walk.distance_table(yard, numbered, "F1")
    assert table.metres(7, "F1") == walks["distance_m"].iloc[1]
    assert sr.travel_times(yard, "B1", "F1")["origin"].dtype == yard.buildings.index.dtype


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (gpd.GeoSeries([shapely.Point(0, 0)], index=["P"]), "from the area. State the system"),
        (gpd.GeoSeries([shapely.Point(0, 0)], index=["P"], crs=4326), "from the area. Ask for places nearby"),
        (gpd.GeoSeries([None], index=["P"], crs=4326), "P has no geometry"),
        (gpd.GeoSeries([at(40, 25), at(41, 25)], index=[1, 1], crs="EPSG:4546"), "1 names several places"),
        ("B12", r"B12 must each name a building or a facility.*Did you mean B2, B1"),
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


def test_one_wall_and_one_kind_need_no_list(yard: sr.StudyArea) -> None:
    walled = yard.with_layer("walls", frame([{"id": "W1", "geometry": shapely.LineString([(20, 10), (20, 50)])}]))
    found = sr.what_if(walled, "W1", kinds="pharmacy", radius_m=300)
    assert found.table.index.tolist() == [("walls", "W1")]
    assert len(found.plot().collections) == 1
    assert sr.walk.cut_through(walled, "W1", kinds="pharmacy", radius_m=300)["opening"].eq("W1").all()
    with pytest.raises(sr.InputError, match=r"W11 must each name one wall.*Did you mean W1\?"):
        sr.what_if(walled, "W11")


def test_a_layer_of_shapes_alone_is_a_choice_of_sites(yard: sr.StudyArea) -> None:
    asked = gpd.GeoSeries([at(40, 25), at(90, 50)], index=[3, 4], crs=yard.crs)
    found = sr.site_facilities(yard, "bookstore", candidates=asked)
    assert found.sites["candidate"].tolist() == ["3"]


def test_an_area_is_not_written_as_a_folder_that_looks_like_a_file(yard: sr.StudyArea, tmp_path: Path) -> None:
    with pytest.raises(sr.InputError, match=r"\.gpkg only.*parquet"):
        sr.write_area(yard, tmp_path / "area.parquet")
    with pytest.raises(sr.InputError, match=r"Did you mean parquet"):
        sr.export_area(yard, tmp_path / "out", "geoparquet")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


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
    with pytest.raises(sr.ScenarioError, match="function is no mapping"):
        sr.demolish("walls", where=lambda walls: walls)  # type: ignore[arg-type]
    with pytest.raises(sr.InputError, match="list is no table of shapes"):
        sr.site_facilities(yard, "pharmacy", candidates=["B1"])  # type: ignore[arg-type]
    with pytest.raises(sr.ScenarioError, match="StudyArea is no scenario"):
        sr.compare(yard, [yard])  # type: ignore[list-item]
    with pytest.raises(sr.ScenarioError, match="options: str is no scenario"):
        sr.compare(yard, "clear")  # type: ignore[arg-type]
    with pytest.raises(sr.ScenarioError, match="options: Demolish is no scenario"):
        sr.compare(yard, sr.demolish("walls", ids="W1"))  # type: ignore[arg-type]
    with pytest.raises(sr.InputError, match=r"StudyArea is no table\. Give what sweep returns"):
        sr.pareto(yard, ["score"])  # type: ignore[arg-type]
    with pytest.raises(sr.InputError, match=r"scor is no indicator of the catalog\. Did you mean score"):
        sr.indicators.indicator_title(yard.catalog, "scor")
    clear = sr.Scenario("clear")
    for ask in (sr.find_consents, sr.synergy):
        with pytest.raises(sr.ScenarioError, match="str is no scenario"):
            ask(yard, "clear")
    with pytest.raises(sr.ScenarioError, match="survey: StudyArea is no scenario"):
        sr.survey_next(yard, [clear, yard])  # type: ignore[list-item]
    with pytest.raises(sr.InputError, match="list names no clusters"):
        sr.community.manage(yard, clusters=["C1"])  # type: ignore[arg-type]
    with pytest.raises(sr.InputError, match="a rate from 0 to 1"):
        sr.community.pays_from(sr.community.management_costs(yard.catalog), gates=1, fee_yuan=20.0, rate=90)
    unknown = sr.community.pays_from(sr.community.management_costs(yard.catalog), gates=1, fee_yuan=nan, rate=0.5)
    assert isnan(unknown)
    with pytest.raises(sr.InputError, match="subsidy: a cost of -5 yuan"):
        sr.community.subsidy_of(yard.catalog, "luoyang", -5)
    for share in (sr.design.shapley, sr.design.find_core, lambda values: sr.design.worst_off(values, [0.0])):
        with pytest.raises(sr.InputError, match=r"games: 3 values\. Give one for each coalition"):
            share([0.0, 1.0, 2.0])
    with pytest.raises(sr.InputError, match="games: 1 shares of 2 players"):
        sr.design.worst_off([0.0, 1.0, 2.0, 3.0], [0.0])
    for ask in (sr.draw, sr.report):
        with pytest.raises(sr.InputError, match="StudyArea is no comparison"):
            ask(yard)
    for ask in (sr.evaluate, lambda given: sr.compare(given, []), sr.live):
        with pytest.raises(sr.InputError, match="str is no study area"):
            ask("xigongdi")
    with pytest.raises(sr.ScenarioError, match="live: str is no scenario"):
        sr.live(yard, scenarios=["clear"])  # type: ignore[list-item]
    with pytest.raises(sr.InputError, match='lang is "fr"'):
        sr.indicators.indicator_title(yard.catalog, "score", lang="fr")


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
        (lambda area: sr.compare(area, []).change(lang="fr"), 'Use "zh" or "en"'),
        (lambda area: sr.compare(area, []).leaders(lang="fr"), 'Use "zh" or "en"'),
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


def test_a_plan_with_a_slip_of_the_pen_is_answered_with_the_nearest(yard: sr.StudyArea) -> None:
    shop = sr.build("facilities", "F9", geometry=at(40, 40), kind="bookstor")
    for act, meant in ((shop, "bookstore"), (sr.demolish("buildings", within="C11"), "C1")):
        with pytest.raises(sr.ScenarioError, match=f"Did you mean {meant}"):
            sr.Scenario("x", interventions=[act]).apply(yard)


def test_an_id_with_a_comma_is_one_id_in_a_finding():
    from spatialreno.area import as_finding

    act = {"layer": "walls", "rule": "heights", "reason": "heights left out"}
    assert as_finding(act | {"id": "W1, north"}).ids == ("W1, north",)
    assert as_finding(act | {"id": ("W1, north", "W2")}).ids == ("W1, north", "W2")
    assert as_finding(act | {"id": ""}).ids == as_finding(act | {"id": ()}).ids == ()
