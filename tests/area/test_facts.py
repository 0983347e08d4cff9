"""Facts that are defined once: homes, the ground, heating, what serves; and what is remembered."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import pandas as pd
import pytest
import shapely
from conftest import EXAMPLE

import spatialreno as sr
from spatialreno.area import heated, home_buildings, inhabited_buildings, on_ground, standing_structures
from spatialreno.indicators.people import homes

YARD = {"id": "C1", "name": "一院", "geometry": shapely.box(630000, 3838000, 630100, 3838060)}


def _house(name: str, west: float, **cells: object) -> dict[str, object]:
    return {"id": name, "geometry": shapely.box(630000 + west, 3838010, 630008 + west, 3838020), **cells}


def _area(compound: dict[str, object], *houses: dict[str, object]) -> sr.StudyArea:
    import geopandas as gpd

    layers = {"compounds": [compound], "buildings": list(houses)}
    return sr.assemble({n: gpd.GeoDataFrame(rows, crs="EPSG:4546") for n, rows in layers.items()}, name="yard")


def test_a_home_is_lived_in_or_made_for_it() -> None:
    area = _area(
        YARD,
        _house("B1", 0, use="residential", households=0, residents=0),
        _house("B2", 10, use="mixed", households=2, residents=5),
        _house("B3", 20, use="commercial", households=1, residents=2),
        _house("B4", 30, use="commercial", households=0, residents=0),
    )
    assert list(home_buildings(area).index) == ["B1", "B2", "B3"]
    assert list(inhabited_buildings(area).index) == ["B2", "B3"]


def test_a_home_in_a_heated_compound_is_heated_unless_it_says_otherwise() -> None:
    area = _area(YARD | {"heated": True}, _house("B1", 0, use="residential"), _house("B2", 10, heated=False))
    assert heated(area).to_dict() == {"B1": True, "B2": False}
    assert homes(area)["heated"].to_dict() == {"B1": 1.0, "B2": 0.0}
    assert heated(_area(YARD, _house("B1", 0, use="residential"))).isna().all()


def test_roofs_and_balconies_do_not_stand_on_the_ground(example: sr.StudyArea) -> None:
    low = example.structures["position"].isin(["roof", "balcony"])
    assert low.any()
    assert (on_ground(example.structures) == ~low).all()
    assert len(standing_structures(example)) == int((~low).sum())


def test_what_is_derived_is_worked_out_once_and_not_for_another_area(example: sr.StudyArea) -> None:
    asked: list[str] = []

    def metres(area: sr.StudyArea) -> pd.DataFrame:
        asked.append(area.name)
        return pd.DataFrame({"m": [float(area.walls.length.sum())]})

    first = example.derive(metres)
    first.loc[0, "m"] = -1.0  # a taker's edits are the taker's own
    assert example.derive(metres).loc[0, "m"] == pytest.approx(example.walls.length.sum())
    assert len(asked) == 1
    copy.deepcopy(example).derive(metres)
    assert len(asked) == 2


def test_an_area_is_a_container_of_its_layers(example: sr.StudyArea) -> None:
    assert "walls" in example
    assert list(example) == list(example.layers)
    assert len(example["walls"]) == len(example.walls)
    with pytest.raises(sr.InputError, match="wals: no such layer"):
        example["wals"]


def _metres_of(area: sr.StudyArea) -> tuple[float, bool, bool]:
    frozen = not area.walls.geometry.to_numpy().flags.writeable
    return float(area.walls.length.sum()), area == sr.read_area(EXAMPLE), frozen


def test_an_area_travels_to_a_process_that_knows_nothing(example: sr.StudyArea) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        metres, equal, frozen = pool.submit(_metres_of, example).result(timeout=300)
    assert metres == pytest.approx(example.walls.length.sum())
    assert equal
    assert frozen


@pytest.mark.long
def test_a_solution_is_pickled_whole_and_closed(example: sr.StudyArea) -> None:
    found = sr.site_facilities(example, "parcel_station", count=1)
    back = pickle.loads(pickle.dumps(found))
    assert back.provenance == found.provenance
    with pytest.raises(TypeError):
        back.provenance["area"] = "x"
