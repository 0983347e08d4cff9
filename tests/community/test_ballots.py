"""The register: homes by hand, ballots counted once, bad ones named and the rest kept."""

from __future__ import annotations

import pandas as pd
import pytest
from community.court import court, votes

from spatialreno.area import overlaid
from spatialreno.community import homes, read_register
from spatialreno.errors import InputError
from spatialreno.works.lifts.fit_lifts import stairwells


def test_homes_by_hand():
    found = homes(court())
    assert len(found) == 12 and found.index[0] == "H1-1-101" and found.index[5] == "H1-1-302"
    assert found.loc["H1-1-302", ["entrance_id", "building_id", "compound_id", "floor"]].tolist() == [
        "H1-1", "H1", "C1", 3,
    ]  # fmt: skip
    assert (found["area_m2"] == 60.0).all() and found["estimated"].all()


def test_a_building_without_doors_is_one_stairwell():
    area = court(entrances=[])
    assert list(stairwells(area).index) == ["H1", "H2"] and len(homes(area)) == 12


def test_shops_are_not_homes(example):
    own = homes(example)
    shops = example.buildings["shop_area_m2"].fillna(0)
    for house in ("B01", "B09"):
        told = example.buildings.loc[house, "floor_area_m2"] - shops[house]
        assert own.loc[own["building_id"] == house, "area_m2"].sum() == pytest.approx(told, abs=0.5)


def test_counting_by_hand():
    book = read_register(court(ballots=votes("open:C1", "H1", 3, 1)))
    count = book.count("open", "C1")  # 4 of 6 take part: two thirds; 3 of 4 agree: three quarters
    assert count.quorum and count.passed and (count.heads, count.voted_area_m2) == (6, 240.0)
    assert book.count("works", "C2").state == "quorum_short"  # nobody has voted yet
    assert len(book.count("works", "C2").to_win) == 4
    assert list(book.counts("open")) == ["C1"]


def test_a_stated_area_replaces_the_estimate():
    book = read_register(court(ballots=[("H1-1-101", "open:C1", "同意", 100.0, "H1")]))
    assert book.homes.loc["H1-1-101", ["area_m2", "estimated"]].tolist() == [100.0, False]
    assert book.count("open", "C1").area_m2 == 400.0


def test_voters_by_any_name_take_free_homes_of_their_building():
    book = read_register(
        court(ballots=[("王某", "open:C1", "yes", None, "H1"), ("H1-1-101", "open:C1", "no", None, None)])
    )
    assert book.count("open", "C1").voted_heads == 2 and book.count("open", "C1").against == 1


def test_bad_ballots_are_named_and_the_rest_stands():
    bad = [
        ("H1-1-101", "open:C1", "yes", None, "H1"),
        ("H1-1-101", "open:C1", "no", None, "H1"),  # twice
        ("李某", "open:C1", "yes", None, None),  # in no building
        ("H1-1-201", "open:C2", "yes", None, "H1"),  # lives elsewhere
        ("H1-1-202", "open:C1", "maybe", None, "H1"),
        ("H1-1-301", "party:C1", "yes", None, "H1"),  # unknown matter
        ("H1-1-302", "open:C1", "yes", 0.0, "H1"),
        ("H2-1-101", "menu", "paving", None, "H2"),
        ("H2-1-102", "menu", "paving", None, "H2"),
        ("H2-1-102", "menu", "drain", None, "H2"),
        *[(f"客{k}", "works:C2", "yes", None, "H2") for k in range(5)],  # six homes, two of them named: one too many
    ]
    area = court(ballots=bad)
    with pytest.raises(InputError) as refused:
        read_register(area)
    found = {f.rule: f.ids for f in refused.value.faults}
    assert found["twice"] == ("H1-1-101 open:C1",)
    assert found["choice"] == ("H1-1-202 open:C1",) and found["matter"] == ("H1-1-301 party:C1",)
    assert found["area"] == ("H1-1-302 open:C1",) and found["place"] == ("H1-1-201 open:C2",)
    told = str(refused.value)
    assert "in no building with homes (李某 open:C1)" in told
    assert "more voters than the building has households (客4 works:C2)" in told
    assert all(f.file == "ballots.csv" and f.mend for f in refused.value.faults)
    rest = read_register(area, keep_rest=True)
    assert len(rest.votes) == len(bad) - 8 and len(rest.faults) == len(refused.value.faults)
    assert rest.count("open", "C1").voted_heads == 0


def test_the_door_refuses_one_ballot_given_twice_and_negative_areas():
    with pytest.raises(InputError, match="same voter, matter, choice"):
        court(ballots=[("H1-1-101", "menu", "paving", None, "H1")] * 2)
    with pytest.raises(InputError, match="area_m2 is -60"):
        court(ballots=[("H1-1-101", "menu", "paving", -60.0, "H1")])


def test_an_unknown_place_is_refused():
    with pytest.raises(InputError, match="C9"):
        read_register(court()).count("open", "C9")
    with pytest.raises(InputError, match="willing"):
        read_register(court()).count("weather", "C1")


def test_the_example_is_counted_whole(example):
    book = read_register(example)
    assert len(book.homes) == example.buildings["households"].sum() == 1008
    assert len(book.votes) == len(example.ballots)
    states = {place: count.state for place, count in book.counts("open").items()}
    assert states["C01"] == "passed" and states["C04"] == "agreed_short" and states["C06"] == "quorum_short"
    willing = book.counts("willing")
    assert not willing["C05"].passed and willing["C01"].agreed_heads >= 0.8 * willing["C01"].heads


def test_a_vote_after_its_matter_closed_is_named_and_the_rest_stands():
    rows = [(*row, day) for row, day in zip(votes("willing:C1", "H1", 4), ["2026-04-30", "2026-05-02", None, "5月"],
                                            strict=True)]  # fmt: skip
    area = court(ballots=[row[:5] for row in rows])
    dated = overlaid(area, {"ballots": area.ballots.assign(date=pd.array([row[5] for row in rows], dtype="str"))})
    with pytest.raises(InputError) as told:
        read_register(dated, closes={"willing": "2026-05-01"})
    assert {f.rule: f.ids for f in told.value.faults} == {
        "date": ("H1-1-202 willing:C1",), "closed": ("H1-1-102 willing:C1",)}  # fmt: skip
    kept = read_register(dated, closes={"willing:C1": "2026-05-01"}, keep_rest=True)
    assert kept.count("willing", "C1").voted_heads == 2
    with pytest.raises(InputError, match="no day"):
        read_register(area, closes={"willing": "soon"})
