"""Consent: who must agree by hand, enforcement is not a vote, the smallest set, the example's twenty owners."""

from __future__ import annotations

import pytest
import shapely
from community.court import WALL, court, votes
from conftest import EXAMPLE, ORIGIN, at
from shapely import LineString
from shapely.affinity import translate

from spatialreno import Scenario, alter, build, demolish, read_scenario
from spatialreno.area.under_catalog import replace_layers
from spatialreno.community import find_consents, register_facilities, touched_features
from spatialreno.comparison.plan import consent_values
from spatialreno.errors import InputError

OPEN = Scenario("open", "拆墙", [demolish("walls", ids=["W1"])])


def states(found, basis):
    rows = found.asked[found.asked["basis"] == basis]
    return {(i, p): s for i, p, s in zip(rows["id"], rows["party_id"], rows["state"], strict=True)}


def test_a_wall_asks_its_holders_the_land_and_the_owners_of_both_yards():
    found = find_consents(court(ballots=votes("open:C1", "H1", 4)), OPEN)
    assert states(found, "owner") == {("W1", "U1"): "in_hand", ("W1", "U2"): "open"}
    assert states(found, "vote") == {("W1", "A1"): "vote"}  # all owners act through their vote
    assert states(found, "inform") == {("W1", "G1"): "informed"}
    assert found.votes.set_index("place")["state"].to_dict() == {"C1": "passed", "C2": "quorum_short"}
    assert (found.asked_count, found.in_hand_count, found.complete) == (4, 2, False)
    to_win = found.to_win()
    assert to_win["who"].tolist() == ["party"] + ["household"] * 4  # U2, and four of the six homes of C2
    assert set(to_win["matter"]) == {"", "open:C2"}


def test_all_in_hand():
    area = court(
        ballots=votes("open:C1", "H1", 4) + votes("open:C2", "H2", 5, 1),
        rights=[{"feature_id": "C2", "party_id": "U1", "right": "ownership", "consent": "against"}],
    )
    rights = area.rights
    rights["consent"] = "signed"
    found = find_consents(replace_layers(area, {"rights": rights}), OPEN)
    assert found.complete and not len(found.to_win())


@pytest.fixture(scope="module")
def sheds():
    rows = [
        {"id": "V1", "legality": "illegal", "geometry": shapely.box(30, 10, 35, 15)},
        {"id": "V2", "legality": "undecided", "geometry": shapely.box(30, 20, 35, 25)},
        {"id": "V3", "legality": "legal", "geometry": shapely.box(30, 30, 35, 35)},
    ]
    rights = [
        {"feature_id": "V1", "party_id": "U1", "right": "ownership", "consent": "against"},
        {"feature_id": "V3", "party_id": "U2", "right": "ownership", "consent": "against"},
    ]
    return court(structures=rows, rights=rights)


def test_an_established_illegal_structure_is_enforcement_and_not_a_vote(sheds):
    found = find_consents(sheds, Scenario("c", "", [demolish("structures", ids=["V1"])]))
    assert states(found, "enforcement") == {("V1", "U1"): "enforcement"}
    assert found.asked_count == 0 and found.complete and not len(found.votes)


@pytest.mark.long
def test_other_structures_need_their_owner_himself(sheds):
    found = find_consents(sheds, Scenario("c", "", [demolish("structures", ids=["V2", "V3"])]))
    assert states(found, "owner") == {("V2", ""): "unknown", ("V3", "U2"): "refused"}
    assert not found.complete and list(found.parties.index) == ["U2"]
    assert "1 without a known holder" in repr(found)


def test_a_facility_on_common_land_changes_its_use():
    spot = translate(shapely.box(20, 10, 30, 20), *ORIGIN)
    found = find_consents(court(), Scenario("b", "", [build("facilities", "F1", geometry=spot, kind="plaza")]))
    assert found.votes[["matter", "place", "rule"]].to_numpy().tolist() == [["land", "C1", "high"]]
    assert list(found.parties.index) == ["U1"]


