"""The fewest households for several matters at once, against trying every set of households."""

from __future__ import annotations

from itertools import combinations

from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.catalog import read_catalog
from spatialreno.community import tally, vote_rule
from spatialreno.community.voting.fewest import Poll, fewest_people

RULES = {name: vote_rule(read_catalog(), name) for name in ("high", "low", "willing")}


def decided(polls, won):
    return all(
        tally(p.areas_m2, {**p.votes, **{v: "yes" for v in won if v in p.areas_m2}}, p.rule).passed
        for p in polls.values()
    )


def brute(polls):
    everybody = sorted({v for p in polls.values() for v in p.areas_m2})
    return next(n for n in range(len(everybody) + 1) if any(decided(polls, w) for w in combinations(everybody, n)))


def test_two_matters_of_one_yard_ask_the_same_homes():
    areas = {f"{k:02d}": 60.0 for k in range(6)}
    polls = {"open:C1": Poll(areas, {}, RULES["high"]), "land:C1": Poll(areas, {}, RULES["high"])}
    found = fewest_people(polls)
    assert len(found.asked) == 4 and found.proven  # four of six decide both; by matter it would be 8
    assert all(matters == ("land:C1", "open:C1") for matters in found.asked.values())


def test_who_is_missing_in_both_is_chosen_before_who_is_missing_in_one():
    areas = dict.fromkeys("abc", 60.0)
    polls = {
        "open:C1": Poll(areas, {"a": "yes"}, RULES["high"]),  # b or c makes two thirds
        "works:C1": Poll(areas, {"b": "yes"}, RULES["low"]),  # a or c
    }
    assert list(fewest_people(polls).asked) == ["c"]


@settings(max_examples=examples(40), deadline=None)
@given(st.data())
def test_no_smaller_set_of_households_would_do(data):
    everybody = "abcdefgh"
    polls = {}
    for k in range(data.draw(st.integers(1, 3))):
        own = data.draw(st.sets(st.sampled_from(everybody), min_size=1, max_size=6))
        areas = {v: data.draw(st.integers(2000, 15_000)) / 100 for v in sorted(own)}
        votes = {v: data.draw(st.sampled_from(["yes", "no", "abstain", "none"])) for v in sorted(own)}
        votes = {v: choice for v, choice in votes.items() if choice != "none"}
        polls[f"m{k}:C"] = Poll(areas, votes, RULES[data.draw(st.sampled_from(sorted(RULES)))])
    found = fewest_people(polls)
    assert found.proven and decided(polls, found.asked)
    assert len(found.asked) == brute(polls)
