"""Sweeps: many plans in one table, a broken one told, and the front that nothing beats."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.scale import open_workers

SHEDS = sr.Scenario("sheds", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
WALLS = sr.Scenario("walls", "拆墙", [sr.demolish("walls", between=["C1", "C2"])])
BROKEN = sr.Scenario("broken", "错", [sr.demolish("walls", ids=["W9"])])
CHEAP = ["wall_demolished_m", "illegal_demolished_m2", "wall_length_m", "cost_yuan", "residents"]


def standing_walls(area: sr.StudyArea) -> float:
    """A measure of one's own."""
    return len(area.walls)


@pytest.mark.long
def test_a_row_a_plan_and_a_broken_plan_is_told() -> None:
    said: list[str] = []
    found = sr.sweep(two_yards(), [SHEDS, BROKEN, WALLS], [*CHEAP, standing_walls], progress=said.append)
    assert list(found.index) == ["today", "sheds", "broken", "walls"] and found.index.name == "option"
    assert list(found.columns) == [*CHEAP, "standing_walls", "fault"]
    assert found["wall_demolished_m"].tolist()[:2] == [0, 0] and found.at["walls", "wall_demolished_m"] == 120
    assert found.at["sheds", "illegal_demolished_m2"] == 100 + 2 * 100  # S1 one storey, S2 two
    assert found["standing_walls"].dropna().tolist() == [3, 3, 1]
    assert found.loc["broken", [*CHEAP, "standing_walls"]].isna().all() and "W9" in found.at["broken", "fault"]
    assert (found.drop("broken")["fault"] == "").all()
    assert pd.isna(found.at["today", "cost_yuan"]) and found.at["walls", "cost_yuan"] > 0
    assert len(said) == 4 and said[-1] == "walls: done (4 of 4)"
    assert (found.drop(columns="fault").dtypes == "float64").all()


@pytest.mark.long
def test_processes_find_the_same() -> None:
    here = sr.sweep(two_yards(), [SHEDS, BROKEN, WALLS], [*CHEAP, "score"])
    there = sr.sweep(two_yards(), [SHEDS, BROKEN, WALLS], [*CHEAP, "score"], workers=open_workers(2))
    pd.testing.assert_frame_equal(here, there)


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        ("scor", "Did you mean score"),
        (["cost_yen"], "Did you mean cost_yuan"),
        ([3], "neither a name nor a function"),
        ("dig_once_m", "no indicator of an area or a plan"),
    ],
)
def test_measures_that_are_none_are_refused(measures: object, said: str) -> None:
    with pytest.raises(sr.InputError, match=said):
        sr.sweep(two_yards(), [SHEDS], measures)  # type: ignore[arg-type]


def test_a_function_that_fails_is_named_and_one_that_cannot_travel_is_refused() -> None:
    def ratio(area: sr.StudyArea) -> float:
        return 1 / (len(area.walls) - 3)

    found = sr.sweep(two_yards(), WALLS, ["wall_length_m", ratio])
    assert "ratio failed with ZeroDivisionError" in found.at["today", "fault"]
    assert found.at["walls", "ratio"] == -0.5
    with pytest.raises(sr.InputError, match="ratio cannot be sent"):
        sr.sweep(two_yards(), WALLS, ratio, workers=open_workers(2))
    with pytest.raises(sr.ScenarioError, match="is taken"):
        sr.sweep(two_yards(), [WALLS, WALLS], "homes")


def test_the_front_by_hand() -> None:
    table = pd.DataFrame({"score": [60, 70, 65, np.nan], "cost_yuan": [0.0, 5, 9, 1]}, index=list("abcd"))
    front = sr.pareto(table, ["score", "cost_yuan"])
    assert front.tolist() == [True, True, False, pd.NA] and front.dtype == "boolean" and front.name == "pareto"
    assert sr.pareto(table, {"score": "down", "cost_yuan": "down"}).tolist() == [True, False, False, pd.NA]
    for by, said in ((["scor"], "Did you mean score"), ([], "no column"), (["residents"], "nobody says")):
        with pytest.raises(sr.InputError, match=said):
            sr.pareto(table.assign(residents=1.0), by)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_the_front_is_what_nothing_beats(rows: list[tuple[int, int, int]]) -> None:
    """Law, against the definition: pair by pair."""
    table = pd.DataFrame(rows, columns=["a", "b", "c"])
    front = sr.pareto(table, {"a": "up", "b": "down", "c": "up"})
    own = [(a, -b, c) for a, b, c in rows]
    beaten = [
        any(all(p >= q for p, q in zip(x, y, strict=True)) and x != y for x in own) for y in own
    ]
    assert front.tolist() == [not one for one in beaten]
    assert front.any()
