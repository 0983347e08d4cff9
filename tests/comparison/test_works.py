"""Works inside the option: pipes and heated homes are in its area, its bill adds up by hand, its file carries it."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import EXAMPLE, make_area
from shapely.geometry import LineString, box

import spatialreno as sr
from spatialreno.area import replace_layers
from spatialreno.errors import InputError
from spatialreno.files import rounded
from spatialreno.scenario import hundredths

STATION = "heat_exchange_station"


def house(name, x, **more):
    row = {"id": name, "use": "residential", "households": 10, "residents": 25, "floor_area_m2": 1000.0}
    row["heated"] = False
    return {**row, "heat_load_w_m2": 50.0, **more, "geometry": box(x, 6, x + 20, 16)}


def quarter(**changes):
    """A lane to a street, three houses above it, room for a station below; mains of heat, sewage and water."""

    def main(name, kind, **more):
        return {"id": name, "kind": kind, **more, "geometry": LineString([(-10, -40), (-10, 40)])}

    layers = {
        "compounds": [{"id": "C1", "name": "院", "geometry": box(-5, -40, 180, 40)}],
        "buildings": [house("B1", 20), house("B2", 60), house("B3", 100)],
        "paths": [
            {"id": "S1", "kind": "street", "width_m": 10.0, "geometry": LineString([(-10, -60), (-10, 60)])},
            {"id": "P1", "kind": "lane", "width_m": 3.0, "geometry": LineString([(-10, 0), (140, 0)])},
        ],
        "pipes": [main("M1", "heat_primary", capacity=500.0), main("M2", "sewage"), main("M3", "water")],
    }  # fmt: skip
    return make_area(**(layers | changes))


def station(area):
    x, y = area.compounds.geometry["C1"].bounds[:2]
    return sr.build("facilities", "HX", geometry=box(x + 5, y + 24, x + 15, y + 34), kind=STATION, capacity=5000.0,
                    area_m2=100.0, phase=3)  # fmt: skip


@pytest.fixture(scope="module")
def today():
    return quarter()


@pytest.fixture(scope="module")
def options(today):
    shed = sr.Scenario("idle", "不动土", [sr.alter("compounds", ids=["C1"], set={"security": True})])
    pave = sr.Scenario("paved", "铺路", [sr.alter("paths", ids=["P1"], set={"width_m": 7.0}, phase=3)])
    full = pave | sr.Scenario("full", "供暖", [station(today)])
    return sr.compare(today, [shed, pave, full], works=True)


def test_each_option_has_the_works_it_can_have(options):
    """Without earth opened no dig; with paving a dig; with a station heat too; today nothing."""
    assert set(options.works) == {"paved", "full"}
    assert options.works["paved"].heat is None and options.works["paved"].dig is not None
    assert options.works["full"].heat is not None
    assert options.areas["today"].pipes.index.tolist() == ["M1", "M2", "M3"]
    assert len(options.areas["idle"].pipes) == 3 < len(options.areas["paved"].pipes) < len(options.areas["full"].pipes)


def test_homes_are_heated_in_the_area_by_the_share_that_signs_up(options):
    """30 households, 75 people, 80 % sign up."""
    heated = options.table().xs("heated_share", level="indicator")["value"].droplevel(["level", "place"])
    assert heated.to_dict() == pytest.approx({"today": 0.0, "idle": 0.0, "paved": 0.0, "full": 0.8}, nan_ok=True)
    plan = options.table().xs("homes_newly_heated", level="indicator")["value"].droplevel(["level", "place"])
    assert plan["full"] == 24
    after = options.areas["full"].buildings
    assert after["heated"].all() and (after["heated_share"] == 0.8).all()


def test_pipes_are_laid_in_their_phase(options):
    works = options.ledgers["full"].query("part == 'works' and layer == 'pipes'")
    assert len(works) and set(works["phase"]) == {2} and works["cost_yuan"].isna().all()


def test_heat_pipes_are_paid_once(options, today):
    """Metres of heat in the bill are the metres laid; their trench is shared where others lie beside them."""
    heat, bill = options.works["full"].heat, options.bill().of("full").lines
    piped = bill[(bill["part"] == "heat") & bill["item"].str.startswith("二次网")]
    laid = heat.pipes.loc[heat.pipes["kind"] == "heat_secondary", "length_m"].sum()
    assert piped["quantity"].sum() == pytest.approx(laid, abs=0.01 * len(piped))
    dig = bill[(bill["part"] == "dig") & (bill["kind"] == "heat_secondary")]
    assert dig["item"].str.contains("分摊").all()
    assert not [i for i in options.areas["full"].pipes.index if i.startswith("D-heat")]


def by_hand(options, name, today):
    """Reckon a total anew, from metres and the catalog: plan, heat, others' pipes, trenches, shares on top."""
    acts, works = options.ledgers[name].query("part == 'plan'"), options.works[name]
    costs = today.catalog.costs.query("layer == 'pipes' and verb == 'build'").set_index("kind")["price"]
    share = today.catalog.constants["dig_share"]
    metres, houses = in_lanes(works, costs)
    heat, residents = heat_alone(works, today, metres, share)
    trenches = sum(lane_yuan(kinds, share) for kinds in metres.values())
    return 1.06 * 1.06 * (acts["cost_yuan"].sum() + houses + heat + trenches) + residents


