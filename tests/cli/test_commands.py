"""Every command does its work: results on stdout, progress on stderr, JSON and CSV that parse."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pytest
from conftest import EXAMPLE, ROOT
from formats.osm_town import Town

import spatialreno as sr
from spatialreno import read_area, read_scenario

TABLES = {
    "check": ("check", "{area}"),
    "show": ("show", "{area}"),
    "show layer": ("show", "{area}", "--layer", "walls"),
    "show table": ("show", "{area}", "--layer", "rights"),
    "show report": ("show", "{area}", "--report"),
    "ledger": ("ledger", "{area}", "{area}/scenarios/opened.toml"),
    "score": ("score", "{area}"),
    "score block": ("score", "{area}", "--level", "block", "-s", "{area}/scenarios/opened.toml"),
    "access": ("access", "{area}", "pharmacy", "--at", "2026-05-04T22:30"),
    "through": ("through", "{area}", "{area}/scenarios/opened.toml"),
    "site": ("site", "{area}", "bookstore", "-s", "{area}/scenarios/clear.toml"),
    "site by the longest walk": ("site", "{area}", "bookstore", "--objective", "p-center", "--seconds", "30"),
    "compare": ("compare", "{area}", "{area}/scenarios/clear.toml"),
    "schema": ("schema",),
    "schema walls": ("schema", "walls"),
    "catalog": ("catalog",),
    "catalog costs": ("catalog", "costs"),
    "catalog standard": ("catalog", "gb50180-2018"),
}
CHINESE = {
    "ledger": "认定违建",
    "schema walls": "编号",
    "catalog costs": "拆除砖墙",
    "show": "小区",
    "compare": "拆违",
}


def words(name, area):
    return [word.format(area=area) for word in TABLES[name]]


@pytest.mark.spread(6)
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.long
def test_tables_parse_and_stand_alone_on_stdout(run, small, name):
    as_json = run(*words(name, small), "--json")
    as_csv = run(*words(name, small), "--csv")
    assert (as_json.code, as_csv.code) == (0, 0), as_json.err + as_csv.err
    records = json.loads(as_json.out)
    rows = list(csv.reader(io.StringIO(as_csv.out)))
    assert len(rows) == len(records) + 1
    if records:
        assert rows[0] == list(records[0])
    assert all(len(row) == len(rows[0]) for row in rows)
    assert "NaN" not in as_json.out
    assert CHINESE.get(name, "") in as_json.out
    assert CHINESE.get(name, "") in as_csv.out
    assert all(line.startswith("…") for line in as_json.err.splitlines())


@pytest.mark.parametrize("name", ["show layer", "ledger", "score", "catalog costs"])
def test_tables_to_read(run, small, name):
    done = run(*words(name, small))
    assert done.code == 0
    assert "nan" not in done.out.lower().replace("nanjing", "")
    assert max(map(len, done.out.splitlines())) <= 240


def test_ledger_tells_quantity_times_price(run, small):
    rows = json.loads(run(*words("ledger", small), "--json").out)
    done = {row["id"]: row for row in rows if row["layer"] == "walls" and row["measure"] == "length_m"}
    assert done["W1"]["quantity"] == pytest.approx(60, abs=1e-3)
    assert done["W1"]["cost_yuan"] == done["W1"]["quantity"] * done["W1"]["unit_price_yuan"]


def test_ledger_tells_the_sum_and_who_pays(run, small):
    done = run("ledger", small, small / "scenarios" / "clear.toml", "--csv")
    works = round(sum(float(row["cost_yuan"]) for row in csv.DictReader(io.StringIO(done.out))), 2)
    fees = round(works * 0.04, 2) + round(works * 0.02, 2)
    total = f"{works + fees + round((works + fees) * 0.06, 2):,.2f}"
    said = f"estimate {total} yuan with design, supervision and reserve; paid by city {total}"
    assert works > 0 and said in done.err


@pytest.mark.parametrize("name", ["cleared.gpkg", "folder"])
def test_apply_writes_the_changed_area(run, small, tmp_path, name):
    done = run("apply", small, small / "scenarios" / "clear.toml", "-o", tmp_path / name)
    assert (done.code, done.out.strip()) == (0, str(tmp_path / name))
    assert list(read_area(tmp_path / name).structures.index) == ["S3"]
    assert list(read_area(small).structures.index) == ["S1", "S2", "S3"]


def test_apply_never_writes_over_the_survey(run, small):
    before = {path.name: path.read_bytes() for path in small.glob("*.*")}
    done = run("apply", small, small / "scenarios" / "clear.toml", "-o", f"{small}/../{small.name}")
    assert done.code == 1
    assert "holds the survey itself" in done.err
    assert {path.name: path.read_bytes() for path in small.glob("*.*")} == before


def test_site_writes_its_answer_as_a_scenario(run, small, tmp_path):
    out = tmp_path / "answer.toml"
    assert run("site", small, "bookstore", "-o", out).code == 0
    after = read_scenario(out).apply(read_area(small))
    assert "bookstore" in set(after.facilities["kind"])
    assert len(after.facilities) == 2


def test_compare_writes_its_tables(run, small, tmp_path):
    done = run("compare", small, small / "scenarios" / "opened.toml", "-o", tmp_path, "--lang", "en")
    assert done.code == 0
    assert "clear" not in (tmp_path / "leaders.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    assert f"wrote {tmp_path}" in done.err


def test_map_writes_one_page(run, small, tmp_path):
    page = tmp_path / "new" / "map.html"
    done = run("map", small, "-o", page)
    assert (done.code, done.out.strip()) == (0, str(page))
    assert "拆墙并院" in page.read_text(encoding="utf-8")


def test_init_then_check(run, tmp_path):
    folder = tmp_path / "mine"
    assert run("init", folder, "--name", "mine", "--title", "我的片区").out.strip() == str(folder)
    done = run("check", folder, "--json")
    assert done.code == 1  # nothing is drawn yet
    assert {row["layer"] for row in json.loads(done.out)} == {"compounds", "buildings"}
    assert "refused" in done.err


def test_import_osm_then_check(run, tmp_path):
    town = Town()
    town.box(1, 0, 0, 80, 60, landuse="residential", name="一号院")
    town.box(2, 10, 10, 50, 22, building="apartments")
    town.way(3, [(-20, -10), (120, -10)], highway="residential")
    source = town.save(tmp_path / "town.osm")
    done = run("import-osm", source, "-o", tmp_path / "town", "--title", "小镇")
    assert (done.code, done.out.strip()) == (0, str(tmp_path / "town"))
    assert run("check", tmp_path / "town").code == 0
    assert read_area(tmp_path / "town").title == "小镇"


def test_the_gpkg_is_as_good_as_the_folder(run, small, tmp_path):
    from spatialreno import write_area

    twin = write_area(read_area(small), tmp_path / "twin.gpkg")
    one, other = (run("show", place, "--layer", "walls", "--json") for place in (small, twin))
    assert json.loads(one.out) == json.loads(other.out)


@pytest.mark.long
def test_report_writes_one_page(run, small, tmp_path):
    done = run("report", small, small / "scenarios" / "clear.toml", "-o", tmp_path / "report.html")
    assert (done.code, done.out.strip()) == (0, str(tmp_path / "report.html"))
    assert "拆违" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_area_without_scenarios_is_reported_as_it_stands(run, small, tmp_path):
    for path in small.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    done = run("report", tmp_path, "-o", tmp_path / "report.html", "--no-people")
    assert done.code == 0 and "现状" in (tmp_path / "report.html").read_text("utf-8")


def test_residents_writes_a_sheet_for_each_compound_and_an_index(run, small, tmp_path):
    done = run("residents", small, "--option", "opened", "--works", "none", "--contact", "张工", "-o", tmp_path / "r",
               "--csv")  # fmt: skip
    assert done.code == 0
    rows = done.out.splitlines()
    assert rows[0].startswith("compound_id,name,households") and len(rows) == 3
    assert {path.name for path in (tmp_path / "r").iterdir()} == {"index.html", "all.html", "C1.html", "C2.html"}
    assert (tmp_path / "r" / "all.html").read_text("utf-8").count("张工") > 0
    refused = run("residents", small, "--option", "none", "--works", "none", "-o", tmp_path / "none")
    assert refused.code == 1 and "is no option" in refused.err and not (tmp_path / "none").exists()


def test_only_a_command_holds_words_as_python_does(run, small, monkeypatch):
    def read(path, **more):
        held.append(pd.get_option("mode.string_storage"))
        return read_area(path)

    held, before = [], pd.get_option("mode.string_storage")
    monkeypatch.setattr(sr, "read_area", read)
    assert run("show", small).code == 0 and held == ["python"]
    assert pd.get_option("mode.string_storage") == before


def test_demo_does_the_main_job_and_names_what_it_wrote(run, small, tmp_path, monkeypatch):
    monkeypatch.setattr("spatialreno.cli.demo.example_folder", lambda: small)  # the shipped one takes its time
    done = run("demo", "-o", tmp_path / "out", "--map", tmp_path / "map.html")
    assert done.code == 0
    named = {line for line in done.out.splitlines() if line.startswith(str(tmp_path))}
    assert named == {str(path) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"map.html", "report.html"} <= {line.rsplit("/")[-1] for line in named}
    assert "拆墙并院" in done.out


def test_demo_in_a_clone_takes_the_example_beside_the_code(monkeypatch):
    from spatialreno.cli import demo

    monkeypatch.chdir(ROOT)
    assert demo.example_folder().resolve() == EXAMPLE.resolve()


def test_demo_outside_a_clone_takes_the_copy_in_the_package(tmp_path, monkeypatch):
    from spatialreno.cli import demo

    monkeypatch.chdir(tmp_path)
    inside = tmp_path / "package"
    monkeypatch.setattr(demo, "files", lambda _: inside)
    with pytest.raises(Exception, match="the example is not here"):
        demo.example_folder()
    copy = inside / "example" / "xigongdi"
    copy.mkdir(parents=True)
    (copy / "area.toml").touch()
    assert demo.example_folder() == copy
