"""The page of a district: coloured by state, links that stay below it, names that are only names."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from maps.hostile import ALL, hostile
from maps.test_door import Reader

from spatialreno.area import LONLAT
from spatialreno.catalog import read_catalog
from spatialreno.comparison import District
from spatialreno.comparison.districts.record import AreaRecord
from spatialreno.maps import draw_district


def record(name: str, west: float) -> AreaRecord:
    """Make up a record of one home."""
    wanted = [row["indicator"] for row in read_catalog().rows("district")]
    values = pd.DataFrame({"today": 1.0, "clear": 2.0}, index=pd.Index(wanted, name="indicator"))
    people = pd.DataFrame({"option": ["today", "clear"], "building_id": "B1", "score": 50.0, "residents": 90.0,
                           "households": 36.0, "gain": 0.0, "kinds_in": 0.0, "kinds_out": 0.0, "baskets_in": "",
                           "baskets_out": "", "reached_in": 0.0, "reached_out": 0.0, "nearer_m": 0.0,
                           "farther_m": 0.0})  # fmt: skip
    shape = shapely.box(west, 34.0, west + 0.01, 34.01)
    homes = gpd.GeoDataFrame(index=pd.Index(["B1"], name="building_id"), geometry=[shape], crs=LONLAT)
    terms = {"gain_points": 0.5, "gain_m": 50.0, "baskets": []}
    return AreaRecord(name, name, "", {"today": "现状", "clear": name}, values, homes, people, shape, terms)


@pytest.fixture(scope="module")
def district() -> District:
    names = [hostile("甲"), "../../乙?#"]
    return District({n: record(n, 112.0 + 0.02 * k) for k, n in enumerate(names)}, broken={hostile("丙"): ALL})


def test_hostile_names_are_only_text(district: District) -> None:
    page = draw_district(district, pages="areas").html()
    assert not {"script", "img", "b"} & set(Reader(page).tags)
    assert "<script" not in page
    assert "onerror=alert(1)>" not in page
    assert "<img" not in page


def test_links_stay_below_the_page(district: District) -> None:
    links = re.findall(r'href="([^"]*)"', draw_district(district, pages="areas").html())
    assert len(links) == 4  # of two areas, on the map and in the table
    assert all(link.startswith("areas/") and link.endswith("/page.html") and link.count("/") == 2 for link in links)
    assert "href" not in draw_district(district).html()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_says_how_far_each_area_has_come(district: District, lang: str, tmp_path: Path) -> None:
    page = draw_district(district.choosing("clear"), lang=lang)
    assert ("已选定方案 2" if lang == "zh" else "option chosen 2") in page.html()
    assert page.html() == draw_district(district.choosing("clear"), lang=lang).html()
    assert page.save(tmp_path / "index.html").is_file()
