"""Every benchmark runs, small, so that none rots; its figures are asked for by hand, at full size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SHARED

BENCHMARKS = ROOT / "benchmarks"
# What each runs small, and the real data without which it has nothing to measure.
SMALL: dict[str, tuple[list[str], str]] = {
    "clusters": (["30"], ""),
    "areas_workers": (["3", "2", "2"], ""),
    "city_extract": ([str(SHARED / "beijing_haidian" / "map.osm")], "beijing_haidian/map.osm"),
    "design": (["10", "60000", "--tiles-m", "150"], ""),
    "district_steps": (["10", "20", "--steps",
                        "evaluate,compare,notes,room,page,heavy_page,people,html,xlsx,mains,heat,dig,works,works_people,"
                        "works_page"],
                       ""),
    "example_commands": (["2", "compare", "html"], ""),
    "formats_read": (["500"], ""),
    "land": (["1"], ""),
    "pages_live": (["12"], ""),
    "pages_size": (["60"], ""),
    "siting_orlib": ([], "orlib/pmed1.txt"),
    "walk_blocks": ([], ""),
    "walk_cold": ([], ""),
    "walk_growth": (["4", "8"], ""),
    "walk_haidian": ([], "beijing_haidian/map.osm"),
    "walk_isochrones": (["example", "2"], ""),
    "walk_nearest": (["heidelberg", "5"], "heidelberg/heidelberg.osm.pbf"),
    "walk_reach": (["heidelberg", "20"], "heidelberg/heidelberg.osm.pbf"),
    "walk_street_isochrones": (["heidelberg", "10"], "heidelberg/heidelberg.osm.pbf"),
    "walk_whatif": (["6", "4"], ""),
    "works_vologda": ([str(SHARED / "vologda"), "6", "5"], "vologda/buildings.parquet"),
}
SHARED_PARTS = {"pages_browser", "pages_town", "walk_district", "walk_graphs"}  # imported by the others

pytestmark = pytest.mark.skipif(
    "SPATIALRENO_BENCHMARKS" not in os.environ, reason="takes minutes: set SPATIALRENO_BENCHMARKS=1, as .ci/run does"
)


def test_every_benchmark_is_run() -> None:
    found = {path.stem for path in BENCHMARKS.glob("*.py")}
    assert found == set(SMALL) | SHARED_PARTS


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs_small(name: str, tmp_path: Path) -> None:
    words, data = SMALL[name]
    if data and not (SHARED / data).exists():
        pytest.skip(f"{data} is not here")
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / f"{name}.py"), *words],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    if "No module named" in done.stderr and "spatialreno" not in done.stderr.splitlines()[-1]:
        pytest.skip(done.stderr.splitlines()[-1])  # a peer that is not installed here
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip()
