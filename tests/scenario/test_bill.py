"""The bill: every line with payer, class and phase; its sums agree to the fen; what has no price is named."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import at, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario.yards import two_yards
from shapely import LineString, box
from shapely.affinity import translate

from spatialreno import InputError, Scenario, alter, build, demolish
from spatialreno.area.under_catalog import replace_layers
from spatialreno.scenario import hundredths, ledger_lines, make_bill


def there(shape):
    return translate(shape, *at(0, 0).coords[0])


def garden(x=10, y=30, name="O1", **more):
    return build("open_spaces", name, geometry=there(box(x, y, x + 5, y + 10)), kind="cluster_green", **more)


POSSIBLE = [
    demolish("walls", ids=["W1"]),
    demolish("walls", ids=["W2"], phase=2),
    demolish("structures", where={"legality": "illegal"}),
    alter("paths", ids=["L1"], set={"width_m": 7.0}, phase=3),
    alter("buildings", ids=["B1", "B2"], set={"insulated": True, "roof": "good"}, phase=2),
    alter("buildings", ids=["B1"], set={"name": "新名"}),
    build("facilities", "X1", geometry=at(70, 50), kind="bookstore", building_id="B2", area_m2=33.333, phase=4),
    build("facilities", "X2", geometry=at(71, 51), kind="canteen"),
    garden(phase=4),
]


YARDS = two_yards()


@pytest.fixture(scope="module")
def yards():
    return YARDS


def fen(yuan: pd.Series) -> int:
    return int((yuan.dropna() * 100).round().sum())


@settings(max_examples=examples(25), deadline=None)
@given(st.sets(st.sampled_from(range(len(POSSIBLE)))))
def test_sums_agree_to_the_fen(chosen):
    bill = Scenario("s", interventions=[POSSIBLE[k] for k in sorted(chosen)]).bill(YARDS)
    total = bill.total["s"]
    if not bill.lines["cost_yuan"].notna().any():
        assert pd.isna(total)
        return
    assert hundredths(total) == fen(bill.lines["cost_yuan"])
    for key in ("payer", "class", "phase", "part", "item"):
        assert fen(bill.by(key)["cost_yuan"]) == hundredths(total)
    priced = bill.lines[bill.lines["cost_yuan"].notna() & (bill.lines["part"] == "plan")]
    assert priced["cost_yuan"].to_numpy() == pytest.approx(
        (priced["quantity"] * priced["unit_price_yuan"]).to_numpy(), abs=0.005 * priced["ids"].map(len).max()
    )


def test_a_wall_by_hand(yards):
    """60 m of wall at 105, a strip 1 m wide made good at 150, a gate at 2 000; then 4 %, 2 %, and 6 % of all that."""
    bill = Scenario("s", interventions=[demolish("walls", ids=["W1"])]).bill(yards)
    works = 60 * 105 + 60 * 150 + 2_000
    assert works == 17_300
    fees = bill.lines[bill.lines["part"] == "fees"].set_index("kind")["cost_yuan"].to_dict()
    assert fees == {"design": 692.0, "supervision": 346.0, "reserve": 1_100.28}
    assert bill.total["s"] == 19_438.28
    assert set(bill.lines["class"]) == {"improved"} and set(bill.lines["payer"]) == {"city"}
    assert bill.lines["estimate"].all() and bill.lines["source"].ne("").all()
    assert repr(bill) == "<Bill, estimate in yuan: s 19,438.28 (city 19,438.28)>"


def test_a_price_of_ones_own_is_no_estimate(yards):
    row = {"layer": "walls", "verb": "demolish", "quantity": "length_m", "price": 140}
    own = yards.with_catalog(costs=[row], source="询价", date="2025-06")
    lines = Scenario("s", interventions=[demolish("walls", ids=["W1"])]).bill(own).lines.set_index("unit_price_yuan")
    assert not lines["estimate"][140.0] and lines["estimate"][150.0]


def test_ground_is_made_good_only_where_nothing_is_built(yards):
    """The shed leaves 100 m²; a garden takes half of them; a shed on a roof leaves none; a paved lane needs none."""

    def bare(*acts):
        rows = Scenario("s", interventions=acts).ledger(yards)
        return rows[rows["measure"] == "open_m2"].set_index("id")["quantity"].to_dict()

    shed = demolish("structures", ids=["S1"])
    assert bare(shed) == {"S1": 100.0}
    assert bare(shed, garden()) == {"S1": 50.0}
    assert bare(shed, garden(), garden(15, name="O2")) == {}
    lane = alter("paths", ids=["L1"], set={"width_m": 7.0})
    assert bare(demolish("walls", ids=["W1"]), lane) == {}  # the lane's new surface covers the strip of the wall
    on_roof = build("structures", "S9", geometry=there(box(6, 6, 9, 9)), legality="illegal", position="roof")
    after = Scenario("r", interventions=[on_roof]).apply(yards)
    rows = Scenario("s", interventions=[demolish("structures", ids=["S9"])]).ledger(after)
    assert list(rows["measure"]) == ["floor_area_m2"]


def test_a_room_is_converted_and_a_house_is_built(yards):
    here = {"geometry": at(60, 10), "kind": "bookstore", "area_m2": 100.0}
    room = Scenario("s", interventions=[build("facilities", "X", building_id="B2", **here)]).ledger(yards)
    house = Scenario("s", interventions=[build("facilities", "X", **here)]).ledger(yards)
    assert (room["cost_yuan"].tolist(), house["cost_yuan"].tolist()) == ([125_000.0], [275_000.0])
    assert room["item"].iloc[0] == "社区书屋（既有用房改造）"


def test_what_is_set_decides_the_price(yards):
    """60 m of outline, 6 storeys of 3 m, three quarters of it solid; paving is paid once, at the price of its kind."""
    rows = Scenario("s", interventions=[alter("buildings", ids=["B1"], set={"insulated": True, "roof": "good"})])
    costs = rows.ledger(yards).set_index("measure")["cost_yuan"].to_dict()
    assert costs == {"facade_m2": 60 * 18 * 0.75 * 185, "footprint_m2": 200 * 120}
    both = alter("paths", ids=["L1"], set={"width_m": 7.0, "surface": "permeable"})
    paved = Scenario("s", interventions=[both]).ledger(yards)
    assert paved[["quantity", "unit_price_yuan"]].to_numpy().tolist() == [[560.0, 170.0]]
    lit = Scenario("s", interventions=[alter("paths", ids=["L1"], set={"lit": True})]).ledger(yards)
    assert lit["cost_yuan"].tolist() == [80 * 250]
    dark = Scenario("s", interventions=[alter("paths", ids=["L1"], set={"lit": False})]).bill(yards)
    assert dark.unpriced_count("s") == 1


def test_what_has_no_price_is_counted_and_named(yards):
    acts = [alter("buildings", ids=["B1", "B2"], set={"heated": True}), build("facilities", "X2", geometry=at(9, 50),
            kind="canteen")]  # fmt: skip
    bill = Scenario("s", interventions=acts).bill(yards)
    assert bill.unpriced_count("s") == 3 and pd.isna(bill.total["s"])
    assert bill.unpriced["ids"].tolist() == [("B1", "B2"), ("X2",)]
    assert "s —, 3 without a price" in repr(bill)


def test_an_option_without_lines_invests_nothing(yards):
    wall = Scenario("w", interventions=[demolish("walls", ids=["W1"])])
    bill = make_bill({"today": [], "w": [ledger_lines(wall.ledger(yards))]}, yards.catalog, 4.0)
    assert pd.isna(bill.total["today"]) and pd.isna(bill.per_household["today"])
    assert bill.per_household["w"] == bill.total["w"] / 4
    assert list(bill.total.index) == ["today", "w"] == list(bill.options)
    assert len(bill.of("today").lines) == 0


def test_residents_pay_no_design(yards):
    """Only payers of the table bear fees; a line of residents stands alone."""
    rows = ledger_lines(Scenario("w", interventions=[demolish("walls", ids=["W1"])]).ledger(yards))
    bill = make_bill({"w": [rows.assign(payer="residents")]}, yards.catalog)
    assert set(bill.lines["part"]) == {"plan"} and bill.total["w"] == 17_300.0


def test_wrong_questions_are_refused(yards):
    bill = Scenario("s", interventions=[garden()]).bill(yards)
    with pytest.raises(InputError, match=r"by weather.*payer, class, phase"):
        bill.by("weather")
    with pytest.raises(InputError, match="by nothing"):
        bill.by()
    with pytest.raises(InputError, match="t is no option"):
        bill.of("t")


def test_lists_stay_lists(yards):
    """An owner whose name holds a comma is one owner."""
    from conftest import make_area

    lone = make_area(
        walls=[{"id": "W", "geometry": LineString([(50, 0), (50, 100)])}],
        parties=[{"id": "P", "name": "Luoyang Heat, Ltd"}],
        rights=[{"feature_id": "W", "party_id": "P", "right": "ownership"}],
    )
    rows = Scenario("s", interventions=[demolish("walls", ids=["W"])]).ledger(lone)
    assert set(rows["parties"]) == {("Luoyang Heat, Ltd",)}


def test_a_share_of_a_household_is_not_told_where_one_home_is_not_counted(yards):
    wall = Scenario("s", interventions=[demolish("walls", ids=["W1"])])
    houses = yards.buildings
    both = replace_layers(yards, {"buildings": houses.assign(households=pd.array([3, 7], "Int64"))})
    known = wall.bill(both)
    assert known.per_household["s"] == known.total["s"] / 10
    one = replace_layers(yards, {"buildings": houses.assign(households=pd.array([3, None], "Int64"))})
    assert wall.bill(one).total["s"] == known.total["s"] and pd.isna(wall.bill(one).per_household["s"])


def test_what_has_a_price_and_no_quantity_is_told_apart(yards):
    """A canteen of unknown size has a price of 2 750 a square metre; a house that is to be heated has none here."""
    acts = [alter("buildings", ids=["B1"], set={"heated": True})]
    acts += [build("facilities", "X2", geometry=at(9, 50), kind="canteen")]
    bill = Scenario("s", interventions=acts).bill(yards)
    assert (bill.unpriced_count("s"), bill.unmeasured_count("s")) == (2, 1)