def holding(*shares):
    """The first house, held by two units and the community in these shares."""
    rows = zip(("U1", "U2", "G1"), shares, strict=False)
    return [{"feature_id": "H1", "party_id": p, "right": "ownership", "share": s, "consent": "signed"} for p, s in rows]


def test_shares_that_do_not_add_up_are_named_and_the_rest_stands():
    with pytest.raises(InputError, match=r"sum to 1\.1, expected at most 1"):
        court(rights=holding(0.5, 0.6))  # too much is refused at the door
    area = court(rights=holding(0.5, 0.3))
    with pytest.raises(InputError, match=r"shares of ownership add up to 0\.8") as refused:
        find_consents(area, OPEN)
    assert [(f.ids, f.file) for f in refused.value.faults] == [(("H1",), "rights.csv")]
    found = find_consents(area, OPEN, keep_rest=True)
    assert len(found.faults) == 1 and found.asked_count == 4
    assert not find_consents(court(rights=holding(0.33, 0.33, 0.33)), OPEN).faults  # thirds as people write them
    assert not find_consents(court(rights=holding(0.5, None)), OPEN).faults  # one is not stated: nobody can say


def test_kept_things_and_nothing_ask_nobody():
    assert find_consents(court(), Scenario("none", "", [])).complete


def test_another_name_and_what_is_so_already_ask_nobody():
    """What is new of a thing is asked for, whatever else is set; paid works are, though no cell changes."""
    area = court(paths=[{"id": "L1", "width_m": 4.0, "geometry": LineString([(5, 5), (5, 95)])}])
    idle = [
        alter("buildings", ids=["H1"], set={"name": "1号楼", "built_year": 1980}),
        alter("compounds", ids=["C1"], set={"cluster": "甲", "community": "乙"}),
        alter("walls", ids=["W1"], set={"removable": True, "name": "东墙"}),
    ]
    found = find_consents(area, Scenario("named", interventions=idle))
    assert (found.asked_count, found.complete, len(found.votes)) == (0, True, 0)
    mended = Scenario("mended", interventions=[*idle, alter("buildings", ids=["H1"], set={"insulated": True})])
    assert set(touched_features(area, mended)["id"]) == {"H1"}
    paved = Scenario("paved", interventions=[alter("paths", ids=["L1"], set={"width_m": 4.0})])
    assert set(touched_features(area, paved)["id"]) == {"L1"}
    assert paved.ledger(area)["cost_yuan"].gt(0).all()


@pytest.mark.parametrize("option", ["opened", "full"])
def test_the_example_asks_more_than_twenty(example, option):
    found = find_consents(example, read_scenario(EXAMPLE / "scenarios" / f"{option}.toml"))
    assert found.asked_count > 20
    assert found.asked.loc[found.asked["basis"] == "enforcement", "id"].nunique() == 68
    named = found.asked[found.asked["party"] != ""]["party"].nunique()
    assert named >= 20
    assert not found.complete and len(found.to_win()) > 0


def test_clearing_is_enforcement_only(example):
    found = find_consents(example, read_scenario(EXAMPLE / "scenarios" / "clear.toml"))
    assert found.asked_count == 0 and (found.asked["basis"] == "enforcement").all()


def test_the_register_after_renewal(example):
    after = read_scenario(EXAMPLE / "scenarios" / "full.toml").apply(example)
    register = register_facilities(after)
    assert len(register) == len(after.facilities) + len(after.open_spaces)
    assert register.loc["HX1", ["built", "owner", "owner_proposed"]].tolist() == [True, "", "utility"]
    assert register.loc["F19", "owner"] == "区教育局"
    assert set(register.index[register["built"]]) == {"HX1", "F40", "F41", "O11", "O12"}


def test_a_gate_goes_with_its_wall_and_asks_nobody():
    """A gate to the street follows its wall; taken down alone it asks. Compounds stand in the order of their ids."""
    outer = {"id": "W9", "geometry": LineString([(0, 0), (0, 100)])}
    gate = {"id": "T9", "walkers": "closed", "wall_id": "W9", "geometry": shapely.Point(0, 50)}
    area = court(walls=[WALL, outer], gates=[gate])
    walls, gates = demolish("walls", ids=["W1", "W9"]), demolish("gates", ids=["T9"])
    together = touched_features(area, Scenario("both", interventions=[walls, gates]))
    assert set(together["id"]) == {"W1", "W9"} and "follows" not in set(together["basis"])
    assert together.set_index("id")["places"].to_dict() == {"W1": ("C1", "C2"), "W9": ("C1",)}
    assert set(touched_features(area, Scenario("alone", interventions=[gates]))["id"]) == {"T9"}


