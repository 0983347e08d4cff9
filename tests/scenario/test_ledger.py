"""The bill of quantities: quantity × unit price, who pays, whose it is; every touched thing once."""

import pandas as pd
import pytest
from conftest import EXAMPLE, at
from shapely import box
from shapely.affinity import translate

from spatialreno import Scenario, ScenarioError, alter, build, demolish, read_scenario
from spatialreno.scenario import priced_acts, work_done
from spatialreno.scenario.resolve import resolve

COLUMNS = ["verb", "layer", "id", "kind", "item", "item_en", "measure", "quantity", "unit", "unit_price_yuan"]
COLUMNS += ["cost_yuan", "payer", "parties", "phase", "reason", "source", "confidence"]


def bill(area, *acts):
    return Scenario("s", interventions=acts).ledger(area)


def acts(area, *given):
    """What is done to things, without the ground that is made good after them."""
    rows = bill(area, *given)
    return rows[rows["measure"] != "open_m2"]


def price(area, layer, verb, kind):
    costs = area.catalog.costs
    rows = costs[(costs["layer"] == layer) & (costs["verb"] == verb) & (costs["kind"] == kind)]
    return float(rows["price"].iloc[0])


def there(shape):
    return translate(shape, *at(0, 0).coords[0])


@pytest.fixture(scope="module")
def full(example):
    return read_scenario(EXAMPLE / "scenarios" / "full.toml").ledger(example)


def test_a_wall_by_the_metre(yards):
    row = bill(yards, demolish("walls", ids=["W1"], reason="决议", phase=2))
    assert list(row.columns) == COLUMNS
    wall = row[row["layer"] == "walls"].iloc[0]
    assert (wall.verb, wall.id, wall.kind, wall.quantity, wall.unit) == ("demolish", "W1", "wall", 60.0, "m")
    assert wall.cost_yuan == 60 * price(yards, "walls", "demolish", "")
    assert (wall.payer, wall.parties, wall.phase, wall.reason) == ("city", ("街道办",), 2, "决议")
    assert wall.confidence


def test_the_price_of_its_kind_comes_first(yards):
    fence = bill(yards, demolish("walls", ids=["W2"])).iloc[0]
    assert fence.unit_price_yuan == price(yards, "walls", "demolish", "fence")


def test_structures_by_floor_area(yards):
    rows = acts(yards, demolish("structures", where={"legality": "illegal"})).set_index("id")
    assert rows["quantity"].to_dict() == pytest.approx({"S1": 100.0, "S2": 200.0})  # S2 has two storeys
    assert rows.loc["S2", "cost_yuan"] == pytest.approx(200 * price(yards, "structures", "demolish", ""))


def test_a_lane_by_its_new_surface(yards):
    lane = bill(yards, alter("paths", ids=["L1"], set={"width_m": 7.0})).iloc[0]
    assert lane.quantity == pytest.approx(80 * 7.0)
    assert lane.cost_yuan == pytest.approx(560 * price(yards, "paths", "alter", ""))


def test_a_lane_whose_width_stays_is_not_paved(yards):
    lane = bill(yards, alter("paths", ids=["L1"], set={"public": False})).iloc[0]
    assert (lane.quantity, lane.unit, lane["item"]) == (80.0, "m", "")
    assert lane.cost_yuan != lane.cost_yuan


def test_a_building_has_a_row_for_each_price(yards):
    act = build(
        "facilities",
        "HX",
        geometry=there(box(2, 45, 17, 55)),
        kind="heat_exchange_station",
        area_m2=150.0,
        capacity=80_000.0,
    )
    rows = bill(yards, act).set_index("unit")
    assert rows["quantity"].to_dict() == {"m2": 150.0, "m2 heated": 80_000.0}
    assert set(rows["payer"]) == {"utility"}


def test_who_holds_nothing_itself_is_named_by_its_yards(yards):
    rows = bill(yards, demolish("walls", ids=["W2"]), demolish("structures", ids=["S1"])).set_index("id")
    assert rows["parties"].to_dict() == {"W2": ("第一毛纺厂", "=1+1"), "S1": ("第一毛纺厂",)}


