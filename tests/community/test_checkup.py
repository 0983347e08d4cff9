"""Check-up to plan and the money: which line closes which lack, who may pay for what."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import shapely
from community.court import court
from conftest import EXAMPLE, ORIGIN
from shapely.affinity import translate

from spatialreno import Scenario, build, demolish, read_scenario
from spatialreno.community import answer_checkup, balance_money, list_resources
from spatialreno.errors import InputError

LACKS = "缺供暖;缺活动场地；屋面渗漏;缺空中花园"


@pytest.fixture(scope="module")
def yards():
    compounds = [
        {"id": "C1", "name": "东院", "checkup": LACKS, "geometry": shapely.box(0, 0, 50, 100)},
        {"id": "C2", "name": "西院", "checkup": "活动场地不足", "geometry": shapely.box(50, 0, 100, 100)},
    ]
    return court(compounds=compounds)


def plaza():
    return build("open_spaces", "O1", geometry=translate(shapely.box(20, 10, 30, 20), *ORIGIN), kind="plaza")


def states(found):
    return {(c, t): s for c, t, s in zip(found["compound_id"], found["title"], found["state"], strict=True)}


def test_without_a_plan_all_is_open_and_what_nobody_knows_is_said(yards):
    found = states(answer_checkup(yards))
    assert found == {("C1", "缺供暖"): "open", ("C1", "缺活动场地"): "open", ("C1", "屋面渗漏"): "open",
                     ("C1", "缺空中花园"): "unlisted", ("C2", "活动场地不足"): "open"}  # fmt: skip


def test_a_plaza_serves_its_own_yard_and_the_block_once_the_wall_is_open(yards):
    alone = answer_checkup(yards, Scenario("p", "", [plaza()]))
    assert states(alone)["C1", "缺活动场地"] == "closed" and states(alone)["C2", "活动场地不足"] == "open"
    opened = answer_checkup(yards, Scenario("p", "", [plaza(), demolish("walls", ids=["W1"])]))
    assert states(opened)["C2", "活动场地不足"] == "closed"
    assert set(opened.loc[opened["state"] == "closed", "closed_by"]) == {"build open_spaces O1"}


def test_the_example_closes_heating_everywhere_and_leaves_roofs_open(example):
    found = answer_checkup(example, read_scenario(EXAMPLE / "scenarios" / "full.toml"))
    heating = found[found["lack"] == "heating"]
    assert len(heating) == 10 and (heating["closed_by"] == "build facilities HX1").all()
    assert (found.loc[found["lack"] == "roof", "state"] == "open").all() and not (found["state"] == "unlisted").any()
    assert (found["state"] == "closed").sum() == 16


def test_resources_list_land_rooms_and_boiler_houses(example):
    found = list_resources(example)
    assert set(found["resource"]) == {"land", "room", "boiler_house"}
    rooms = found[found["resource"] == "room"]
    assert rooms["area_m2"].sum() == example.buildings["spare_room_m2"].sum()


def test_the_balance_adds_up_to_the_ledger(example):
    bill = read_scenario(EXAMPLE / "scenarios" / "full.toml").bill(example)
    balance = balance_money(bill, example.catalog, {"city": 1_000_000, "central": 500_000})
    table = balance.table
    assert round(table["needed_yuan"].sum(), 2) == bill.total["full"]
    classes = table[["basic_yuan", "improved_yuan", "raised_yuan"]].sum().sum()
    assert classes == pytest.approx(table["needed_yuan"].sum())
    assert table.loc["central", ["needed_yuan", "gap_yuan"]].tolist() == [0.0, -500_000]
    assert table.loc["city", "gap_yuan"] == pytest.approx(table.loc["city", "needed_yuan"] - 1_000_000)
    assert pd.isna(table.loc["utility", "gap_yuan"])  # nobody said what there is


def test_a_payer_that_may_not_pay_is_told(example):
    bill = read_scenario(EXAMPLE / "scenarios" / "clear.toml").bill(example)
    balance = balance_money(replace(bill, lines=bill.lines.assign(payer="central")), example.catalog)
    works = bill.lines["part"] == "plan"
    assert balance.table.loc["central", "ineligible_yuan"] == round(bill.lines.loc[works, "cost_yuan"].sum(), 2)
    assert not balance.lines.loc[works, "allowed"].any()


def test_bad_sources_are_named(example):
    bill = read_scenario(EXAMPLE / "scenarios" / "clear.toml").bill(example)
    with pytest.raises(InputError) as refused:
        balance_money(bill, example.catalog, {"city": -1, "santa": 5})
    assert {f.rule: f.ids for f in refused.value.faults} == {"money": ("city",), "payer": ("santa",)}
