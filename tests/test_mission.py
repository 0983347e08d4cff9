"""Every figure and sentence of the two accounts: the command that `docs/mission.md` names prints it."""

from __future__ import annotations

import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from conftest import ROOT

import spatialreno as sr
from spatialreno.cli import main
from spatialreno.cli.app import app

ROWS = [
    (cells[0], cells[1], cells[2].strip("`"), cells[3])
    for line in (ROOT / "docs" / "mission.md").read_text("utf-8").splitlines()
    if re.match(r"\| [LP]\d", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
]
LONG = "*long*"
AREA = Path("data/geo/xigongdi")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@cache
def heads() -> tuple[str, ...]:
    """Commands that are run once each."""
    return tuple(dict.fromkeys(command for *_, command, prints in ROWS if not prints.startswith(LONG)))


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    return {}


@pytest.fixture
def shown(
    printed: dict[str, str], example: sr.StudyArea, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Any:
    """Run a command where the data lie, once in this module; the example is read once."""
    read = sr.read_area
    monkeypatch.setattr(sr, "read_area", lambda path, **more: example if path == AREA else read(path, **more))

    def show(command: str) -> str:
        if command not in printed:
            monkeypatch.chdir(ROOT)
            monkeypatch.setattr(sys, "argv", ["spatialreno", *shlex.split(command)])
            capsys.readouterr()
            try:
                main()
            except SystemExit as ended:
                assert ended.code in (0, 1)  # 1 where the answer is that it does not fit
            printed[command] = capsys.readouterr().out
        return printed[command]

    return show


@pytest.mark.spread(11)
@pytest.mark.parametrize(("number", "said", "command", "prints"), ROWS, ids=[f"{r[0]}-{r[1][:30]}" for r in ROWS])
def test_what_was_said_is_shown(number: str, said: str, command: str, prints: str, shown: Any) -> None:
    name, *rest = shlex.split(command)
    if prints.startswith(LONG):
        COMMANDS[name].make_context(name, rest)
        return
    if name == "menu":
        pytest.importorskip("pabutools")
    out = shown(command)
    wanted = re.findall(r"`([^`]+)`", prints)
    assert wanted
    assert not [words for words in wanted if words not in out], out[:2000]


def test_the_commands_are_few_and_quick() -> None:
    assert len(heads()) <= 24