def in_lanes(works, costs):
    """Metres and price of each kind in each piece of lane, and the yuan of the ways to houses."""
    metres, houses = {}, 0.0
    for route in works.dig.routes.itertuples():
        if str(route.piece).startswith("to-"):
            houses += route.geometry.length * costs[route.kind]
        else:
            metres.setdefault(route.piece, {})[route.kind] = (route.geometry.length, costs[route.kind])
    return metres, houses


def heat_alone(works, today, metres, share):
    """Heat's pipes, without the trench where others lie beside them (they join ``metres``), and what residents pay."""
    if works.heat is None:
        return 0.0, 0.0
    prices, pipes = today.catalog.heat_pipes["price_yuan_m"], works.heat.pipes
    joint = works.heat.costs[works.heat.costs["measure"] == "joint"]
    paid = (joint["quantity"] * joint["unit_price_yuan"]).groupby(joint["payer"]).sum()
    total = (pipes["length_m"] * pipes["diameter_mm"].map(prices)).sum() + paid.drop("residents").sum()
    inside = works.dig.laid.pipes
    yuan = inside["metres"] * inside["id"].map(pipes["diameter_mm"]).map(prices).astype(float)
    for piece, own in inside.groupby("piece"):
        if piece in metres:
            length = own["metres"].sum()
            metres[piece]["heat"] = (length, yuan[own.index].sum() / length)
            total -= yuan[own.index].sum()  # paid below, with the trench of all
    return total, paid["residents"]


def lane_yuan(kinds, share):
    """One piece of lane: each pipe without its digging, and one opening at the price of the dearest that lies there."""
    whole = sum(m * price for m, price in kinds.values())
    opened = covered = 0.0
    for m, price in sorted(kinds.values(), key=lambda pair: -pair[1]):
        opened, covered = opened + max(0.0, m - covered) * price, max(covered, m)
    return (1 - share) * whole + share * opened


def test_the_total_by_hand(options, today):
    bill = options.bill()
    for name in ("paved", "full"):
        own = bill.of(name)
        slack = 0.005 * (own.lines["unit_price_yuan"].fillna(0) * own.lines["ids"].map(len)).sum()  # metres to the cm
        assert bill.total[name] == pytest.approx(by_hand(options, name, today), abs=max(slack, 1.0))
        total = hundredths(bill.total[name])
        assert total == int((own.lines["cost_yuan"] * 100).round().sum())
        for key in ("payer", "class", "phase", "part"):
            assert total == int((own.by(key)["cost_yuan"] * 100).round().sum())
    assert pd.isna(bill.total["today"])


def test_every_line_of_works_is_its_quantity_at_its_price_as_written(options):
    """A share of the trench is told at the mean of its metres, with the digits that it takes to come to the sum."""
    lines = rounded(options.bill().lines)
    works = lines[lines["part"].isin(["dig", "heat", "lifts"])]
    off = (works["quantity"] * works["unit_price_yuan"] - works["cost_yuan"]).abs()
    assert len(works) > 15 and (off <= 0.01 + 0.00005 * works["quantity"]).all()


def test_every_figure_of_money_is_a_sum_of_the_bill(options):
    table, bill = options.table()["value"].sort_index(), options.bill()
    for name in ("paved", "full"):
        plan = table.loc[name, "plan"].droplevel("place")
        assert plan["cost_yuan"] == bill.total[name]
        parts = [v for k, v in plan.items() if str(k).startswith("cost_yuan:") and v == v]
        assert round(sum(parts), 2) == bill.total[name]
        assert plan["cost_household_yuan"] == pytest.approx(bill.total[name] / 30)
    assert pd.isna(table.loc["today", "plan"].droplevel("place")["cost_yuan"])


@pytest.mark.long
def test_the_written_scenario_carries_its_works(options, today, tmp_path):
    options.write(tmp_path)
    again = sr.read_scenario(tmp_path / "scenarios" / "full.toml").apply(today)
    there = options.areas["full"]
    assert list(again.pipes.index) == list(there.pipes.index)
    assert again.pipes["length_m"].to_numpy() == pytest.approx(there.pipes["length_m"].to_numpy(), abs=1e-3)
    one, two = sr.evaluate(again).table["value"], options.evaluations["full"].table["value"]
    assert one.to_numpy(float) == pytest.approx(two.to_numpy(float), nan_ok=True)


