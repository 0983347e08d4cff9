"""What a pipe gets is the result and nothing else: every command with --json, each in a process of its own.

Output written by C code (a solver that greets) goes past ``sys.stdout``, so only a process and its file 1 can tell.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from conftest import ROOT, make_area
from shapely import LineString, Point, box

from spatialreno import Scenario, demolish, write_area, write_scenario
from spatialreno.cli.app import app

pytestmark = pytest.mark.long

#: Forks once for every command: what is heavy is imported and read once, and each command's solver is the first of its
#: process.
FORKED = """
import json, os, sys
import spatialreno as sr, spatialreno.cli
[getattr(sr, name) for name in sr.__all__]
place, tasks = json.load(sys.stdin)
read, area = sr.read_area, sr.read_area(place)
sr.read_area = lambda path, **more: area if str(path) == place else read(path, **more)
sr.evaluate(area, "gb50180-2018")
for words, out in tasks:
    if not (child := os.fork()):
        os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT), 1)
        sys.argv = ["spatialreno", *words]
        try:
            spatialreno.cli.main()
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.waitpid(child, 0)
"""
OPENED = ("-s", "{area}/scenarios/opened.toml")
COMMANDS = {
    "show": ("show", "{area}"),
    "ledger": ("ledger", "{area}", OPENED[1]),
    "site": ("site", "{area}", "bookstore", *OPENED),
    "sweep": ("sweep", "{area}", "-m", "wall_length_m,cost_yuan", "--front", "cost_yuan"),
    "compare": ("compare", "{area}", OPENED[1]),
    "schema": ("schema", "walls"),
    "catalog": ("catalog", "costs"),
    "check": ("check", "{area}"),
    "adopt": ("adopt", "{area}/compounds.geojson", "-o", "{area}-taken", "--crs", "EPSG:4546"),
    "land": ("land", "{area}", *OPENED),
    "fit": ("fit", "{area}", "bookstore", *OPENED),
    "lanes": ("lanes", "{area}"),
    "lifts": ("lifts", "{area}", "--sun", "none"),
    "consent": ("consent", "{area}", OPENED[1]),
    "menu": ("menu", "{area}", "--budget", "90000", "--items", str(ROOT / "data/geo/xigongdi/community/menu.csv")),
    "management": ("management", "{area}"),
    "checkup": ("checkup", "{area}", *OPENED),
    "programme": ("programme", str(ROOT / "data/programme/pingdingshan-2022.csv")),
    "score": ("score", "{area}", *OPENED),
    "whatif": ("whatif", "{area}"),
    "reach": ("reach", "{area}", "--from", "B1", "--minutes", "5"),
    "access": ("access", "{area}", "pharmacy"),
    "through": ("through", "{area}", OPENED[1]),
    "heat": ("heat", "{area}", *OPENED),
    "dig": ("dig", "{area}", "water", *OPENED),
    "district": ("district", "{area}/..", "-o", "{area}-district", "--no-pages"),
    "clusters": ("clusters", "{area}", "--households", "1", "100"),
    "synergy": ("synergy", "{area}", OPENED[1]),
    "survey": ("survey", "{area}", OPENED[1]),
    "funding": ("funding", "{area}", OPENED[1]),
    "schedule": ("schedule", "{area}", OPENED[1], "--start", "2026-03-01"),
    "completed": ("completed", "{area}", OPENED[1], "{area}"),
    "casework": ("casework", "{area}", OPENED[1]),
    "upkeep": ("upkeep", "{area}"),
    "hazards": ("hazards", "{area}", "{area}/hazards.csv"),
    "residents": ("residents", "{area}", OPENED[1], "-o", "{area}-residents"),
    "sheets": ("sheets", "{area}", OPENED[1], "-o", "{area}-sheets.pdf"),
    "design": ("design", "{area}", "--budget", "20000", "--goal", "kinds"),
}
AS_CSV = ("site", "heat", "dig")
#: One of each solver and of each thing that greets or reads; the others run with the long tests.
DAILY = ("show", "sweep", "site", "check", "adopt", "heat", "dig", "through", "clusters", "schedule", "design")
NAMES = [pytest.param(name, marks=[] if name in DAILY else [pytest.mark.long]) for name in COMMANDS]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two yards with a lane, mains of heat and water, a heat station, and a wall and a shed to take down."""
    lane, main = LineString([(-20, 0), (140, 0)]), [LineString([(x, -40), (x, 40)]) for x in (-10, -14)]
    homes = [
        {"id": f"B{k}", "use": "residential", "households": 10, "residents": 25, "storeys": 5, "floor_area_m2": 900.0,
         "geometry": box(40 * k - 20, 6, 40 * k, 16)} for k in (1, 2, 3)
    ]  # fmt: skip
    area = make_area(
        compounds=[{"id": "C1", "name": "一号院", "geometry": box(-5, -30, 60, 30)},
                   {"id": "C2", "name": "二号院", "geometry": box(60, -30, 140, 30)}],
        buildings=homes,
        walls=[{"id": "W1", "geometry": LineString([(60, 3), (60, 30)])}],
        structures=[{"id": "S1", "legality": "illegal", "geometry": box(70, -20, 80, -10)}],
        paths=[{"id": "P1", "kind": "lane", "width_m": 8.0, "geometry": lane}],
        facilities=[{"id": "F1", "kind": "pharmacy", "geometry": Point(5, 3)},
                    {"id": "HX", "kind": "heat_exchange_station", "capacity": 5e3, "geometry": box(0, -16, 10, -6)}],
        pipes=[{"id": "M1", "kind": "heat_primary", "capacity": 500.0, "geometry": main[0]},
               {"id": "M2", "kind": "water", "geometry": main[1]}],
        parties=[{"id": "P1", "name": "毛纺厂"}],
        rights=[{"feature_id": "W1", "party_id": "P1", "right": "ownership"}],
    )  # fmt: skip
    folder = write_area(area, tmp_path_factory.mktemp("served") / "院")
    acts = [demolish("walls", between=["C1", "C2"]), demolish("structures", ids=["S1"])]
    opened = Scenario("opened", interventions=acts)
    write_scenario(opened, folder / "scenarios" / "opened.toml")
    (folder / "hazards.csv").write_text("编号,位置,隐患,照片,日期\nA,B1,roof_leak,,\n", encoding="utf-8")
    return folder


