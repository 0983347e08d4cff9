"""The command line as a planner meets it: ``main`` itself with its exit code, stdout and stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno import Scenario, alter, demolish, write_area, write_scenario
from spatialreno.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


READ = sr.read_area
AREAS: dict[Any, sr.StudyArea] = {}


def read_once(path: Path, **more: Any) -> sr.StudyArea:
    """Read a folder once as long as no file in it changes; ``test_stdout`` runs every command on its own."""
    if any(more.values()) or not Path(path).is_dir():
        return READ(path, **more)
    files = [(str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in sorted(Path(path).rglob("*"))]
    key = (str(path), *files)
    if key not in AREAS:
        AREAS[key] = READ(path)
    return AREAS[key]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command through ``main``."""
    monkeypatch.setattr(sr, "read_area", read_once)

    def run_command(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["spatialreno", *map(str, words)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out
        return Done(int(str(code or 0)), told.out, told.err)

    return run_command


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two yards with two scenarios, as a folder: quick enough for every command."""
    folder = write_area(two_yards(), tmp_path_factory.mktemp("small") / "院")
    clear = Scenario(
        "clear", title="拆违", interventions=[demolish("structures", where={"legality": "illegal"}, reason="认定违建")]
    )
    opened = Scenario(
        "opened",
        title="拆墙并院",
        interventions=[
            demolish("walls", between=["C1", "C2"]),
            alter("paths", ids=["L1"], set={"width_m": 7.0, "public": False}),
        ],
    )
    for scenario in (clear, clear | opened):
        write_scenario(scenario, folder / "scenarios" / f"{scenario.name}.toml")
    return folder
