"""What a comparison writes: tables for Excel, layers for QGIS, and where the numbers come from."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from comparison.test_comparison import rows
from conftest import make_area

import spatialreno as sr

FORMULAS = ("=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", " =1+1")


def compared(*parties: str) -> sr.Comparison:
    today = make_area("两院", **rows(*parties))
    clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"}, reason="=1+1")])
    opened = clear | sr.Scenario("opened", "拆墙", [sr.demolish("walls", between=["W", "E"])])
    return sr.compare(today, [clear, opened])


@pytest.fixture(scope="module")
def options() -> sr.Comparison:
    return compared()


@pytest.fixture(scope="module")
def folder(options: sr.Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "输出"
    options.write(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig")


def test_it_says_what_it_wrote(options: sr.Comparison, tmp_path: Path) -> None:
    written = options.write(tmp_path / "new" / "out")
    assert {str(p.relative_to(tmp_path / "new" / "out")) for p in written} == set(contents(tmp_path / "new" / "out"))
    assert {"leaders.csv", "change.csv", "indicators.csv", "ledger.csv", "options.gpkg", "provenance.json"} <= {
        p.name for p in written
    }


def test_excel_reads_the_chinese(folder: Path) -> None:
    tables = list(folder.glob("*.csv"))
    assert tables
    for path in tables:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf" * 2)
    assert "拆除围墙" in read(folder, "leaders")["指标"].tolist()
    assert {"毛纺厂", "粮食局"} <= set("；".join(read(folder, "ledger")["parties"].dropna()).split("；"))


def test_tables_hold_the_numbers(options: sr.Comparison, folder: Path) -> None:
    leaders = read(folder, "leaders").set_index("指标")
    said = [cell if isinstance(cell, str) else f"{cell:g}" for cell in options.leaders()["opened"]]
    assert [f"{float(cell):g}" if number(str(cell)) else cell for cell in leaders["opened"]] == said
    assert len(read(folder, "indicators")) == len(options.table())
    ledger = read(folder, "ledger")
    assert set(ledger["option"]) == {"clear", "opened"}
    assert ledger.groupby("option")["cost_yuan"].sum().to_dict() == pytest.approx(
        {k: options.ledgers[k]["cost_yuan"].sum() for k in ("clear", "opened")}
    )


@pytest.mark.long
def test_names_are_no_formulas(tmp_path: Path) -> None:
    compared(*FORMULAS).write(tmp_path)
    cells = [str(c) for path in tmp_path.glob("*.csv") for c in read(tmp_path, path.stem).stack()]
    assert all(any(formula.strip() in c for c in cells) for formula in FORMULAS)
    running = [c for c in cells if c.lstrip().startswith(("=", "+", "@")) or (c.startswith("-") and not number(c))]
    assert not running


def number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_numbers_stay_numbers(folder: Path) -> None:
    change = read(folder, "change")
    assert pd.api.types.is_numeric_dtype(change["opened"])
    assert change["opened"].min() < 0  # fewer blocks: a minus that is no formula


def test_layers_open(options: sr.Comparison, folder: Path) -> None:
    path = folder / "options.gpkg"
    names = set(pyogrio.list_layers(path)[:, 0]) - {"qgis_projects"}
    assert {"today_walls", "clear_blocks", "opened_blocks", "opened_freed_land", "opened_scores"} <= names
    for name in names:
        layer = gpd.read_file(path, layer=name)
        assert len(layer)
        assert layer.crs == options.today.crs
        assert layer.geometry.is_valid.all()
    assert len(gpd.read_file(path, layer="opened_blocks")) == 1
    assert set(gpd.read_file(path, layer="opened_walls")["id"]) == {"W2/1", "W2/2", "W3"}


def test_one_project_inside_shows_every_layer_by_option(options: sr.Comparison, folder: Path) -> None:
    """As QGIS reads it: hexadecimal text of a zipped project, in which every source is relative and opens."""
    path = folder / "options.gpkg"
    with closing(sqlite3.connect(path)) as base:
        ((name, content),) = base.execute("SELECT name, content FROM qgis_projects").fetchall()
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        root = ElementTree.fromstring(archive.read("options.qgs").decode("utf-8").partition("\n")[2])
    assert name == (options.today.title or options.today.name)
    groups = {g.get("name"): g for g in root.findall("layer-tree-group/layer-tree-group")}
    assert list(groups) == ["拆墙", "拆违", "现状"]  # what changes most is drawn on top
    leaves = list(root.iter("layer-tree-layer"))
    sources = [str(leaf.get("source")).split("|") for leaf in leaves]
    assert {parts[0] for parts in sources} == {"./options.gpkg"}
    tables = {str(n) for n, kind in pyogrio.list_layers(path) if kind is not None}
    assert {parts[1].removeprefix("layername=") for parts in sources} == tables
    drawn = {str(one.findtext("id")): one for one in root.iter("maplayer")}
    assert set(drawn) == {leaf.get("id") for leaf in leaves} and len(drawn) == len(leaves)
    for one in drawn.values():
        table = str(one.findtext("datasource")).split("|")[1].removeprefix("layername=")
        have = set(pyogrio.read_info(path, layer=table)["fields"])
        titles = {alias.get("field"): alias.get("name") for alias in one.iter("alias")}
        assert set(titles) == have and one.find("renderer-v2/symbols/symbol") is not None
        assert not [field for field, title in titles.items() if field == title]
    walls = {a.get("field"): a.get("name") for a in drawn["opened_walls"].iter("alias")}
    assert walls["height_m"] == "高度（m）" and drawn["opened_walls"].findtext("layername") == "围墙"
    assert drawn["opened_blocks"].findtext("layername") == "连片街区"


def test_provenance(options: sr.Comparison, folder: Path) -> None:
    found = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert found == options.provenance
    assert found["fingerprint"] == options.today.fingerprint
    assert found["standard"] == "gb50180-2018"
    assert found["version"] == sr.__version__
    assert {k: v["title"] for k, v in found["options"].items()} == {"clear": "拆违", "opened": "拆墙"}
    for name in ("clear", "opened"):
        assert found["options"][name]["fingerprint"] == options.areas[name].fingerprint
        scenario = sr.read_scenario(folder / "scenarios" / f"{name}.toml")
        assert scenario.apply(options.today) == options.areas[name]


def test_a_second_write_is_the_same(options: sr.Comparison, folder: Path, tmp_path: Path) -> None:
    options.write(tmp_path)
    assert contents(tmp_path) == contents(folder)
    options.write(tmp_path)
    assert contents(tmp_path) == contents(folder)
    compared().write(tmp_path / "anew")
    assert contents(tmp_path / "anew") == contents(folder)


def test_what_else_is_in_the_folder_stays(options: sr.Comparison, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    options.write(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_a_write_that_breaks_off_changes_nothing(
    options: sr.Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaders.csv").write_text("before")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("spatialreno.comparison.write.write_gpkg", full)
    with pytest.raises(sr.InputError, match="No space left"):
        options.write(tmp_path)
    assert contents(tmp_path) == {"leaders.csv": b"before"}


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="there is no folder here that nobody may write to")
def test_a_place_where_nobody_may_write(options: sr.Comparison) -> None:
    with pytest.raises(sr.InputError, match=r"spatialreno.*may write to"):
        options.write("/sys/kernel/spatialreno/out")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_locked(options: sr.Comparison, locked: Path) -> None:
    with pytest.raises(sr.InputError, match=r"locked.*may write to"):
        options.write(locked / "out")
    with pytest.raises(sr.InputError, match=r"locked.*may write to"):
        options.write(locked)
    assert not list(locked.iterdir())


def test_a_file_in_the_way(options: sr.Comparison, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(sr.InputError, match="out"):
        options.write(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


def test_a_folder_where_a_table_goes(options: sr.Comparison, tmp_path: Path) -> None:
    """Nothing is moved in when one of the files cannot be."""
    (tmp_path / "leaders.csv").mkdir()
    with pytest.raises(sr.InputError):
        options.write(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["leaders.csv"]


def test_written_numbers_are_rounded_to_what_they_bear(options: sr.Comparison, folder: Path) -> None:
    found = read(folder, "indicators")
    decimals = options.today.catalog.indicators["decimals"].astype(int)
    stems = found["indicator"].where(found["indicator"].isin(decimals.index), found["indicator"].str.partition(":")[0])
    for value, count in zip(found["value"], decimals[stems], strict=True):
        assert pd.isna(value) or value == round(value, count)
    freed = options.table(rounded=True)["value"].xs("freed_m2", level="indicator")
    assert (freed == options.table()["value"].xs("freed_m2", level="indicator").round(0)).all()
    for name in ("ledger", "bill", "access"):
        floats = read(folder, name).select_dtypes("float64").to_numpy().ravel()
        assert all(len(repr(float(v)).partition(".")[2]) <= 6 for v in floats if pd.notna(v))
    assert read(folder, "change").select_dtypes("float64").stack().map(lambda v: pd.isna(v) or v == round(v, 3)).all()
