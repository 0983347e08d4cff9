"""The casework book: read, written, read back; reminders, progress; whom to see next, by arithmetic and brute force."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from court import court
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialreno as sr
from spatialreno.community import next_visits, read_casework, start_casework, with_leaders
from spatialreno.community.casework.next_visits import _chosen

PLAN = sr.Scenario("open", "拆墙", [sr.demolish("walls", ids=["W1"])])
HEAD = "对象,包联责任人,走访日期,意见,已有材料,欠缺材料,期限\n"
ROWS = (
    "U2,张主任,2026-03-01,visited,产权证,土地证;规划许可,2026-04-01\n"
    "U2,,2026-03-10,agreed_in_principle,产权证;土地证,规划许可,\n"
    "U1,李科长,2026-03-05,signed,产权证,,2026-03-20\n"
    "H1-1-101,,,,,,2026-03-15\n"
)


@pytest.fixture(scope="module")
def area() -> sr.StudyArea:
    return court()


def written(folder: Any, text: str) -> Any:
    path = folder / "book.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_where_each_case_stands(area: sr.StudyArea, tmp_path: Any) -> None:
    book = read_casework(written(tmp_path, ROWS), area)
    now = book.now()
    assert now.loc["U2", ["leader", "visits", "state", "papers_missing"]].tolist() == [
        "张主任", 2, "agreed_in_principle", ("规划许可",)]  # fmt: skip
    assert now.loc["H1-1-101", ["visits", "state"]].tolist() == [0, "not_visited"]
    assert book.now("2026-03-04").loc["U2", "state"] == "visited"
    progress = book.progress().set_index("date")
    assert progress.loc["2026-03-01"].tolist() == [2, 1, 0, 0, 0]
    assert progress.loc["2026-03-10"].tolist() == [1, 0, 1, 1, 0]


def test_reminders_past_their_deadline(area: sr.StudyArea, tmp_path: Any) -> None:
    book = read_casework(written(tmp_path, ROWS), area)
    late = book.reminders("2026-04-11").set_index("who")
    assert late["days"].to_dict() == {"H1-1-101": 27, "U2": 10}  # U1 has signed
    assert book.reminders("2026-03-10").empty


def test_consents_follow_the_book(area: sr.StudyArea, tmp_path: Any) -> None:
    text = "U2,张,2026-03-10,已签字,,,\nU1,李,2026-03-11,against,,,\n"
    found = sr.find_consents(read_casework(written(tmp_path, text), area).applied(area), PLAN)
    states = found.parties["state"]
    assert states["U1"] == "refused" and states.get("U2", "in_hand") == "in_hand"


def test_a_workbook_reads_back_the_same(area: sr.StudyArea, tmp_path: Any) -> None:
    book = with_leaders(start_casework(sr.find_consents(area, PLAN), due="2026-06-30"), {"U2": "=王局长"})
    assert "U2" in set(book.rows["who"]) and (book.rows["due"] == "2026-06-30").all()
    again = read_casework(book.write(tmp_path / "book.xlsx"), area)
    pd.testing.assert_frame_equal(again.rows, book.rows, check_dtype=False)
    with pytest.raises(sr.InputError, match="no such case"):
        with_leaders(book, {"Q9": "x"})


def test_bad_rows_are_named_and_the_rest_stands(area: sr.StudyArea, tmp_path: Any) -> None:
    text = ("U9,,2026-03-01,visited,,,\nU1,,2026-13-01,visited,,,\nU1,,2026-03-01,烂,,,\n"
            "U2,,2026-03-01,signed,,,\nU2,,2026-03-05,visited,,,\nA1,,2026-03-01,visited,,,\n")  # fmt: skip
    with pytest.raises(sr.InputError) as told:
        read_casework(written(tmp_path, text), area)
    for said in ("names nobody", "is no day", "state is not known", "signed before the first visit"):
        assert said in str(told.value)
    assert list(read_casework(written(tmp_path, text), area, keep_rest=True).rows["who"]) == ["A1", "U2"]


def test_whom_to_see_next_by_hand(area: sr.StudyArea) -> None:
    """The wall waits for the unit of the west yard and for both yards' votes: nothing is free before all are won."""
    consents = sr.find_consents(area, PLAN)
    all_ = next_visits(area, PLAN, consents, heads=50)
    assert all_.gain == all_.whole == all_.bound > 0
    assert not any(all_.table["gain"].iloc[:-1]) and all_.table["sets_free"].iloc[-1] == ("W1",)
    need = int(all_.table["heads"].sum())
    assert next_visits(area, PLAN, consents, heads=need).gain == all_.gain
    assert next_visits(area, PLAN, consents, heads=need - 1).gain == 0.0
    with pytest.raises(sr.InputError):
        next_visits(area, PLAN, consents, heads=0)


@given(needs=st.lists(st.frozensets(st.sampled_from("abcde"), min_size=1, max_size=3), min_size=1, max_size=6),
       gains=st.lists(st.integers(1, 9), min_size=6, max_size=6),
       costs=st.lists(st.integers(1, 4), min_size=5, max_size=5), heads=st.integers(1, 9))  # fmt: skip
@settings(max_examples=25)
def test_no_other_choice_gains_more(needs: Any, gains: Any, costs: Any, heads: int) -> None:
    things = {("walls", f"W{k}"): needed for k, needed in enumerate(needs)}
    worth = {thing: float(gains[k]) for k, thing in enumerate(things)}
    cost = dict(zip("abcde", costs, strict=True))
    chosen, bound = _chosen(things, worth, cost, heads)

    def gain(won: Any) -> float:
        return sum(worth[t] for t, needed in things.items() if needed <= set(won))

    sets = [won for n in range(6) for won in combinations("abcde", n) if sum(cost[w] for w in won) <= heads]
    assert gain(chosen) == max(map(gain, sets)) == bound and sum(cost[w] for w in chosen) <= heads
