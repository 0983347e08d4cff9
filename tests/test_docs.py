"""What the documents promise is so: the set-up lines, the script, the commands, the links, the examples."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from conftest import EXAMPLE, ROOT
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.cli.app import app

SRC = ROOT / "src" / "spatialreno"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
HANDBOOK = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str, text: str = README) -> list[str]:
    """Take the fenced blocks of a language out of the README, or out of another text."""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


# ---- set-up


def test_two_commands_set_it_up() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines() if "pip install" in line]
    assert lines == [
        "python3 -m venv .venv && .venv/bin/pip install '.[people]' && .venv/bin/spatialreno demo",
        "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/python -m pytest",
    ]
    assert "test" in PROJECT["project"]["optional-dependencies"]
    assert PROJECT["project"]["scripts"] == {"spatialreno": "spatialreno.cli:main"}


def test_the_wheel_takes_what_is_there() -> None:
    taken = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert taken[str(EXAMPLE.relative_to(ROOT))] == "spatialreno/example/xigongdi"
    assert all((ROOT / path).exists() for path in taken)


def test_versions_agree() -> None:
    version = PROJECT["project"]["version"]
    assert sr.__version__ == version
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)


@pytest.mark.every_day
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    gone = [t for t in targets if "://" not in t and not (document.parent / t).exists()]
    assert not gone


def test_files_named_in_the_readme_are_there() -> None:
    named = re.findall(r"data/geo/xigongdi[\w./]*", README + HANDBOOK)
    assert named
    assert not [path for path in named if not (ROOT / path.rstrip(".")).exists()]


# ---- the command line


USAGE = typer.BadParameter.__mro__[1]  # the usage error of the click that typer brings along


def shown() -> list[list[str]]:
    """Words of every `spatialreno …` line that the README and the handbook show, each once."""
    shell = blocks("sh", README + HANDBOOK)
    lines = [line for block in shell for line in block.splitlines() if line.startswith("spatialreno ")]
    words = {tuple(shlex.split(line, comments=True)[1:]): None for line in lines}
    return [list(line) for line in words]


@pytest.mark.every_day
@pytest.mark.parametrize("words", shown(), ids=" ".join)
def test_commands_of_the_readme_are_understood(words: list[str]) -> None:
    name, *rest = words
    assert name in COMMANDS
    try:
        COMMANDS[name].make_context(name, rest, resilient_parsing=False)
    except USAGE as error:
        pytest.fail(f"spatialreno {' '.join(words)}: {error.format_message()}")


def test_commands_named_in_passing_exist() -> None:
    named = set(re.findall(r"`spatialreno ([a-z][\w-]*)[^`]*`", README + HANDBOOK))
    assert named <= set(COMMANDS)


def test_every_command_is_in_the_readme_or_the_handbook() -> None:
    assert set(COMMANDS) - {words[0] for words in shown()} == {"demo"}  # demo stands in the set-up line


@pytest.mark.every_day
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_that_is_understood(name: str) -> None:
    examples = re.findall(r"Example: spatialreno (.+)", COMMANDS[name].help or "")
    assert examples
    for example in examples:
        first, *rest = shlex.split(example)
        assert first == name
        COMMANDS[name].make_context(name, rest)


@pytest.mark.every_day
@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    silent = [p.name for p in COMMANDS[name].params if not getattr(p, "help", "")]
    assert not silent


# ---- the script


def test_the_script_is_the_readme_s() -> None:
    assert blocks("python") == [(EXAMPLE / "plan.py").read_text(encoding="utf-8")]


def run_here(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the script in this process, which has all it imports."""
    monkeypatch.chdir(place)
    capsys.readouterr()
    runpy.run_path("data/geo/xigongdi/plan.py", run_name="__main__")
    return capsys.readouterr().out


