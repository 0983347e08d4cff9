"""A quarter of a real city: every removable wall between adjoining compounds of Haidian, Beijing, opened."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import SHARED

import spatialreno as sr

FILE = SHARED / "beijing_haidian" / "map.osm"
MINUTES = 15
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not FILE.is_file(), reason=f"needs the real extract {FILE}"),
]


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> sr.Comparison:
    folder = tmp_path_factory.mktemp("beijing") / "haidian"
    sr.write_area(sr.import_osm(FILE, name="haidian", title="海淀"), folder)
    assert not (sr.check_area(folder)["severity"] == "error").any()
    today = sr.read_area(folder)
    walls = sr.demolish("walls", between=list(today.compounds.index))
    return sr.compare(today, [sr.Scenario("opened", "拆墙并院", [walls])])


def walks(options: sr.Comparison) -> pd.DataFrame:
    """Metres and elderly minutes from each home to each kind, today and opened; infinite where there is no way."""
    keys = ["building_id", "kind"]
    today, opened = (options.evaluations[name].access for name in ("today", "opened"))
    both = today.merge(opened, on=keys, suffixes=("_today", "_opened"), validate="1:1")
    return both.fillna({c: np.inf for c in both if c.startswith(("distance_m", "min_"))})


def reached(options: sr.Comparison, option: str) -> pd.Series:
    """Residents within the minutes, by kind."""
    access = walks(options)
    residents = options.evaluations["today"].scores["residents"].reindex(access["building_id"]).to_numpy(float)
    near = access[f"min_general_{option}"] <= MINUTES
    return pd.Series(np.where(near, np.nan_to_num(residents), 0)).groupby(access["kind"]).sum()


def tell(numbers: object) -> None:
    """For the reader of ``pytest -s``."""
    sys.stdout.write(f"\n{numbers}\n")


def test_nobody_walks_farther(options: sr.Comparison) -> None:
    access = walks(options)
    assert len(access) == len(options.evaluations["today"].access)
    assert (access["distance_m_opened"] <= access["distance_m_today"]).all()


def test_residents_reached_never_fall(options: sr.Comparison) -> None:
    assert (reached(options, "opened") >= reached(options, "today")).all()


def test_some_home_walks_less(options: sr.Comparison) -> None:
    access = walks(options)
    shorter = access["distance_m_opened"] < access["distance_m_today"]
    homes = access.loc[shorter, "building_id"].unique()
    saved = (access["distance_m_today"] - access["distance_m_opened"])[shorter].replace(np.inf, np.nan)
    gained = options.gained["opened"]
    risen = gained[gained["gain"] > 0]
    tell(f"{len(homes)} homes walk less: {saved.median():.0f} m (median), {saved.max():.0f} m at most")
    tell(f"the score rises for {len(risen)} homes with {risen['residents'].sum():.0f} residents")
    tell(pd.DataFrame({"today": reached(options, "today"), "opened": reached(options, "opened")}))
    tell(options.leaders(lang="en"))
    assert len(homes)
    assert (gained["gain"].fillna(0) >= -1e-9).all()
    assert (gained["gain"] > 0).any()


def test_the_page_shows_it(options: sr.Comparison, tmp_path: Path) -> None:
    page = sr.draw(options).save(tmp_path / "haidian.html").read_text(encoding="utf-8")
    assert "海淀" in page
    assert "推断" in page  # walls inferred from the edges of compounds say so
    assert "OpenStreetMap" in page