def test_gates_that_go_with_their_wall_are_billed(yards):
    rows = bill(yards, demolish("walls", ids=["W1"], phase=2)).set_index("id")
    assert (rows.loc["G1", "quantity"], rows.loc["G1", "unit"], rows.loc["G1", "phase"]) == (1, "piece", 2)


def test_what_stays_is_told_and_costs_nothing(yards):
    rows = bill(yards, demolish("structures", within="C2")).set_index("id")
    assert rows["verb"].to_dict() == {"S3": "keep", "S2": "demolish"}
    assert rows.loc["S3", "cost_yuan"] == 0


def test_where_the_catalog_has_no_price_the_cost_is_missing(yards):
    row = bill(yards, alter("parties", ids=["P1"], set={"kind": "community"})).iloc[0]
    assert (row.quantity, row.unit, row.payer) == (1, "piece", "")
    assert row.cost_yuan != row.cost_yuan


def test_a_ledger_refuses_what_apply_refuses(yards):
    for act in (demolish("walls", ids=["W9"]), build("facilities", "X", geometry=at(1, 1), kind="nope")):
        with pytest.raises(ScenarioError):
            bill(yards, act)


def test_nothing_costs_nothing(yards):
    assert bill(yards).empty
    assert list(bill(yards).columns) == COLUMNS


def test_every_touched_thing_once_and_costs_by_arithmetic(example, full):
    priced = full[full["item"] != ""]
    assert not full.duplicated(["verb", "layer", "id", "item"]).any()
    expected = (priced["quantity"] * priced["unit_price_yuan"]).to_numpy()
    assert priced["cost_yuan"].to_numpy() == pytest.approx(expected, abs=0.005)
    after = read_scenario(EXAMPLE / "scenarios" / "full.toml").apply(example)
    for layer in ("walls", "gates", "structures", "facilities", "open_spaces"):
        rows = full[full["layer"] == layer]
        assert set(rows.loc[rows["verb"] == "demolish", "id"]) == set(example.layer(layer).index) - set(
            after.layer(layer).index
        )
        assert set(rows.loc[rows["verb"] == "build", "id"]) == set(after.layer(layer).index) - set(
            example.layer(layer).index
        )


def test_the_published_quantities_are_billed(full):
    taken = full[(full["verb"] == "demolish") & (full["measure"] != "open_m2")].groupby("layer")["quantity"].sum()
    assert taken["walls"] == pytest.approx(1200, rel=0.01)
    assert taken["structures"] == pytest.approx(1500, rel=0.01)
    assert (full["parties"].map(len) > 0).mean() > 0.9


def test_rows_stand_in_the_order_of_a_bill(yards):
    rows = bill(
        yards,
        build("facilities", "A1", geometry=at(60, 50), kind="bookstore"),
        alter("paths", ids=["L1"], set={"width_m": 4.0}),
        demolish("structures", ids=["S2", "S1"]),
        demolish("walls", ids=["W1"]),
    )
    order = {"keep": 0, "demolish": 1, "alter": 2, "build": 3}
    keys = [(order[r.verb], r.layer, r.id, r.measure == "open_m2") for r in rows.itertuples()]
    assert keys == sorted(keys)
    assert {r.verb for r in rows.itertuples()} == set(order) - {"keep"}
    assert rows["measure"].eq("open_m2").sum() == 2  # the lane takes the strip of the wall


def test_what_is_done_is_what_the_ledger_prices_in_its_order(example):
    scenario = read_scenario(EXAMPLE / "scenarios" / "full.toml")
    rows = priced_acts(scenario, example).query("verb != 'keep'").drop_duplicates(["verb", "layer", "id"])
    priced = list(rows[["verb", "layer", "id", "phase"]].itertuples(index=False, name=None))
    assert work_done(scenario, example) == priced


def test_only_a_path_that_is_made_wider_takes_the_ground_of_what_goes(yards):
    """The lane's edge of 4 m lies over the strip that is made good along the wall; another name of it does not."""
    wall = demolish("walls", ids=["W1"])

    def good(*acts):
        rows = bill(yards, wall, *acts)
        return rows.loc[rows["measure"] == "open_m2", "quantity"].sum()

    assert good(alter("paths", ids=["L1"], set={"name": "新巷"})) == good()
    assert good(alter("paths", ids=["L1"], set={"width_m": 4.0})) < good()