def test_what_moves_into_a_building_is_judged_by_another_rule_than_what_stands_alone():
    area = court()
    inside = build("facilities", "F1", kind="bookstore", building_id="H1", geometry=at(15, 65))
    outside = build("facilities", "F2", kind="bookstore", geometry=at(35, 20))
    kinds = touched_features(area, Scenario("two", interventions=[inside, outside])).set_index("id")["kind"]
    assert kinds.to_dict() == {"F1": "in_building", "F2": ""}


def test_who_holds_the_land_on_both_sides_stands_where_he_said_least():
    """U3 signed for the east and refused for the west: the wall between asks him, and he is against."""
    area = court(parties=[{"id": "U3", "name": "总公司", "kind": "unit"}], rights=[
        {"feature_id": "C1", "party_id": "U3", "right": "land_use", "consent": "signed"},
        {"feature_id": "C2", "party_id": "U3", "right": "land_use", "consent": "against"},
    ])  # fmt: skip
    found = find_consents(area, OPEN)
    assert states(found, "owner")["W1", "U3"] == "refused"
    assert found.parties.loc["U3", ["state", "in_hand"]].tolist() == ["refused", 0] and found.against_count == 1


def test_a_vote_of_homes_nobody_counted_is_asked_and_cannot_pass():
    """Of the west nobody knows the households: its vote is needed, not counted, and the east's six need five."""
    area = court(ballots=votes("open:C1", "H1", 6))
    houses = area.buildings
    houses.loc["H2", "households"] = None
    doors = area.entrances.drop("H2-1")
    found = find_consents(replace_layers(area, {"buildings": houses, "entrances": doors}), OPEN)
    assert found.votes.set_index("place")["state"].to_dict() == {"C1": "passed", "C2": "uncounted"}
    west = found.votes.set_index("place").loc["C2"]
    assert west[["heads", "area_m2", "to_win"]].isna().all()
    assert (found.uncounted_votes, found.households_to_win, found.complete) == (1, 0, False)
    assert consent_values(found)["votes_passed"] == 1.0 and consent_values(found)["votes_uncounted"] == 1.0


def test_one_home_nobody_counted_leaves_the_vote_of_its_yard_open():
    """All six known homes of the west say yes; a second house there has no number, so nothing is decided."""
    more = {"id": "H3", "use": "residential", "storeys": 3, "geometry": shapely.box(60, 20, 75, 30)}
    area = court(ballots=votes("open:C2", "H2", 6))
    known = area.buildings[["use", "storeys", "households"]].to_dict("index")
    shapes = [translate(shape, -ORIGIN[0], -ORIGIN[1]) for shape in area.buildings.geometry]
    rows = [{"id": i, **row, "geometry": shape} for (i, row), shape in zip(known.items(), shapes, strict=True)]
    found = find_consents(court(ballots=votes("open:C2", "H2", 6), buildings=[*rows, more]), OPEN)
    assert found.counts["open:C2"].uncounted == ("H3",) and not found.counts["open:C2"].passed
    assert found.counts["open:C1"].state == "quorum_short"


def test_what_has_no_known_holder_is_counted_and_city_ground_is_not():
    shed = {"id": "V9", "legality": "undecided", "geometry": shapely.box(30, 20, 35, 25)}
    area = court(structures=[shed])
    found = find_consents(area, Scenario("s", interventions=[demolish("structures", ids=["V9"])]))
    assert (found.ownerless, len(found.parties)) == (1, 0)
    street = build("pipes", "P", geometry=translate(LineString([(-9, -9), (90, -9)]), *ORIGIN), kind="water")
    assert find_consents(area, Scenario("p", interventions=[street])).ownerless == 0
