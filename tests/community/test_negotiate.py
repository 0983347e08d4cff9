"""Offers for a lift by arithmetic: who pays what, who agrees, and which offer passes."""

from __future__ import annotations

import pytest
from community.court import court, votes

import spatialreno as sr
from spatialreno.community import LiftTerms, negotiate_lift

TERMS = LiftTerms(cost_yuan=480_000.0, subsidy="luoyang", sun="")  # 400 000 yuan over floors 2 and 3
LIMITS = {1: 0.0, 2: 70_000.0, 3: 140_000.0}


def offers(limits=LIMITS, ballots=(), ground=(0.0, 10_000.0)):
    found = negotiate_lift(court(ballots=ballots), "H1-1", limits=limits, terms=TERMS, ground=ground)
    return found, found.table.set_index(["scheme", "ground_yuan"])


def test_shares_and_votes_by_hand():
    """Guangzhou: floors 2 and 3 weigh 0.5 and 1, two homes of 60 m2 each: 66 666.67 and 133 333.33 yuan."""
    found, table = offers()
    row = table.loc[("guangzhou", 0.0)]
    assert (round(row["least_yuan"], 2), round(row["most_yuan"], 2)) == (66_666.67, 133_333.33)
    assert row["agreed"] == 6 and row["passes"] and found.best is not None
    dear = table.loc[("guangzhou", 10_000.0)]  # 420 000 to share: 70 000 and 140 000
    assert dear["most_yuan"] == 140_000.0 and dear["passes"]


def test_the_first_floor_wants_something():
    """Who wants 8 000 says no to nothing and yes to 10 000; with a limit of 139 999 the third floor then says no."""
    _, table = offers(LIMITS | {1: -8_000.0})
    assert table.loc[("guangzhou", 0.0), ["agreed", "passes"]].tolist() == [4, False]
    assert table.loc[("guangzhou", 10_000.0), ["agreed", "passes"]].tolist() == [6, True]
    _, table = offers(LIMITS | {1: -8_000.0, 3: 139_999.0})
    assert not table.loc[("guangzhou", 10_000.0), "passes"]


def test_who_states_no_limit_votes_as_the_ballot_says():
    _, table = offers({3: 140_000.0}, ballots=votes("lift:H1-1", "H1", 2, 2))
    assert table.loc[("guangzhou", 0.0), ["agreed", "voted", "passes"]].tolist() == [4, 6, False]


def test_what_cannot_be_is_named():
    for limits, said in (({9: 1.0}, "9, not in H1-1"), ({"H2-1-101": 1.0}, "H2-1-101")):
        with pytest.raises(sr.InputError, match=said):
            offers(limits)
    with pytest.raises(sr.InputError, match="below 0"):
        offers(ground=(-1.0,))
    with pytest.raises(sr.InputError, match="no stairwell"):
        negotiate_lift(court(), "X", limits={})
