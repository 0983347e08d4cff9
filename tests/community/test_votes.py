"""Votes: the edges of the quorum by arithmetic, laws, and the smallest set against trying every set."""

from __future__ import annotations

from itertools import combinations

import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.catalog import read_catalog
from spatialreno.community import tally, vote_rule
from spatialreno.errors import InputError

HIGH, LOW, WILLING = (vote_rule(read_catalog(), name) for name in ("high", "low", "willing"))
CHOICES = ("yes", "no", "abstain", "none")


def equal(n, area=60.0):
    return {f"{k:03d}": area for k in range(n)}


def said(yes=0, no=0, abstain=0):
    choices = ["yes"] * yes + ["no"] * no + ["abstain"] * abstain
    return {f"{k:03d}": choice for k, choice in enumerate(choices)}


@pytest.mark.every_day
@pytest.mark.parametrize(
    ("rule", "heads", "yes", "no", "abstain", "passed"),
    [
        (HIGH, 12, 6, 2, 0, True),  # 8 of 12 take part: exactly two thirds; 6 of 8: exactly three quarters
        (HIGH, 12, 7, 0, 0, False),  # all agree, but 7 of 12 is no quorum
        (HIGH, 12, 5, 3, 0, False),  # 5 of 8 is less than three quarters
        (HIGH, 12, 6, 0, 2, True),  # who abstains takes part
        (HIGH, 12, 6, 3, 0, False),  # one more who comes to say no undoes it: 6 of 9
        (LOW, 12, 4, 4, 0, False),  # just half is not more than half
        (LOW, 12, 5, 4, 0, True),
        (LOW, 3, 2, 0, 0, True),  # 2 of 3 is exactly two thirds
        (WILLING, 10, 8, 2, 0, True),  # exactly 80 % of all households
        (WILLING, 10, 7, 0, 0, False),  # 70 % of all, though everyone who voted agreed
        (HIGH, 0, 0, 0, 0, False),
    ],
)
def test_the_edges_of_the_law(rule, heads, yes, no, abstain, passed):
    assert tally(equal(heads), said(yes, no, abstain), rule).passed is passed


def test_the_area_must_agree_as_well_as_the_heads():
    areas = {"a": 30.0, "b": 30.0, "c": 30.0, "big": 200.0}
    heads_only = tally(areas, {"a": "yes", "b": "yes", "c": "yes"}, HIGH)
    assert heads_only.voted_heads == 3 and not heads_only.quorum  # 90 of 290 m2
    assert heads_only.to_win == ("big",)
    against = tally(areas, {"a": "yes", "b": "yes", "c": "yes", "big": "no"}, HIGH)
    assert against.quorum and not against.passed and against.state == "agreed_short"


def test_two_thirds_of_areas_in_hundredths_are_exact():
    areas = {"a": 33.33, "b": 33.33, "c": 33.34}  # a and b: 66.66 of 100, less than two thirds
    assert not tally(areas, {"a": "yes", "b": "yes"}, HIGH).quorum
    assert tally(areas, {"a": "yes", "c": "yes"}, HIGH).passed


def test_the_smallest_set_by_hand():
    # 12 households, 5 yes: two thirds is 8, so 3 more; 8 of 8 agree
    assert len(tally(equal(12), said(5), HIGH).to_win) == 3
    # 12 voted, 8 yes, 4 no: three quarters of 12 is 9, one no must be won over
    counted = tally(equal(12), said(8, 4), HIGH)
    assert len(counted.to_win) == 1 and counted.to_win[0] in {"008", "009", "010", "011"}


def test_a_voter_outside_the_electorate_is_named():
    with pytest.raises(InputError, match="ghost"):
        tally({"a": 1.0}, {"ghost": "yes"}, HIGH, matter="lift:B01-1")


def test_an_unknown_rule_is_named_with_those_there_are():
    with pytest.raises(InputError, match="high"):
        vote_rule(read_catalog(), "unanimous")


electorates = st.lists(st.tuples(st.integers(20, 200), st.sampled_from(CHOICES)), min_size=1, max_size=8)


def parts(people):
    areas = {str(k): float(area) for k, (area, _) in enumerate(people)}
    return areas, {str(k): choice for k, (_, choice) in enumerate(people) if choice != "none"}


@given(electorates, st.sampled_from([HIGH, LOW, WILLING]))
@settings(max_examples=examples(150), deadline=None)
def test_the_smallest_set_is_the_smallest_of_all_sets(people, rule):
    areas, votes = parts(people)
    found = tally(areas, votes, rule)
    open_to = [v for v in areas if votes.get(v) != "yes"]
    if found.passed:
        assert found.to_win == ()
        return
    best = next(
        size
        for size in range(len(areas) + 1)
        if any(tally(areas, votes | dict.fromkeys(won, "yes"), rule).passed for won in combinations(open_to, size))
    )
    assert len(found.to_win) == best
    assert tally(areas, votes | dict.fromkeys(found.to_win, "yes"), rule).passed


@given(electorates, st.sampled_from([HIGH, LOW, WILLING]), st.integers(0, 7))
@settings(max_examples=examples(150), deadline=None)
def test_one_more_yes_never_undoes_a_decision(people, rule, k):
    areas, votes = parts(people)
    before = tally(areas, votes, rule)
    after = tally(areas, votes | {str(k % len(people)): "yes"}, rule)
    assert after.passed or not before.passed
    assert len(after.to_win) <= len(before.to_win)


@given(electorates)
@settings(max_examples=examples(100), deadline=None)
def test_what_passes_high_passes_low_and_has_half_of_all(people):
    areas, votes = parts(people)
    high = tally(areas, votes, HIGH)
    if high.passed:
        assert tally(areas, votes, LOW).passed
        assert 2 * high.agreed_heads >= high.heads and 2 * high.agreed_area_m2 >= high.area_m2 - 1e-9
