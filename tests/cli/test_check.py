"""`spatialreno check` of everything it takes: findings on stdout, exit 0 accepted, 1 refused, and where on a page."""

from __future__ import annotations

import json
import re
import shutil

import geopandas as gpd
import pytest
import shapely
from conftest import ORIGIN
from formats.osm_town import Town, two_compounds

from spatialreno import read_area, read_scenario, write_area

X, Y = ORIGIN


def walls(path, *lines):
    shapes = [shapely.LineString([(X + x, Y + y) for x, y in line]) for line in lines]
    gpd.GeoDataFrame({"id": [f"W{n}" for n in range(1, len(lines) + 1)]}, geometry=shapes, crs=4546).to_file(path)
    return path


def found(done):
    return {(row["severity"], row["rule"]) for row in json.loads(done.out)}


@pytest.fixture
def area(small, tmp_path):
    return shutil.copytree(small, tmp_path / "mine")


@pytest.mark.long
def test_an_area_by_its_folder_or_its_toml(run, area):
    folder, toml = run("check", area, "--json"), run("check", area / "area.toml", "--json")
    assert (folder.code, toml.code, folder.out) == (0, 0, toml.out)
    assert folder.err.endswith("accepted\n")
    text = (area / "buildings.geojson").read_text(encoding="utf-8")
    (area / "buildings.geojson").write_text(text.replace('"id": "', '"id": "same", "was": "'), encoding="utf-8")
    folder, toml = run("check", area, "--json"), run("check", area / "area.toml")
    assert (folder.code, toml.code) == (1, 1)
    assert ("error", "id") in found(folder)
    assert "refused: mend the errors first" in folder.err
    assert "buildings.geojson" in toml.out


def test_an_area_toml_that_does_not_read(run, area):
    (area / "area.toml").write_text('name = "x"\ncrs = "EPSG:4326"\n', encoding="utf-8")
    done = run("check", area / "area.toml", "--json")
    assert done.code == 1
    assert "is not in metres" in done.out


def test_a_geopackage(run, area, tmp_path):
    path = write_area(read_area(area), tmp_path / "one.gpkg")
    assert run("check", path, "--json").code == 0


@pytest.mark.long
def test_one_layer_of_a_file(run, tmp_path):
    line, bare = ((0, 0), (30, 0)), ((5, 5), (5, 5.0001))
    good, bad = walls(tmp_path / "a.shp", line), walls(tmp_path / "b.shp", line, bare)
    done = run("check", good, "--layer", "walls", "--json")
    assert done.code == 0
    done = run("check", bad, "--layer", "walls", "--json")
    assert done.code == 1
    row = next(r for r in json.loads(done.out) if r["rule"] == "size")
    assert (row["ids"], row["file"]) == ("W2", "b.shp")
    done = run("check", good)
    assert done.code == 1
    assert "Say which it is (--layer)" in done.out.replace("\n", " ") or "--layer" in done.out
    assert run("check", good, "--layer", "wall").code == 1


def test_an_extract_of_openstreetmap(run, tmp_path):
    done = run("check", two_compounds().save(tmp_path / "town.osm"), "--json")
    assert done.code == 0
    assert {level for level, _ in found(done)} == {"note"}
    empty = Town()
    empty.way(3, [(-20, -10), (120, -10)], highway="residential")
    done = run("check", empty.save(tmp_path / "empty.osm"), "--json")
    assert done.code == 1
    assert ("error", "empty layer") in found(done)


def test_a_scenario_alone_and_beside_its_area(run, area, tmp_path):
    file = area / "scenarios" / "clear.toml"
    assert read_scenario(file).name == "clear"
    assert run("check", file).code == 0
    file.write_text('name = "clear"\n[[demolish]]\nlayer = "walls"\nids = ["W999"]\n', encoding="utf-8")
    done = run("check", file, "--json")
    assert done.code == 1
    assert "W999" in done.out
    alone = tmp_path / "plan.toml"
    alone.write_text('name = "plan"\n[[demolish]]\nlayer = "roofs"\n', encoding="utf-8")
    done = run("check", alone, "--json")
    assert done.code == 1
    assert "roofs" in done.out


def test_what_is_not_there(run, tmp_path):
    for name in ("none", "none.shp", "none.toml", "area.toml"):
        done = run("check", tmp_path / name, "--json")
        assert done.code == 1
        assert "error" in {level for level, _ in found(done)}


def test_the_page_marks_each_place_and_leads_to_it(run, area, tmp_path):
    walls(area / "walls.shp", ((0, 0), (30, 0)), ((30.5, 0), (60, 0)))
    (area / "walls.geojson").unlink()
    for file in ("gates.geojson", "rights.csv", "manifest.json"):
        (area / file).unlink(missing_ok=True)
    page = tmp_path / "page.html"
    done = run("check", area, "--map", page, "--json")
    rows = json.loads(done.out)
    number = 1 + next(n for n, r in enumerate(rows) if r["rule"] == "walls meet")
    html = page.read_text(encoding="utf-8")
    assert f'href="#f{number}"' in html
    mark = re.search(rf'<g id="f{number}".*?</g>', html)[0]
    assert mark.count("<circle") == 1  # both ends of one gap
    assert "围墙两端没有接上" in html and "提醒：" in html
    assert "围墙" in html
    assert "<script" not in html


def test_a_page_of_what_cannot_be_drawn(run, tmp_path):
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "area.toml").write_text("name = ", encoding="utf-8")
    page = tmp_path / "page.html"
    assert run("check", tmp_path / "yard", "--map", page).code == 1
    assert "读不出图形" in page.read_text(encoding="utf-8")
