"""Inputs spoiled at random are refused in words or accepted whole: no internal error, no number beyond its bounds.

The long run tries a quarter of a thousand, with ``SPATIALRENO_LONG=all`` all; ``SPATIALRENO_FUZZ=7`` others, and
``pytest "tests/test_fuzz.py::test_a_dozen"`` twelve.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest
from mutants import sound, spoil

import spatialreno as sr
from spatialreno.community import choose_works, read_casework, read_hazards, read_management, read_menu, read_register
from spatialreno.comparison import read_budgets
from spatialreno.errors import RenoError
from spatialreno.programme import read_programme
from spatialreno.scenario import Bill

SEED = int(os.environ.get("SPATIALRENO_FUZZ", "0"))
CPU_SECONDS = 30  # some fifty times what one takes
BATCH = 25
LISTS = {"programme": read_programme, "menu": read_menu, "budgets": read_budgets}
BOOKS = {"hazards": read_hazards, "casework": read_casework, "management": read_management}


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


def use_area(folder: Path, name: str = "area") -> None:
    """Check and read an area; what is accepted is applied to, evaluated, and asked for consent."""
    found = sr.check_area(folder / name)
    try:
        area = sr.read_area(folder / name)
    except RenoError:
        assert "error" in set(found["severity"])
        return
    assert "error" not in set(found["severity"])
    within_bounds(area)
    plan = sr.read_scenario(folder / "scenarios" / "plan.toml")
    with suppress(RenoError):  # the plan may name what the area has lost
        after = plan.apply(area)
        sums(plan.bill(area))
        sr.find_consents(area, plan)
        within_bounds(after)
        sr.evaluate(after)
    with suppress(RenoError):
        read_register(area)


def use_plan(folder: Path, survey: sr.StudyArea) -> None:
    with suppress(RenoError):
        plan = sr.read_scenario(folder / "scenarios" / "plan.toml")
        sums(plan.bill(survey))
        within_bounds(plan.apply(survey))


def sums(bill: Bill) -> None:
    """Hold the parts of a bill to its total: what is added up by payer or by phase is the same money."""
    (total,) = bill.total.fillna(0.0)
    assert 0 <= total < 1e12
    assert all(bill.by(key)["cost_yuan"].sum() == pytest.approx(total, abs=0.005) for key in ("payer", "phase"))


def use_lists(folder: Path, survey: sr.StudyArea) -> None:
    for name, read in LISTS.items():
        with suppress(RenoError):
            read(folder / "lists" / f"{name}.csv")
    for name, book in BOOKS.items():
        with suppress(RenoError):
            book(folder / "lists" / f"{name}.csv", survey)
    with suppress(RenoError):
        menu = read_menu(folder / "lists" / "menu.csv")
        assert len(choose_works(read_register(survey), menu, 1e6).table) == len(menu)
    with suppress(RenoError):
        register = read_casework(folder / "lists" / "casework.csv", survey).applied(survey)
        sr.find_consents(register, sr.read_scenario(folder / "scenarios" / "plan.toml"))


def use_catalog(folder: Path, survey: sr.StudyArea) -> None:
    """Read the sound area by tables and a standard of one's own: they are refused, or the plan holds by them."""
    with suppress(RenoError):
        area = sr.read_area(folder / "area", catalog=folder / "catalog")
        within_bounds(area)
        plan = sr.read_scenario(folder / "scenarios" / "plan.toml")
        sums(plan.bill(area))
        sr.find_consents(area, plan)
        found = sr.evaluate(plan.apply(area), "own")
        assert 0 <= found.value("score") <= 100


def use_survey(folder: Path, survey: sr.StudyArea) -> None:
    """Take raw files over into an area of their own, as far as they can be read, and read that."""
    with suppress(RenoError):
        files = sorted(path for path in (folder / "survey").iterdir() if path.suffix not in (".dbf", ".shx"))
        sr.adopt(files, folder / "adopted", crs="EPSG:4546")
        use_area(folder, "adopted")


USES: dict[str, Callable[[Path, sr.StudyArea], None]] = {
    "area": lambda folder, _: use_area(folder),
    "scenarios": use_plan,
    "lists": use_lists,
    "catalog": use_catalog,
    "survey": use_survey,
}


def broken(number: int, kind: str, whole: Path, survey: sr.StudyArea, place: Path) -> list[str]:
    """Spoil and use one; where that breaks, tell how to have it again, and what was changed."""
    folder = Path(shutil.copytree(whole, place / f"{kind}{number}"))
    told = spoil(folder, kind, random.Random(f"{SEED} {kind} {number}"))
    try:
        with limited():
            USES[kind](folder, survey)
    except Exception as error:
        return [f"SPATIALRENO_FUZZ={SEED}, {kind} {number} ({'; '.join(told)}): {error!r}"]
    shutil.rmtree(folder)
    return []


@pytest.mark.long
def test_what_is_not_spoiled_is_used_without_a_word(whole: Path, survey: sr.StudyArea) -> None:
    assert set(sr.check_area(whole / "area")["severity"]) <= {"note", "warning"}
    assert all(len(survey.layer(name)) for name in survey.layers)
    plan = sr.read_scenario(whole / "scenarios" / "plan.toml")
    assert sr.evaluate(plan.apply(survey)).value("score") >= 0
    assert len(sr.find_consents(survey, plan).asked)
    for name, read in LISTS.items():
        read(whole / "lists" / f"{name}.csv")
    for name, book in BOOKS.items():
        book(whole / "lists" / f"{name}.csv", survey)
    own = sr.read_area(whole / "area", catalog=whole / "catalog")
    assert plan.bill(own).total.equals(plan.bill(survey).total)
    assert sr.evaluate(own, "own").value("score") == sr.evaluate(survey).value("score")


@pytest.mark.parametrize("kind", ["area", "scenarios", "lists", "catalog"])
@pytest.mark.long
def test_a_dozen(kind: str, whole: Path, survey: sr.StudyArea, tmp_path: Path) -> None:
    assert not [text for number in range(3) for text in broken(number, kind, whole, survey, tmp_path)]


@pytest.mark.long
@pytest.mark.sample(10)
@pytest.mark.parametrize("batch", range(40))
def test_a_thousand(batch: int, whole: Path, survey: sr.StudyArea, tmp_path: Path) -> None:
    kind = ("area", "area", "scenarios", "lists", "catalog", "catalog", "survey", "area")[batch % 8]
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    found = [text for number in numbers for text in broken(number, kind, whole, survey, tmp_path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("menu", "item,class,cost_yuan\ndrain,basic,1e308\n"),
        ("budgets", "payer,year,yuan\ncity,2026,1e308\n"),
        ("management", "小区,月份,物业费\nC1,2026-03,1e308\n"),
        ("programme", "编号,年度,资金（元）\nP1,2026,1e308\n"),
    ],
)
def test_money_beyond_all_money_is_refused(name: str, text: str, survey: sr.StudyArea, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RenoError, match=r"at most [1-9]"):
        BOOKS[name](file, survey) if name in BOOKS else LISTS[name](file)
