"""The page "Where do I put …": what it names is there, and each trial that no other test does is done in a copy."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, at
from scenario.yards import two_yards

import spatialreno as sr

PAGE = (ROOT / "docs" / "where.md").read_text("utf-8")


def test_every_file_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:src|tests|docs)/[^`]+|CONTRIBUTING\.md)`", PAGE)
    assert len(named) > 10
    assert not [path for path in named if not (ROOT / path).exists()]
    tables = {f"catalog/{name}.csv" for name in (*sr.read_catalog().tables, "layers/street_lamps")}
    assert set(re.findall(r"`(catalog/[a-z_/]+\.csv)`", PAGE)) <= tables


def test_the_rows_of_its_example_are_read_and_measured() -> None:
    head, *rows = re.search(r"```text\n(.+?)```", PAGE, re.S)[1].strip().splitlines()  # type: ignore[index]
    cells = [dict(zip(head.split(","), row.split(","), strict=True)) for row in rows if "street_lamps" not in row]
    area = two_yards().with_catalog(indicators=cells, source="试", date="2025-06")
    assert sr.evaluate(area).value("canteen_500") == 0.0  # there is no canteen


def test_a_kind_with_its_own_norm_is_two_tables(tmp_path: Any) -> None:
    (tmp_path / "facilities.csv").write_text(
        "kind,title_zh,title_en,label,category,source,date\n"
        "shared_laundry,共享洗衣房,Shared laundry,洗,service,局,2025-06\n",
        "utf-8",
    )
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "bendi.toml").write_text(
        'name = "bendi"\ntitle_zh = "本地"\nextends = "gb50180-2018"\n\n[[services]]\nkind = "shared_laundry"\n'
        'level = "5min"\nradius_m = 300\nobligation = "M"\nclause = "局文"\nconfidence = "read"\n', "utf-8",
    )  # fmt: skip
    area = two_yards().with_catalog(tmp_path)
    laundry = sr.build("facilities", "F9", kind="shared_laundry", geometry=at(5, 5))
    after = sr.Scenario("laundry", interventions=[laundry]).apply(area)
    assert sr.evaluate(after, "bendi").value("covered:shared_laundry") > 0


def test_a_word_for_a_value_is_a_row() -> None:
    rows = [{"layer": "walls", "column": "kind", "value": "fence", "title_zh": "铁艺栏杆"}]
    area = two_yards().with_catalog(words=rows, source="局", date="2025-06")
    options = sr.compare(area, [sr.Scenario("open", interventions=[sr.demolish("walls", between=["C1", "C2"])])])
    assert "铁艺栏杆" in sr.draw(options).html()


def _put(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, file
    file.write_text(text.replace(old, new, 1), "utf-8")


#: What the page says of each trial, done by hand in a copy of the package.
OBJECTIVE = """

def first_candidates(problem: Problem, asked: Asked) -> Choice:
    \"\"\"Put the facility where the shortest walks do; a trial of an objective of one's own.\"\"\"
    return least_walk(problem, asked)


#: Every objective"""
RUN = """
import json, sys
import spatialreno as sr
from scenario.yards import two_yards
area, found = two_yards(), {"package": sr.__file__}
for name in ("mine", "p-median"):
    found[name] = sr.site_facilities(area, "canteen", count=1, objective=name).sites["candidate"].tolist()
area.walls[["kind", "geometry"]].to_file("walls.gml", driver="GML")
options = sr.compare(area, [sr.Scenario("open", interventions=[sr.demolish("walls", between=["C1", "C2"])])])
found["page"] = sr.draw(options).html().partition("<summary>照明</summary>")[2][:200]
from spatialreno.formats.readers import sniff
from spatialreno.formats.readers.entry import Source
from spatialreno.formats.readers.source import read_raw
from pathlib import Path
raw = read_raw(Path("walls.gml"), sniff.sniff(Path("walls.gml")), Source(file="walls.gml"), sr.read_catalog())
found["gml"] = sorted(raw.columns["kind"])
print(json.dumps(found))
"""


@pytest.mark.long
def test_an_objective_a_format_and_a_section_are_added_in_a_copy(tmp_path: Path) -> None:
    """Each in the file that the page names; another process then uses the copy."""
    copy = Path(shutil.copytree(ROOT / "src" / "spatialreno", tmp_path / "src" / "spatialreno"))
    objectives = copy / "siting" / "models" / "objectives.py"
    _put(objectives, "\n#: Every objective", OBJECTIVE)
    _put(objectives, '{"p-median": least_walk,', '{"mine": first_candidates, "p-median": least_walk,')
    row = "gml,.gml,,FeatureCollection,,refused,GML,GML,Save it as GeoPackage first"
    _put(copy / "catalog" / "file_kinds.csv", row, "gml,.gml,,FeatureCollection,GML,read,GML,GML,")
    content = copy / "maps" / "content" / "people_sections.py"
    _put(content, "    if people is not None:\n        parts |=", '    parts["lamps"] = [tag("p", "每盏灯")]\n'
         "    if people is not None:\n        parts |=")  # fmt: skip
    words = copy / "maps" / "words" / "people_words.py"
    _put(words, '    "heat_loops":', '    "lamps": ("照明", "Lamps"),\n    "heat_loops":')
    ways = os.pathsep.join(map(str, (tmp_path / "src", ROOT / "tests")))
    ran = subprocess.run(
        [sys.executable, "-c", RUN], cwd=tmp_path, env={**os.environ, "PYTHONPATH": ways, "PYTHONUTF8": "1"},
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert Path(found["package"]).is_relative_to(tmp_path)
    assert len(found["mine"]) == 1
    assert found["mine"] == found["p-median"]
    assert found["gml"] == sorted(two_yards().walls["kind"])
    assert "每盏灯" in found["page"]