@pytest.mark.every_day
def test_what_is_so_already_costs_nothing_and_is_said(yards):
    """G1 is closed: no work, no price, no bill. G3 changes in one of two ways and is paid once."""
    plan = Scenario("s", interventions=[
        alter("gates", ids=["G1"], walkers="closed"),
        alter("gates", ids=["G3"], walkers=yards.gates["walkers"]["G3"], vehicles="closed"),
        alter("buildings", ids=["B1"], name="一号楼"),
    ])  # fmt: skip
    rows = plan.ledger(yards).set_index("id")
    assert rows["cost_yuan"].to_dict() == {"G3": price(yards, "gates", "alter", ""), "B1": 0.0, "G1": 0.0}
    assert all("costs nothing and asks nobody" in rows.loc[i, "item_en"] for i in ("B1", "G1"))
    assert [i for ids in plan.bill(yards).lines["ids"] for i in ids] == ["G3"]
    assert plan.bill(yards).unpriced_count("s") == 0
    told = plan.without_effect(yards, lang="en")
    assert [line.split(" in s ")[0] for line in told] == ["alter gates (ids = ['G1'])"]
    assert "原已如此" in plan.without_effect(yards)[0]


def test_a_surface_is_laid_again_at_its_price(yards):
    """Milling and overlay of a lane that is asphalt already is work; a facade that is good already is none."""
    paved = alter("paths", ids=["L1"], surface="asphalt").values
    today = Scenario("s", interventions=[alter("paths", ids=["L1"], set=dict(paved)),
                                         alter("buildings", ids=["B1"], facade="good")]).apply(yards)  # fmt: skip
    again = Scenario("s", interventions=[alter("paths", ids=["L1"], set=dict(paved)),
                                         alter("buildings", ids=["B1"], facade="good")])  # fmt: skip
    rows = again.ledger(today).set_index("id")
    assert rows.loc["L1", "quantity"] == 160.0 and rows.loc["L1", "cost_yuan"] > 0
    assert rows.loc["B1", "cost_yuan"] == 0.0
    assert len(again.without_effect(today)) == 1


def test_what_lies_in_a_house_that_goes_is_paid_with_it(yards):
    """A room and a door go with their building; its floor is what is paid for, and nothing is without a price."""
    rows = acts(yards, demolish("buildings", ids=["B1"])).set_index("id")
    assert rows.loc[["F1", "E1"], "cost_yuan"].tolist() == [0.0, 0.0]
    assert "B1" in rows.loc["F1", "item"] and rows.loc["F1", "payer"] == rows.loc["B1", "payer"]
    plan = Scenario("s", interventions=[demolish("buildings", ids=["B1"])])
    assert plan.bill(yards).unpriced_count("s") == 0 and plan.bill(yards).total["s"] > 0
    assert plan.bill(yards).lines["cost_yuan"].eq(0).sum() == 2  # and nothing comes on top of nothing
    alone = Scenario("s", interventions=[demolish("facilities", ids=["F1"])])
    assert alone.bill(yards).unpriced_count("s") == 1  # a room given up while its house stands


def test_what_is_new_is_seen_without_doing_the_whole_plan(yards):
    """Texts take the type of their column first, as after the plan."""
    acts = [
        alter("paths", ids=list(yards.paths.index), set={"width_m": "7"}),
        alter("buildings", ids=["B1"], set={"households": "4", "storeys": 6}),
        alter("gates", ids=["G1"], set={"walkers": "public"}),
    ]
    plan = resolve(Scenario("s", interventions=acts), yards)
    told = {cell: yards.layer(cell[0])[cell[2]].get(cell[1]) for cell in plan.cells}
    will = {cell: plan.after.layer(cell[0])[cell[2]].get(cell[1]) for cell in plan.cells}
    changed = {
        cell for cell in plan.cells
        if not (told[cell] == will[cell] if pd.notna(told[cell]) and pd.notna(will[cell])
                else pd.isna(told[cell]) and pd.isna(will[cell]))
    }  # fmt: skip
    assert plan.new_cells == changed and 0 < len(changed) <= len(plan.cells)