def run_alone(place: Path, *_: object) -> str:
    """Run the script as a planner does, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "data/geo/xigongdi/plan.py"],
        cwd=place, env={**os.environ, "PYTHONUTF8": "1"}, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    ("surveyed", "run"),
    [
        pytest.param("two yards", run_here, id="two yards"),
        pytest.param("two yards", run_alone, id="two yards alone", marks=pytest.mark.long),
        pytest.param("the example", run_alone, id="the example", marks=pytest.mark.long),
    ],
)
def test_the_script_runs(
    surveyed: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "data" / "geo" / "xigongdi"
    if surveyed == "the example":
        shutil.copytree(EXAMPLE, place)
    else:  # two yards with all that the script speaks of
        sr.write_area(two_yards(), place)
        shutil.copy(EXAMPLE / "plan.py", place)
    told = run(tmp_path, monkeypatch, capsys)
    assert "指标" in told
    assert "today" in told
    assert (tmp_path / "maps" / "xigongdi.html").stat().st_size > 100_000
    assert (tmp_path / "out" / "xigongdi" / "leaders.csv").is_file()


def acts(scenario: sr.Scenario) -> set[tuple[Any, ...]]:
    """What a scenario does, without reason, phase and expectation."""
    return {(a.verb, a.layer, getattr(a, "chosen", None), getattr(a, "values", None)) for a in scenario.interventions}


def test_the_script_plans_what_the_scenario_files_plan(example: sr.StudyArea) -> None:
    script: dict[str, Any] = {}
    head = blocks("python")[0].partition("station =")[0].replace("data/geo/xigongdi", EXAMPLE.as_posix())
    exec(compile(head, "plan.py", "exec"), script)
    files = {name: sr.read_scenario(EXAMPLE / "scenarios" / f"{name}.toml") for name in ("clear", "opened", "full")}
    for name in ("clear", "opened"):
        assert acts(script[name]) == acts(files[name])
        assert script[name].title in files[name].title
    built = [a for a in files["full"].interventions if a.verb == "build"]
    assert "heat_exchange_station" in [dict(a.values).get("kind") for a in built]
    assert acts(files["opened"]) <= acts(files["full"])


# ---- the public face

# Nouns without an example of their own, by the function that gives them.
MADE_BY = {
    "Design": "design_openings",
    "Catalog": "read_catalog",
    "Comparison": "compare",
    "Evaluation": "evaluate",
    "Page": "draw",
    "Solution": "site_facilities",
    "StudyArea": "read_area",
}
RAISED = {"RenoError", "InputError", "ScenarioError", "InfeasibleError"}


NAMES = [name for name in sr.__all__ if name != "__version__" and not inspect.ismodule(getattr(sr, name))]


@pytest.mark.every_day
@pytest.mark.parametrize("name", NAMES)
def test_public_names_teach(name: str) -> None:
    thing = getattr(sr, name)
    text = inspect.getdoc(thing) or ""
    assert text.partition("\n")[0].rstrip().endswith((".", "。"))
    if name in RAISED:
        assert issubclass(thing, sr.RenoError)
    elif name in MADE_BY:
        assert name in inspect.signature(getattr(sr, MADE_BY[name])).return_annotation
    else:
        assert re.search(r"^Examples\n-{8}$", text, flags=re.MULTILINE), f"{name} has no example"


# ---- examples run


def with_examples() -> list[str]:
    files = [p for p in sorted(SRC.rglob("*.py")) if ">>> " in p.read_text(encoding="utf-8")]
    parts = [("spatialreno", *p.relative_to(SRC).with_suffix("").parts) for p in files]
    return [".".join(p for p in part if p != "__init__") for part in parts]


# Examples that compare the whole example quarter, or measure it from many sides.
LONG = {
    f"spatialreno.{name}"
    for name in (
        "maps.paper.owner_sheets", "maps.outputs.report_forms", "maps.live_page.page", "maps.page.page",
        "maps.residents.papers", "comparison.money.residents_pay",
        "maps.proposals.design_page", "maps.page.district_page", "design.design_openings", "indicators.gains",
        "comparison.districts.run", "comparison.kept", "comparison.options", "comparison.people", "comparison.run",
        "formats.areas.folder",
        "design.design", "design.together.synergy", "optimise.solution", "walk.centrelines.street_graphs",
    )
}  # fmt: skip
SHIPPED = EXAMPLE.relative_to(ROOT).as_posix()
#: Where what the package gives to scripts is defined: each is touched once every day, by its example.
PUBLIC = {getattr(sr, name).__module__ for name in sr.__all__ if callable(getattr(sr, name))}
MODULES = [
    pytest.param(name, marks=[pytest.mark.long] if name in LONG or name not in PUBLIC else [])
    for name in with_examples()
]


#: What many examples begin with, and takes seconds: what was answered before is answered alike.
DEAR = (
    *("compare", "compare_areas", "design_openings", "evaluate"),
    *("fewest_removals", "plan_dig", "supply_heat", "what_if"),
)
ANSWERS: list[tuple[Any, Any]] = []


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of a frozen area answer what it was asked before with what it answered then."""

    def answer(*given: Any, **more: Any) -> Any:
        asked = (function, given, more)
        known = [told for said, told in ANSWERS if said == asked]
        if not known:
            known = [function(*given, **more)]
            ANSWERS.append((asked, known[0]))
        return known[0]

    return answer


@pytest.mark.spread(24)
@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str, example: sr.StudyArea, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each does what it says; the example quarter is read once for all, and what is dear is asked of it once."""
    read = sr.read_area
    monkeypatch.chdir(ROOT)
    for name in DEAR:
        monkeypatch.setattr(sr, name, once(getattr(sr, name)))
    monkeypatch.setattr(sr, "read_area", lambda path, **more: example if path == SHIPPED else read(path, **more))
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert not failed


def test_docstring_examples_are_examples() -> None:
    """Code that looks like an example is one: each `>>>` stands in a docstring, where it is run."""
    for path in SRC.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        inside = "".join(
            ast.get_docstring(node) or ""
            for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        )
        assert text.count(">>> ") == inside.count(">>> "), path
