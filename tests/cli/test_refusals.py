"""Whatever goes wrong is one clear message on stderr, nothing on stdout, exit code 1; 2 for wrong words."""

from __future__ import annotations

import contextlib
import inspect
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLE, ROOT
from typer.testing import CliRunner

from spatialreno.cli.app import app

NOWHERE = "{tmp}/broken.toml/here"  # a file is no folder, not even for root
COMMANDS = ["demo", "init", "adopt", "check", "show", "ledger", "apply", "score", "site", "compare", "map", "report"]
COMMANDS += ["import-osm", "schema", "catalog", "land", "fit", "lanes", "live", "sheets", "whatif", "heat", "dig"]
COMMANDS += ["lifts", "consent", "menu", "management", "checkup", "programme", "reach", "fabric", "access", "through"]
COMMANDS += ["export", "export-postgis", "fetch-osm", "import-postgis", "design", "district", "clusters", "synergy"]
COMMANDS += ["sweep", "survey", "funding", "schedule", "completed", "casework", "upkeep", "hazards", "residents"]

REFUSED = {
    "no area": (("show", "{tmp}/none"), "none: no such folder"),
    "a file is no area": (("score", "{area}/area.toml"), "no such folder"),
    "no layer": (("show", "{area}", "--layer", "wall"), "wall: no such layer. Layers: compounds"),
    "no schema": (("schema", "wall"), "wall: no such layer"),
    "no table": (("catalog", "prices"), "prices: no such table. Tables: "),
    "no standard": (("score", "{area}", "--standard", "gb1"), "'gb1' is not known"),
    "no origin": (("reach", "{area}", "--from", "X9"), "X9 must each name a building or a facility"),
    "no times": (("reach", "{area}", "--from", "F1", "--minutes", "5;10"), "expected numbers with commas"),
    "no such file": (("reach", "{area}", "--from", "F1", "-o", "{tmp}/reach.doc"), "is not written"),
    "no group": (("score", "{area}", "--group", "bird"), "group bird is not in the catalog"),
    "no moment": (("access", "{area}", "--at", "22:30"), "22:30 is no moment of local time"),
    "no such layer file": (("through", "{area}", "W01", "-o", "{tmp}/blocks.shp"), "is not written"),
    "no opening": (("through", "{area}", "W999"), "W999 must each name one wall, gate or structure"),
    "no kind": (("site", "{area}", "bookshop"), "no kind bookshop"),
    "none asked": (("site", "{area}", "bookstore", "--count", "0"), "count = 0"),
    "no scenario": (("ledger", "{area}", "{tmp}/none.toml"), "none.toml: cannot be read"),
    "a folder is no scenario": (("ledger", "{area}", "{area}"), "cannot be read"),
    "area.toml is no scenario": (("ledger", "{area}", "{area}/area.toml"), "crs: there is no such key"),
    "unknown id": (("apply", "{area}", "{tmp}/unknown.toml", "-o", "{tmp}/x"), "no such id (W9)"),
    "broken toml": (("map", "{area}", "{tmp}/broken.toml", "-o", "{tmp}/x.html"), "broken.toml: is not whole TOML"),
    "same twice": (
        ("compare", "{area}", "{area}/scenarios/clear.toml", "{area}/scenarios/clear.toml"),
        "clear is taken",
    ),
    "no scenarios": (("compare", "{tmp}/bare"), "holds no scenario"),
    "no station": (("site", "{area}", "plaza", "--count", "99"), "plaza: no site exists for 99"),
    "apply nowhere": (("apply", "{area}", "{area}/scenarios/clear.toml", "-o", NOWHERE), "cannot be written"),
    "map nowhere": (("map", "{area}", "{area}/scenarios/clear.toml", "-o", NOWHERE + ".html"), "cannot be written"),
    "compare nowhere": (("compare", "{area}", "{area}/scenarios/clear.toml", "-o", NOWHERE), "cannot be written"),
    "site nowhere": (("site", "{area}", "bookstore", "-o", NOWHERE + ".toml"), "cannot be written"),
    "init nowhere": (("init", NOWHERE), "cannot be made"),
    "init again": (("init", "{area}"), "is not empty"),
    "init in degrees": (("init", "{tmp}/new", "--crs", "EPSG:4326"), "is not in metres"),
    "not osm": (("import-osm", str(ROOT / "README.md"), "-o", "{tmp}/osm"), "not an OpenStreetMap file"),
    "no osm": (("import-osm", "{tmp}/none.osm", "-o", "{tmp}/osm"), "there is no such file"),
    "bad bounds": (("import-osm", "x.osm", "-o", "{tmp}/osm", "--bounds", "1,2,3"), "expected west,south,east,north"),
}
TELLS_FIRST = {"no station", "compare nowhere", "site nowhere"}  # the answer stands on stdout before the refusal


