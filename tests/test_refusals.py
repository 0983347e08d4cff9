"""What a script hands to the nouns by mistake is refused by a sentence that names it; nothing ends in a traceback."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
from conftest import ROOT
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno import InputError, StudyArea

Asked = Callable[[StudyArea], object]
TOLD = ROOT / "data/programme/luoyang-xigong.csv"
KEPT = sr.catalog.Finding("kept", {"count": 1})


@pytest.fixture(scope="module")
def yards() -> StudyArea:
    return two_yards()


def of_area(area: StudyArea) -> sr.Scenario:
    return sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W1"])])


AREA: dict[str, Asked] = {
    "walls: list is no table": lambda area: area.with_layer("walls", [1]),
    "Did you mean walls": lambda area: area.layer("wals"),
    "costz: no such table": lambda area: area.with_catalog(costz=[]),
    "list names no table": lambda area: area.catalog.with_rows([1]),
    "constants: .* is no list of rows": lambda area: area.catalog.with_rows({"constants": [1]}),
    "its rows have no key": lambda area: area.catalog.entry("costs", "walls"),
    'lang is "fr"': lambda area: area.catalog.word("buildings", "use", "mixed", "fr"),
    'Walls: lang is "fr"': lambda area: area.catalog.layers["walls"].title("fr"),
    'notes: lang is "fr"': lambda area: sr.catalog.sentence(area.catalog, KEPT, "fr"),
    "give tables by name": lambda _: sr.assemble([1], name="x"),
    "max_m is '20'": lambda area: sr.split_walls(area, max_m="20"),
    "opened: str is no study area": lambda area: of_area(area).apply("yards"),
    "start: 'March' is no day": lambda _: sr.area.as_day("March", what="start"),
    "start: 5 is no day": lambda _: sr.area.as_day(5, what="start"),
    "live: 'soon' is no day": lambda area: sr.live(area, start="soon"),
    "isochrones: simplify_m is -1": lambda area: sr.isochrones(area, ["F1"], 5, simplify_m=-1),
    "'tent' is no form": lambda area: sr.area.station_sizes(area, 1000.0, form="tent"),
    "'gcj2' is none": lambda area: sr.area.shifted(area.walls, "gcj2"),
    "opend is no option": lambda area: of_area(area).bill(area).unpriced_count("opend"),
    "opent is no option": lambda area: of_area(area).bill(area).unmeasured_count("opent"),
    "by payr": lambda area: of_area(area).bill(area).by("payr"),
    r"by \['payer'\]": lambda area: of_area(area).bill(area).by(["payer"]),
    "Did you mean residents": lambda area: sr.fire_access(area).share("resident"),
    "Did you mean households": lambda _: sr.read_programme(TOLD).curve("household"),
}


@pytest.mark.every_day
@pytest.mark.parametrize("said", AREA)
def test_what_an_area_is_asked_wrongly(said: str, yards: StudyArea) -> None:
    with pytest.raises(InputError, match=said):
        AREA[said](yards)


OPTIONS: dict[str, Callable[[sr.Comparison], object]] = {
    'notes: lang is "fr"': lambda options: options.notes(lang="fr"),
    "list gives no weights": lambda options: options.rank(["score"]),
    "100 names no payer": lambda options: options.funding(100),
    r"\['score'\] is no indicator": lambda options: options.evaluations["today"].value(["score"]),
    "crews is": lambda options: options.schedule("opened", start="2026-03-01", crews=["walls"]),
    "'2026-05-01' is no span": lambda options: options.funding().payments({1: "2026-05-01"}),
    "'x' to 'y' is no span": lambda options: options.funding().payments({1: ("x", "y")}),
    "by 1.5 days": lambda options: late(options),
}


def late(options: sr.Comparison) -> object:
    plan = options.schedule("opened", start="2026-03-01")
    return plan.if_late(plan.tasks.index[0], 1.5)


@pytest.fixture(scope="module")
def options(yards: StudyArea) -> sr.Comparison:
    return sr.compare(yards, [of_area(yards)])


@pytest.mark.long
@pytest.mark.parametrize("said", OPTIONS)
def test_what_a_comparison_is_asked_wrongly(said: str, options: sr.Comparison) -> None:
    with pytest.raises(InputError, match=said):
        OPTIONS[said](options)


DRAWN: dict[str, Asked] = {
    "draw_design: StudyArea is no design": sr.maps.draw_design,
    "draw_clusters: StudyArea is no proposal": lambda area: sr.maps.draw_clusters(area, area),
    "draw_district: StudyArea is no district": sr.maps.draw_district,
    "draw_programme: StudyArea is no programme": sr.maps.draw_programme,
    "draw_schedule: StudyArea is no schedule": sr.maps.draw_schedule,
    "draw_visits: StudyArea is no list of visits": lambda area: sr.maps.draw_visits(area, area),
    "draw_section: StudyArea is no cross-section": sr.maps.draw_section,
    "draw_synergy: StudyArea is no synergy": sr.maps.draw_synergy,
    "draw_residents: StudyArea is no comparison": sr.maps.draw_residents,
    "owner_sheets: StudyArea is no comparison": lambda area: sr.maps.owner_sheets(area, "x.pdf"),
    "owner_index: StudyArea is no comparison": sr.maps.owner_index,
    "draw_faults: str is no finding": lambda area: sr.maps.draw_faults("bad", {}, title=""),
    "draw_faults: list names no layers": lambda area: sr.maps.draw_faults([], [area], title=""),
    "no column origin, minutes. Give what isochrones returns": lambda area: sr.maps.draw_reach(area, area.buildings),
    "reach_table: StudyArea is no table of reach": sr.maps.reach_table,
    "draw_reach: GeoDataFrame is no study area": lambda area: sr.maps.draw_reach(area.buildings, area.buildings),
    "no column path_id, length_m": lambda area: sr.maps.reach_table(reach(), reach()),
}


def reach() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"origin": ["B1"], "minutes": [5]}, geometry=gpd.points_from_xy([0], [0]))


@pytest.mark.every_day
@pytest.mark.parametrize("said", DRAWN)
def test_what_is_drawn_wrongly(said: str, yards: StudyArea) -> None:
    with pytest.raises(InputError, match=said):
        DRAWN[said](yards)


def test_whole_numbers_of_numpy_are_numbers(yards: StudyArea) -> None:
    """What is refused is what is no number; a cell of a table is one."""
    longest = pd.Series([30])[0]
    assert sr.split_walls(yards, max_m=longest).walls["length_m"].max() <= 30
    assert isinstance(yards.with_layer("walls", gpd.GeoDataFrame(yards.walls)), StudyArea)


@pytest.mark.parametrize("read", [sr.read_area, sr.check_area, sr.read_programme])
def test_what_is_no_path_is_told(read):
    with pytest.raises(sr.InputError, match=r"int is no path\. Give the path"):
        read(5)


def test_what_is_no_area_is_neither_written_nor_merged(tmp_path):
    with pytest.raises(sr.InputError, match="write_area: str is no study area"):
        sr.write_area("xigongdi", tmp_path / "out")
    with pytest.raises(sr.InputError, match="merge_blocks: list is no study area"):
        sr.merge_blocks([])