def parsed(found: str, how: str) -> list[dict[str, object]]:
    return json.loads(found) if how == "--json" else list(csv.DictReader(io.StringIO(found), strict=True))


@pytest.fixture(scope="module")
def told(
    served: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], str]:
    """Run every command that is asked for in this run, and keep what came out of its file 1."""
    folder = tmp_path_factory.mktemp("told")
    mine = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    names = {item.callspec.params["name"] for item in mine if not item.get_closest_marker("skip")}
    asked = [(name, how) for how, known in (("--json", COMMANDS), ("--csv", AS_CSV)) for name in known if name in names]
    files = [folder / f"{name}{how}" for name, how in asked]
    words = [[*(w.format(area=served) for w in COMMANDS[name]), how] for name, how in asked]
    tasks = json.dumps([str(served), [(row, str(file)) for row, file in zip(words, files, strict=True)]])
    subprocess.run([sys.executable, "-c", FORKED], input=tasks, text=True, capture_output=True, check=True)
    return {key: file.read_text("utf-8") for key, file in zip(asked, files, strict=True)}


@pytest.mark.every_day
def test_no_command_with_the_flag_is_left_out():
    def with_flag(command, words=()):
        """Every command, of groups too, that takes --json by whatever name its function knows it."""
        for name, inner in getattr(command, "commands", {}).items():
            yield from with_flag(inner, (*words, name))
        if any("--json" in option.opts for option in command.params):
            yield " ".join(words)

    assert set(with_flag(typer.main.get_command(app))) == set(COMMANDS)


@pytest.mark.every_day
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("name", NAMES)
def test_json_stands_alone_on_stdout(told, name):
    assert isinstance(parsed(told[name, "--json"], "--json"), list)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("name", AS_CSV)
def test_csv_stands_alone_on_stdout(told, name):
    as_json, as_csv = parsed(told[name, "--json"], "--json"), parsed(told[name, "--csv"], "--csv")
    assert len(as_csv) == len(as_json) > 0
    assert list(as_csv[0]) == list(as_json[0])


SOLVE = """
import os, sys
{before}
from spatialreno.optimise import solve_milp, Milp
import numpy as np
from scipy import sparse
one = np.ones(2)
model = Milp(-one, 0 * one, 9 * one, one > 0, sparse.csc_matrix([[2.0, 2.0]]), np.zeros(1), np.full(1, 5.0))
sys.stdout and print("first")
[solve_milp(model), solve_milp(model)]
{after}
"""


def ran(before: str, after: str) -> subprocess.CompletedProcess[str]:
    script = SOLVE.format(before=before, after=after)
    return subprocess.run([sys.executable, "-c", script], text=True, capture_output=True, check=True)


def test_a_script_keeps_its_own_words_and_their_order():
    done = ran("", "print('last'); os.write(1, b'')")
    assert (done.stdout, done.stderr) == ("first\nlast\n", "")


def test_a_closed_stdout_is_no_fault(tmp_path):
    file = tmp_path / "kept"
    done = ran("sys.stdout = None; os.close(1)", "sys.stderr.write('done')")
    assert (done.stdout, done.stderr) == ("", "done")
    # A file that was opened in its place gets no word of the solver either.
    ran(f"sys.stdout = None; os.close(1); kept = open({str(file)!r}, 'w')", "kept.write('mine'); kept.close()")
    assert file.read_text() == "mine"
