"""The first hour with one's own files: the handbook's commands, word by word, and the templates to fill in."""

import filecmp
import re
import runpy
import shlex
import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from conftest import ORIGIN, ROOT
from typer.testing import CliRunner

import spatialreno as sr
from spatialreno import adopt, new_area, read_area
from spatialreno.cli.app import app

X, Y = ORIGIN
RAW = ROOT / "data" / "raw"
HANDBOOK = (ROOT / "docs" / "first-hour.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|toml)\n(.*?)```", HANDBOOK, flags=re.DOTALL)


def once(compare):
    """Compare once only."""
    done = []

    def compared(*given, **how):
        return done[0] if done else done.append(compare(*given, **how)) or done[0]

    return compared


def put(text):
    """Write a block into the file that its first line names; one that is there goes on."""
    path = Path(text.splitlines()[0].removeprefix("# "))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + text)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Follow the handbook in a folder of its own: what each command said."""
    place = tmp_path_factory.mktemp("hour")
    shutil.copytree(RAW, place / "data" / "raw")
    told = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr(sr, "compare", once(sr.compare))  # table and page ask for the same options
        for kind, text in BLOCKS:
            if kind == "toml":
                put(text)
                continue
            for line in text.splitlines():
                done = CliRunner().invoke(app, shlex.split(line)[1:])
                assert done.exit_code == 0, f"{line}: {done.output}"
                told[line.split()[1]] = done.output
    return place, told


@pytest.mark.long
def test_the_handbook_leads_from_raw_files_to_compared_options(said):
    place, told = said
    assert set(told) == {"adopt", "check", "show", "ledger", "compare", "map", "init"}
    area = read_area(place / "out" / "first" / "area")
    counts = {name: len(area.layer(name)) for name in ("compounds", "buildings", "gates", "structures", "listed")}
    assert counts == {"compounds": 4, "buildings": 10, "gates": 4, "structures": 7, "listed": 6}
    assert area.buildings.households.sum() == 552
    assert set(area.walls.thickness_m) == {0.24}
    assert len(area.facilities) == 5
    assert (place / "out" / "first" / "map.html").stat().st_size > 100_000


@pytest.mark.long
def test_one_round_of_correction_is_enough(said):
    _, told = said
    assert " error " not in told["check"]


@pytest.mark.long
def test_what_the_options_come_to_is_told(said):
    place, _ = said
    results = "".join(p.read_text("utf-8-sig") for p in (place / "out" / "first" / "results").rglob("*.csv"))
    assert "listed_count:illegal" in results
    assert "opened" in results


def test_the_raw_survey_is_what_its_script_makes(tmp_path):
    runpy.run_path(str(ROOT / "scripts" / "make_raw_survey.py"))["main"](tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in RAW.iterdir())
    same = ["小区红线.shp", "小区红线.shx", "设施点.csv"]
    assert filecmp.cmpfiles(RAW, tmp_path, same, shallow=False)[0] == same
    for book in ("楼栋台账.xlsx", "违建清单.xlsx"):
        ours, made = (openpyxl.load_workbook(f / book).active for f in (RAW, tmp_path))
        assert list(ours.values) == list(made.values)


# ------------------------------------------------------------------ templates


def test_templates_that_were_filled_in_are_an_area(tmp_path):
    folder = new_area(tmp_path / "mine", name="mine") / "模板"
    package = folder / "图层模板.gpkg"
    yard, home = shapely.box(X, Y, X + 100, Y + 100), [shapely.box(X + x, Y + 5, X + x + 30, Y + 17) for x in (5, 50)]
    drawn = {
        "小区": gpd.GeoDataFrame({"编号": ["C1"], "小区名称": ["示例小区"]}, geometry=[yard], crs=4546),
        "楼栋": gpd.GeoDataFrame({"编号": ["B1", "B2"], "名称": ["1号楼", "2号楼"]}, geometry=home, crs=4546),
    }
    for layer, rows in drawn.items():
        empty = gpd.read_file(package, layer=layer)
        assert set(rows.columns) - {"geometry"} <= set(empty.columns)
        rows.to_file(package, layer=layer, driver="GPKG", mode="a")
    found = adopt(sorted(folder.iterdir()), tmp_path / "area", crs="EPSG:4546")
    ledgers = {p.source.layer: p.role for p in found if p.source.file == "台账模板.xlsx"}
    assert ledgers == {"楼栋台账": "buildings", "小区台账": "compounds", "违建清单": "listed", "填写说明": ""}
    empty = [p for p in found if p.why == "holds no rows"]
    assert len(empty) == 10
    area = read_area(tmp_path / "area")
    assert area.buildings.households.to_list() == [36, 24]
    assert area.buildings.structure.to_list() == ["mixed", "mixed"]
    assert area.compounds.management.to_list() == ["self"]
    assert area.listed.legality.to_list() == ["illegal", "undecided"]