def test_every_changed_layer_is_written(options, tmp_path):
    import pyogrio

    options.write(tmp_path)
    names = set(pyogrio.list_layers(tmp_path / "options.gpkg")[:, 0])
    assert {"full_pipes", "full_facilities", "full_buildings", "paved_paths", "idle_compounds"} <= names
    read = pyogrio.read_dataframe(tmp_path / "options.gpkg", layer="full_pipes")
    assert set(read["id"]) == set(options.areas["full"].pipes.index)


def test_works_may_be_chosen_by_name_and_by_option(today):
    clear = sr.Scenario("idle", "", [sr.alter("compounds", ids=["C1"], set={"security": True})])
    named = sr.compare(today, [clear], works={"idle": ["dig"]})
    assert named.works["idle"].dig is not None
    assert not sr.compare(today, [clear]).works
    for wrong in (["trams"], {"nowhere": ["dig"]}):
        with pytest.raises(InputError, match="works"):
            sr.compare(today, [clear], works=wrong)


@pytest.mark.long
def test_what_an_option_builds_is_heated_as_it_is_built(today):
    """A new house and the station in one option: the house is built heated, not altered."""
    x, y = today.compounds.geometry["C1"].bounds[:2]
    new = sr.build("buildings", "B9", geometry=box(x + 145, y + 46, x + 165, y + 56), use="residential", households=10,
                   floor_area_m2=1000.0, heat_load_w_m2=50.0)  # fmt: skip
    found = sr.compare(today, [sr.Scenario("grown", "", [station(today), new])], works=["heat"])
    assert found.works["grown"].heat.buildings.loc["B9", "connected"]
    assert found.areas["grown"].buildings.loc["B9", ["heated", "heated_share"]].tolist() == [True, 0.8]


@pytest.mark.long
def test_the_example_pays_each_pipe_once(example):
    """The example's whole bill anew from its plans: heat as drawn, the others by lane, one trench, shares on top."""
    full = sr.read_scenario(EXAMPLE / "scenarios" / "full.toml")
    options = sr.compare(example, [full], works=True)
    bill = options.bill()
    own = bill.of("full")
    slack = 0.005 * (own.lines["unit_price_yuan"].fillna(0) * own.lines["ids"].map(len)).sum()
    assert bill.total["full"] == pytest.approx(by_hand(options, "full", example), abs=slack)
    total = hundredths(bill.total["full"])
    assert total == int((own.lines["cost_yuan"] * 100).round().sum())
    for key in ("payer", "class", "phase", "part"):
        assert total == int((own.by(key)["cost_yuan"] * 100).round().sum())
    assert options.works["full"].heat.households_connected == 806
    heated = options.table().loc[("full", "area", example.name, "heated_share"), "value"]
    assert heated == pytest.approx(0.8)


@pytest.mark.long
def test_lifts_are_part_of_the_option_where_asked():
    """Two houses of six floors, a stairwell each: two lifts of 450 000, of which the city pays 80 000 each."""
    from community.court import court

    area = court()
    tall = replace_layers(area, {n: area.layer(n).assign(storeys=6.0) for n in ("buildings", "entrances")})
    idle = sr.Scenario("idle", "加梯", [sr.alter("compounds", ids=["C1"], set={"security": True})])
    with_lifts, without = (sr.compare(tall, [idle], works=works) for works in (["lifts"], []))
    count = int(sr.plan_lifts(tall, sr.community.LiftTerms(sun="")).table["verdict"].eq("fits").sum())
    assert count == 2
    after = with_lifts.areas["idle"].entrances
    assert after["lift"].fillna(False).sum() == 2 and with_lifts.works["idle"].lifts is not None
    lines = with_lifts.bill().of("idle").lines.query("part == 'lifts'").set_index("payer")["cost_yuan"]
    assert lines.to_dict() == {"city": 2 * 80_000.0, "residents": 2 * 370_000.0}
    row = with_lifts.leaders().loc["新增供暖 / 加装电梯"]
    assert (row["today"], row["idle"]) == ("— / 0", "— / 2")
    assert without.leaders().loc["新增供暖 / 加装电梯", "idle"] == "— / 0"
    assert with_lifts.consents["idle"].parties.equals(without.consents["idle"].parties)  # each stairwell votes itself
    again = sr.compare(with_lifts.areas["idle"], [idle], works=["lifts"])
    assert "idle" not in again.works  # every stairwell has its lift


def test_a_station_that_heats_nobody_says_why(today):
    """A point within B1, and in none of its rooms: no lane leads to it, nobody is newly heated, and the note tells."""
    inside = today.buildings.geometry["B1"].centroid
    shut = sr.Scenario("shut", "", [sr.build("facilities", "HX", geometry=inside, kind=STATION, capacity=5000.0)])
    found = sr.compare(today, [shut], works=["heat"])
    assert found.leaders().loc["新增供暖 / 加装电梯", "shut"] == "0 / 0"
    assert [text for option, text in found.notes() if option == "shut" and text.startswith("热力站未能新增供暖：")]
