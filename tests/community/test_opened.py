"""Consent by effect: whatever opens the way between two yards asks the owners of both, whatever the verb."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from community.court import court
from conftest import at, examples
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from spatialreno import Scenario, alter, build, demolish
from spatialreno.community import find_consents
from spatialreno.errors import ScenarioError
from spatialreno.walk import travel_times

PIECE = 25.0


def gate(i, y, width_m=3.0, walkers="public", x=50.0):
    return build("gates", i, geometry=at(x, y), width_m=width_m, walkers=walkers)


def asked(area, *acts):
    """The matters voted on, with the places that vote."""
    votes = find_consents(area, Scenario("o", "", acts)).votes
    return {matter: set(rows["place"]) for matter, rows in votes.groupby("matter")}


def owners(area, *acts):
    found = find_consents(area, Scenario("o", "", acts)).asked
    return set(found.loc[found["basis"] == "owner", "party_id"])


BOTH = {"open": {"C1", "C2"}}
HOLE = {"id": "G1", "walkers": "closed", "width_m": 3.0, "geometry": Point(50, 60)}


@pytest.mark.long
def test_a_gate_asks_what_its_wall_asks():
    area = court()
    assert asked(area, demolish("walls", ids=["W1"])) == BOTH
    assert asked(area, gate("G9", 50)) == BOTH
    assert owners(area, gate("G9", 50)) == {"U1", "U2"}  # the other yard's land, and who holds the wall
    assert asked(area, gate("G9", 50, walkers="residents")) == BOTH


@pytest.mark.long
def test_a_gate_let_open_or_taken_out_asks_both():
    area = court(gates=[HOLE])
    assert asked(area, alter("gates", ids=["G1"], set={"walkers": "public"})) == BOTH
    assert asked(area, demolish("gates", ids=["G1"])) == BOTH  # leaves a hole of 3 m
    assert asked(area, demolish("gates", ids=["G1"]), demolish("walls", ids=["W1"])) == BOTH  # goes with its wall


def test_shutting_a_gate_is_a_common_matter_of_both():
    area = court(gates=[HOLE | {"walkers": "public"}])
    assert asked(area, alter("gates", ids=["G1"], set={"walkers": "closed"})) == {"works": {"C1", "C2"}}


def test_paths_and_pipes_across_ask_both():
    way = LineString([at(30, 80), at(70, 80)])
    assert asked(court(), build("paths", "P1", geometry=way)) == BOTH
    pipe = build("pipes", "N1", geometry=way, kind="water")
    assert asked(court(), pipe) == {"works": {"C1", "C2"}}
    assert owners(court(), pipe) == {"U1", "U2"}
    inside = build("pipes", "N1", geometry=LineString([at(10, 80), at(40, 80)]), kind="water")
    assert asked(court(), inside) == {"works": {"C1"}}


def test_a_gate_to_the_street_asks_its_own_yard():
    outer = {"id": "W2", "geometry": LineString([(0, 0), (0, 100)])}
    area = court(walls=[*court_walls(), outer])
    assert asked(area, gate("G9", 50, x=0.0)) == {"works": {"C1"}}


def court_walls():
    return [{"id": "W1", "geometry": LineString([(50, 0), (50, 100)])}]


def test_an_illegal_shed_is_enforced_and_the_way_it_leaves_is_asked_for():
    walls = [{"id": "W1", "geometry": LineString([(50, 0), (50, 90)])}]
    shed = {"id": "V1", "legality": "illegal", "geometry": shapely.box(49, 90, 51, 100)}
    inner = {"id": "V2", "legality": "illegal", "geometry": shapely.box(30, 90, 35, 95)}
    area = court(walls=walls, structures=[shed, inner])
    found = find_consents(area, Scenario("o", "", [demolish("structures", ids=["V1"])]))
    assert "enforcement" in set(found.asked["basis"])
    assert asked(area, demolish("structures", ids=["V1"])) == BOTH
    assert asked(area, demolish("structures", ids=["V2"])) == {}


def test_every_mapping_is_marked_as_ours_with_its_clause(example):
    for row in example.catalog.rows("consent_rules"):
        assert row["confidence"] != "read" or row["basis"] == "enforcement"
        if row["matter"]:
            assert "art. 278 para. 1 (" in row["source"] and row["confidence"] == "derived"


@pytest.mark.parametrize(("width", "fits"), [(12.0, True), (12.1, False), (99.0, False)])
def test_a_gate_wider_than_a_gate_is_refused(width, fits):
    plan = Scenario("o", "", [gate("G9", 50, width_m=width)])
    if fits:
        assert plan.apply(court()).gates.loc["G9", "width_m"] == width
    else:
        with pytest.raises(ScenarioError, match=r"gate G9 of .* is wider than 12 m"):
            plan.apply(court())


def test_a_gate_wider_than_its_wall_is_refused():
    area = court(
        walls=[{"id": "W1", "geometry": LineString([(50, 0), (50, 4.55)])}], gates=[HOLE | {"geometry": Point(50, 2)}]
    )
    with pytest.raises(ScenarioError, match=r"is wider than 4\.55 m"):
        Scenario("o", "", [gate("G9", 2, width_m=9.0)]).apply(area)
    with pytest.raises(ScenarioError, match=r"gate G1 of 9 m is wider than 4\.55 m"):
        Scenario("o", "", [alter("gates", ids=["G1"], set={"width_m": 9.0})]).apply(area)


# ---- the law on small yards


def world(shapes, access):
    """Four stretches between two yards: walls or sheds, with a gate in the middle of each wall that has one."""
    walls, sheds, gates = [{"id": "W1", "geometry": LineString([(0, 0), (0, 100)])}], [], []
    for k, (shape, way) in enumerate(zip(shapes, access, strict=True)):
        low, high = k * PIECE, (k + 1) * PIECE
        if shape == "shed":
            sheds.append({"id": f"V{k}", "legality": "historical", "geometry": shapely.box(49, low, 51, high)})
            continue
        walls.append({"id": f"X{k}", "geometry": LineString([(50, low), (50, high)])})
        if way:
            gates.append({"id": f"G{k}", "walkers": way, "width_m": 3.0, "geometry": Point(50, (low + high) / 2)})
    return court(walls=walls, structures=sheds, gates=gates)


def acts_of(area, choices):
    """One act a stretch, if what it needs is there."""
    acts = []
    for k, choice in enumerate(choices):
        if choice == "down":
            layer, i = ("walls", f"X{k}") if f"X{k}" in area.walls.index else ("structures", f"V{k}")
            acts.append(demolish(layer, ids=[i]))
        elif choice == "gate" and f"X{k}" in area.walls.index:
            acts.append(gate(f"N{k}", k * PIECE + 6))
        elif f"G{k}" in area.gates.index and choice in ("public", "residents", "closed"):
            acts.append(alter("gates", ids=[f"G{k}"], set={"walkers": choice}))
        elif f"G{k}" in area.gates.index and choice == "hole":
            acts.append(demolish("gates", ids=[f"G{k}"]))
    return acts


def far(area):
    places = gpd.GeoSeries([at(40, 50), at(60, 50)], index=["a", "b"], crs="EPSG:4546")
    table = travel_times(area, places[["a"]], places[["b"]], limit_m=1000)
    found = table["distance_m"].dropna()
    return float(found.iloc[0]) if len(found) else float("inf")


@settings(max_examples=examples(8), deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.data())
def test_whatever_makes_a_walk_between_two_yards_shorter_asks_both(data):
    draw = data.draw
    area = world(
        draw(st.lists(st.sampled_from(["wall", "wall", "shed"]), min_size=4, max_size=4)),
        draw(st.lists(st.sampled_from(["", "closed", "residents", "public"]), min_size=4, max_size=4)),
    )
    choices = st.sampled_from(["", "", "down", "gate", "public", "residents", "closed", "hole"])
    acts = acts_of(area, draw(st.lists(choices, min_size=4, max_size=4)))
    if not acts:
        return
    after = Scenario("o", "", acts).apply(area)
    if far(after) < far(area) - 0.01:
        assert asked(area, *acts).get("open") == {"C1", "C2"}


@pytest.mark.every_day
def test_a_house_between_two_yards_asks_its_owner_besides_the_vote_on_the_way():
    """The way it leaves open is voted on by both yards; whose house it is, is asked too, and told where unknown."""
    at_x = {"H1": 10, "H2": 70}
    homes = [{"id": i, "households": 6, "geometry": shapely.box(x, 60, x + 15, 70)} for i, x in at_x.items()]
    houses = [*homes, {"id": "H9", "use": "office", "geometry": shapely.box(45, 40, 55, 60)}]
    halves = [LineString([(50, 0), (50, 40)]), LineString([(50, 60), (50, 100)])]
    walls = [{"id": f"W{k}", "geometry": half} for k, half in enumerate(halves, 1)]
    own = {"feature_id": "H9", "party_id": "U1", "right": "ownership"}
    gone = demolish("buildings", ids=["H9"])
    held, free = (court(buildings=houses, walls=walls, rights=rights) for rights in ([own], []))
    assert asked(held, gone) == asked(free, gone) == BOTH
    assert "U1" in owners(held, gone)
    assert find_consents(held, Scenario("o", "", [gone])).ownerless == 0
    assert find_consents(free, Scenario("o", "", [gone])).ownerless == 1
