"""An area by tiles is the area as a whole, to the bit: on generated districts cut across blocks, and for plans."""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT, make_area

import spatialreno as sr
from spatialreno.catalog import Standard, read_catalog
from spatialreno.errors import InputError
from spatialreno.indicators import access_by_tiles


def generated(compounds: int) -> sr.StudyArea:
    spec = importlib.util.spec_from_file_location("walk_district", ROOT / "benchmarks" / "walk_district.py")
    assert spec and spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    area: sr.StudyArea = module.district(compounds)
    return area.with_catalog(constants={"walk_limit_m": 150.0})


def short() -> Standard:
    """The national standard with radii so short that a small district has tiles that know nothing of one another."""
    norm = read_catalog().standard("gb50180-2018")
    services = [s.model_copy(update={"radius_m": min(s.radius_m or 100.0, 100.0)}) for s in norm.services]
    return norm.model_copy(update={"services": tuple(services)})


@pytest.fixture(scope="module")
def today() -> sr.StudyArea:
    return generated(20)


@pytest.mark.long
@pytest.mark.parametrize("plan", [False, True])
def test_tiled_is_whole(today: sr.StudyArea, plan: bool) -> None:
    norm, area = short(), today
    assert norm.reach_m <= 200.0
    if plan:
        walls = sr.demolish("walls", between=[c for c in today.compounds.index if c.startswith("C000")])
        area = sr.Scenario("opened", "拆墙", [walls]).apply(today)
    whole = sr.evaluate(area, norm)
    tiled = access_by_tiles(area, norm, side_m=130.0)
    assert len(tiled.tiles) > 5
    assert tiled.tiles.sum() == len(whole.scores)
    near = whole.access["straight_m"].where(whole.access["straight_m"] <= max(150.0, norm.reach_m))
    pd.testing.assert_frame_equal(tiled.access, whole.access.assign(straight_m=near), check_exact=True)
    pd.testing.assert_frame_equal(tiled.scores, whole.scores, check_exact=True)


def test_workers_give_the_same_and_a_side_of_nothing_is_refused() -> None:
    area = make_area()
    with ThreadPoolExecutor(2) as threads:
        found = access_by_tiles(area, workers=threads)
    pd.testing.assert_frame_equal(found.scores, access_by_tiles(area).scores)
    with pytest.raises(InputError, match="a side above 0"):
        access_by_tiles(area, side_m=0.0)