@pytest.fixture
def place(small, tmp_path):
    (tmp_path / "broken.toml").write_text('name = "a"\n[[demolish]]\nlayer = "wal', encoding="utf-8")
    (tmp_path / "unknown.toml").write_text('name = "a"\n[[demolish]]\nlayer = "walls"\nids = ["W9"]', encoding="utf-8")
    bare = tmp_path / "bare"
    bare.mkdir()
    for path in small.glob("*.*"):
        (bare / path.name).write_bytes(path.read_bytes())
    return {"area": small, "tmp": tmp_path}


@pytest.mark.spread(12)
@pytest.mark.parametrize("case", REFUSED)
def test_one_clear_message_and_exit_one(run, place, case):
    line, told = REFUSED[case]
    before = sorted(place["tmp"].rglob("*"))
    done = run(*(word.format(**place) for word in line))
    assert done.code == 1
    assert told in done.err
    assert done.err.count("error: ") == 1
    assert "fault of spatialreno" not in done.err
    assert done.out == "" or case in TELLS_FIRST
    assert sorted(place["tmp"].rglob("*")) == before  # nothing half-written


@pytest.mark.every_day
@pytest.mark.parametrize(
    "line",
    [
        ["shw"],
        ["apply", "a", "b.toml"],
        ["show"],
        ["score", "a", "--level", "street"],
        ["site", "a", "bookstore", "--count", "many"],
        ["site", "a", "bookstore", "--model", "best"],
        ["show", "a", "--colour"],
        ["compare", "a", "--json", "--csv"],
        ["compare", "a", "--csv", "--json"],
        ["map", "a", "--lang", "fr"],
    ],
)
@pytest.mark.long
def test_wrong_words_are_exit_two(run, line):
    done = run(*line)
    assert done.code == 2
    assert "Usage: " in done.err
    assert done.out == ""


@pytest.mark.every_day
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.long
def test_each_command_explains_itself_with_an_example(command):
    told = CliRunner().invoke(app, [command, "--help"])
    assert told.exit_code == 0
    assert f"Example: spatialreno {command}" in told.output


@pytest.mark.every_day
def test_these_are_all_commands():
    assert sorted(COMMANDS) == sorted(c.name or c.callback.__name__ for c in app.registered_commands)


@pytest.mark.every_day
@pytest.mark.parametrize("command", app.registered_commands, ids=lambda c: c.name or c.callback.__name__)
def test_what_compares_and_nothing_else_can_compare_anew(command):
    compares = "compared" in inspect.unwrap(command.callback).__code__.co_names
    assert compares == ("no_cache" in inspect.signature(command.callback).parameters)


@pytest.mark.every_day
def test_check_lists_all_faults_and_exits_one(run, tmp_path):
    (tmp_path / "area.toml").write_text('name = "a"\ncrs = "EPSG:4546"\n', encoding="utf-8")
    (tmp_path / "compounds.geojson").write_text('{"type": "FeatureColl', encoding="utf-8")
    done = run("check", tmp_path, "--csv")
    assert done.code == 1
    assert "compounds.geojson" in done.out


def test_a_fault_of_the_program_is_one_message_too(run, monkeypatch):
    monkeypatch.delenv("SPATIALRENO_DEBUG", raising=False)
    monkeypatch.setattr("spatialreno.catalog.read_catalog", lambda: 1 / 0)
    done = run("catalog")
    assert done.code == 1
    assert done.err.startswith("error: ZeroDivisionError")
    assert "SPATIALRENO_DEBUG=1" in done.err


def spatialreno(*words, **options):
    command = [sys.executable, "-m", "spatialreno", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.spread(1)
@pytest.mark.skipif(os.name == "nt", reason="pipes of a POSIX shell")
@pytest.mark.parametrize("words", ["schema walls --csv", f"show {EXAMPLE} --layer rights --json"])
def test_a_reader_that_goes_away_is_no_error(words):
    line = f"{sys.executable} -m spatialreno {words} | head -1"
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert [row for row in done.stderr.splitlines() if not row.startswith("…")] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.long
def test_a_full_disk_is_told():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "spatialreno", "schema", "--csv"], stdout=full, stderr=-1, text=True
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.every_day
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_quietly():
    # Who starts the tests in the background leaves interrupts ignored, and children inherit that.
    process = spatialreno("compare", str(EXAMPLE), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert process.stderr.readline().startswith("… read")
    out = err = None
    while out is None:  # an interrupt that falls into a callback of C code is lost: people press again
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            out, err = process.communicate(timeout=5)
    assert process.returncode not in (0, -signal.SIGINT)
    assert out == ""
    assert "Traceback" not in err


def test_chinese_survives_a_pipe_that_knows_none():
    process = spatialreno("schema", "walls", "--csv", env={**os.environ, "PYTHONIOENCODING": "ascii"}, encoding="utf-8")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "编号" in out


@pytest.mark.every_day
@pytest.mark.parametrize("words", ["", "--help", "score --help"])
def test_opening_brings_nothing_heavy(words):
    code = (
        f"import sys; sys.argv = ['spatialreno', *{words.split()!r}]\nimport spatialreno\n"
        "from spatialreno.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('geopandas', 'folium', 'osmnx', 'highspy', 'pandas', 'shapely') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
