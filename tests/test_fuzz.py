"""Inputs spoiled at random are refused in words or accepted whole: no internal error, no number beyond its bounds.

The long run tries a thousand; ``SPATIALRENO_FUZZ=7`` others, and ``pytest "tests/test_fuzz.py::test_a_dozen"`` twelve.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest
from mutants import sound, spoil

import spatialreno as sr
from spatialreno.community import read_hazards, read_menu, read_register
from spatialreno.comparison import read_budgets
from spatialreno.errors import RenoError
from spatialreno.programme import read_programme

SEED = int(os.environ.get("SPATIALRENO_FUZZ", "0"))
CPU_SECONDS = 30  # some fifty times what one takes
BATCH = 25
LISTS = {"programme": read_programme, "menu": read_menu, "budgets": read_budgets}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound(tmp_path_factory.mktemp("fuzz") / "whole")


@pytest.fixture(scope="module")
def survey(whole: Path) -> sr.StudyArea:
    return sr.read_area(whole / "area")


@contextmanager
def limited() -> Iterator[None]:
    """End what takes more than its processor time."""

    def end(*_: object) -> None:
        raise TimeoutError(f"more than {CPU_SECONDS} s of processor time")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def within_bounds(area: sr.StudyArea) -> None:
    """Every number of every layer lies between the bounds that its dictionary states."""
    for name, layer in area.catalog.layers.items():
        for column in layer.columns.values():
            if column.dtype not in ("int", "float") or column.status == "derived" or column.least is None:
                continue
            cells = pd.to_numeric(area.layer(name)[column.column].dropna()).astype("float64")
            assert cells.between(column.least, column.most).all(), f"{name}.{column.column}: {cells.tolist()}"


def use_area(folder: Path) -> None:
    """Check and read an area; what is accepted is applied to, evaluated, and asked for consent."""
    found = sr.check_area(folder / "area")
    try:
        area = sr.read_area(folder / "area")
    except RenoError:
        assert "error" in set(found["severity"])
        return
    assert "error" not in set(found["severity"])
    within_bounds(area)
    plan = sr.read_scenario(folder / "scenarios" / "plan.toml")
    with suppress(RenoError):  # the plan may name what the area has lost
        after = plan.apply(area)
        plan.bill(area).by("payer")
        sr.find_consents(area, plan)
        within_bounds(after)
        sr.evaluate(after)
    with suppress(RenoError):
        read_register(area)


def use_plan(folder: Path, survey: sr.StudyArea) -> None:
    with suppress(RenoError):
        plan = sr.read_scenario(folder / "scenarios" / "plan.toml")
        plan.bill(survey).by("payer")
        within_bounds(plan.apply(survey))


def use_lists(folder: Path, survey: sr.StudyArea) -> None:
    for name, read in LISTS.items():
        with suppress(RenoError):
            read(folder / "lists" / f"{name}.csv")
    with suppress(RenoError):
        read_hazards(folder / "lists" / "hazards.csv", survey)


def broken(number: int, kind: str, whole: Path, survey: sr.StudyArea, place: Path) -> list[str]:
    """Spoil and use one; where that breaks, tell how to have it again, and what was changed."""
    folder = Path(shutil.copytree(whole, place / f"{kind}{number}"))
    told = spoil(folder, kind, random.Random(f"{SEED} {kind} {number}"))
    try:
        with limited():
            if kind == "area":
                use_area(folder)
            else:
                (use_plan if kind == "scenarios" else use_lists)(folder, survey)
    except Exception as error:
        return [f"SPATIALRENO_FUZZ={SEED}, {kind} {number} ({'; '.join(told)}): {error!r}"]
    shutil.rmtree(folder)
    return []


def test_what_is_not_spoiled_is_used_without_a_word(whole: Path, survey: sr.StudyArea) -> None:
    assert set(sr.check_area(whole / "area")["severity"]) <= {"note", "warning"}
    assert all(len(survey.layer(name)) for name in survey.layers)
    plan = sr.read_scenario(whole / "scenarios" / "plan.toml")
    assert sr.evaluate(plan.apply(survey)).value("score") >= 0
    assert len(sr.find_consents(survey, plan).asked)
    for name, read in LISTS.items():
        read(whole / "lists" / f"{name}.csv")
    read_hazards(whole / "lists" / "hazards.csv", survey)


@pytest.mark.parametrize("kind", ["area", "scenarios", "lists"])
def test_a_dozen(kind: str, whole: Path, survey: sr.StudyArea, tmp_path: Path) -> None:
    assert not [text for number in range(4) for text in broken(number, kind, whole, survey, tmp_path)]


@pytest.mark.long
@pytest.mark.parametrize("batch", range(40))
def test_a_thousand(batch: int, whole: Path, survey: sr.StudyArea, tmp_path: Path) -> None:
    kind = ("area", "area", "scenarios", "lists")[batch % 4]
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    found = [text for number in numbers for text in broken(number, kind, whole, survey, tmp_path)]
    assert not found, "\n".join(found)
