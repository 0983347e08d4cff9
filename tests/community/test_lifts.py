"""The lift plan: fit, shares and votes of one stairwell together, by hand and on the example."""

from __future__ import annotations

import pytest
from community.court import court, votes

from spatialreno.community import LiftTerms, plan_lifts
from spatialreno.errors import InputError

STILL = LiftTerms(sun="")


def tall(**more):
    """The court with houses of six storeys: 6 homes each, one a floor."""
    area = court()
    houses = area.buildings.assign(storeys=6.0)
    doors = area.entrances.assign(storeys=6.0)
    from spatialreno.area.under_catalog import replace_layers

    return replace_layers(area, {"buildings": houses, "entrances": doors, **more})


def test_one_stairwell_by_hand():
    plan = plan_lifts(tall(), LiftTerms(cost_yuan=590_000, compensation_yuan={1: 20_000}, sun=""))
    own = plan.table.loc["H1-1"]
    # 590 000 - 80 000 = 510 000, and 20 000 for the ground floor: 530 000 over weights 5.1 of equal homes
    assert own[["cost_yuan", "subsidy_yuan", "ground_yuan"]].tolist() == [590_000, 80_000, -20_000]
    assert own["lowest_yuan"] == pytest.approx(530_000 * 0.5 / 5.1, abs=0.01)
    assert own["highest_yuan"] == pytest.approx(530_000 * 1.3 / 5.1, abs=0.01)
    paid = plan.shares["H1-1"].table
    assert paid["pays_fen"].sum() - paid["receives_fen"].sum() == 51_000_000
    assert own["vote"] == "no_vote" and not plan.counts


def test_low_houses_share_nothing():
    plan = plan_lifts(court(), STILL)
    assert set(plan.table["verdict"]) == {"low"} and not plan.shares and plan.table["cost_yuan"].isna().all()


def test_the_vote_of_a_stairwell():
    area = court(ballots=votes("lift:H1-1", "H1", 4, 1))
    plan = plan_lifts(area, STILL)
    assert plan.table.loc["H1-1", ["voted", "agreed", "vote", "to_win"]].tolist() == [5, 4, "passed", 0]
    short = plan_lifts(court(ballots=votes("lift:H1-1", "H1", 3, 2)), STILL)
    # 3 of 5 agree; the sixth home's yes would make 4 of 6, one no won over makes 4 of 5
    assert short.table.loc["H1-1", "to_win"] == len(short.missing()) == 1


@pytest.mark.long
def test_tables_by_per_cent_need_a_word_for_five_floors(example):
    with pytest.raises(InputError, match="59%"):
        plan_lifts(example, LiftTerms(scheme="hangzhou", sun=""))
    plan = plan_lifts(example, LiftTerms(scheme="hangzhou", normalise=True, sun=""))
    assert "normalised" in plan.shares["B01-1"].note and plan.shares["B02-1"].note == ""


@pytest.mark.long
def test_the_example(example):
    plan = plan_lifts(example, STILL)
    table = plan.table
    assert len(table) == 96 and set(plan.shares) == set(table.index[table["verdict"] == "fits"])
    for shares in plan.shares.values():
        paid = shares.table["pays_fen"].sum() - shares.table["receives_fen"].sum()
        assert paid == 45_000_000 - 8_000_000
    assert len(plan.counts) == 12 and set(plan.counts) == set(table.index[table["vote"] != "no_vote"])
    assert (table["vote"] == "passed").sum() == 7 and len(plan.missing()) == sum(
        len(c.to_win) for c in plan.counts.values()
    )
    assert table.loc["B01-2", "sunroom_yuan"] == 2 * 14 * 2250
    assert "96 stairwells" in repr(plan)


@pytest.mark.long
def test_the_sun_stands_beside(example):
    pytest.importorskip("pvlib")
    plan = plan_lifts(example)
    assert plan.sun is not None and (plan.table.loc[plan.table["verdict"] == "fits", "windows"] >= 0).all()
    assert (plan.table["worst_after_h"].dropna() <= plan.table["worst_before_h"].dropna()).all()
    with pytest.raises(InputError, match="dahan"):
        plan_lifts(example, LiftTerms(sun="midsummer"))


def test_a_lift_for_two_stairwells_asks_the_owners_of_both():
    from works.test_lifts import house, site

    said = {"H1": ["yes"] * 12, "H2": ["yes"] * 3 + ["no"] * 9}  # H1 alone would have passed
    names = [f"{floor}0{k}" for floor in range(1, 7) for k in (1, 2)]
    ballots = [
        {"voter": f"{i}-1-{name}", "matter": f"lift:{i}-1", "choice": choice, "building_id": i}
        for i, choices in said.items()
        for name, choice in zip(names, choices, strict=True)
    ]
    plan = plan_lifts(site(house("H1"), house("H2", y=56.4, door="south"), ballots=ballots), STILL)
    assert plan.table["partner"].tolist() == ["H2-1", "H1-1"]
    assert plan.table["voted"].tolist() == [24, 24] and plan.table["agreed"].tolist() == [15, 15]
    assert set(plan.table["vote"]) == {"agreed_short"}  # 15 of 24 is less than three quarters
    assert plan.table["to_win"].tolist() == [3, 3] and len(plan.missing()) == 3  # 18 of 24, each home once
    alone = plan_lifts(site(house("H1"), ballots=ballots[:12]), STILL)
    assert alone.table.loc["H1-1", "vote"] == "passed"
