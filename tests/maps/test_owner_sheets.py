"""Owners' sheets by arithmetic: own share of metres, money and homes; notices apart; nobody's station in a total."""

import re

import pandas as pd
import pytest
from conftest import at, make_area
from shapely import LineString, box

from spatialreno.comparison import compare
from spatialreno.maps import owner_index, owner_sheets
from spatialreno.maps.content.owner_asks import find_asks
from spatialreno.scenario import Scenario, build, demolish

RIGHTS = [
    ("C1", "P1", "land_use", None), ("C2", "P2", "land_use", None),
    ("B1", "P1", "ownership", 0.2), ("B1", "P3", "ownership", 0.8),
    ("W1", "P1", "ownership", 0.7), ("W1", "P2", "ownership", None), ("W1", "P4", "management", None),
    ("S1", "P3", "ownership", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def options():
    """W1 (60 m) is 0.7 P1's and else P2's; W2 (40 m) is nobody's and stands between both yards; S1 is illegal."""
    today = make_area(
        compounds=[
            {"id": "C1", "name": "一院", "geometry": box(0, 0, 40, 100)},
            {"id": "C2", "name": "二院", "geometry": box(40, 0, 80, 100)},
        ],
        buildings=[
            {"id": "B1", "households": 50, "residents": 100, "geometry": box(5, 5, 25, 15)},
            {"id": "B2", "households": 30, "residents": 60, "geometry": box(50, 5, 70, 15)},
        ],
        walls=[
            {"id": "W1", "geometry": LineString([(40, 0), (40, 60)])},
            {"id": "W2", "geometry": LineString([(40, 60), (40, 100)])},
        ],
        structures=[{"id": "S1", "legality": "illegal", "kind": "shed", "geometry": box(10, 30, 20, 40)}],
        paths=[{"id": "L1", "kind": "street", "geometry": LineString([(-5, -5), (90, -5)])}],
        facilities=[{"id": "F1", "kind": "parcel_station", "geometry": box(1, 80, 3, 82)}],
        parties=[
            {"id": "P1", "name": "毛纺厂", "kind": "unit"},
            {"id": "P2", "name": "学校", "kind": "unit"},
            {"id": "P3", "name": "一院全体业主", "kind": "all_owners"},
            {"id": "P4", "name": "物业", "kind": "utility"},
        ],
        rights=[
            {"feature_id": f, "party_id": p, "right": r} | ({} if s is None else {"share": s}) for f, p, r, s in RIGHTS
        ],
    )
    plan = Scenario("opened", "拆墙", [
        demolish("walls", ids=["W1", "W2"], phase=1), demolish("structures", ids=["S1"], phase=2),
        build("facilities", "HX", geometry=box(*at(5, 50).coords[0], *at(15, 60).coords[0]),
              kind="heat_exchange_station", capacity=5000.0, area_m2=100.0, phase=3),
    ])  # fmt: skip
    return compare(today, [plan], works=False)


@pytest.mark.long
def test_each_has_its_own_share_and_all_add_up(options):
    """W1: 0.7 · 60 = 42 and 0.3 · 60 = 18 m; W2 is half each: 20 m. At 105 yuan a metre."""
    found = owner_index(options).set_index("party")
    assert found["walls_m"].to_dict() == {"毛纺厂": 62.0, "学校": 38.0, "一院全体业主": 0.0, "物业": 0.0}
    ledger = options.ledgers["opened"]
    walls = ledger[ledger["layer"] == "walls"]
    assert found["own_yuan"].sum() == pytest.approx(walls["cost_yuan"].sum())
    assert (found["pays_yuan"] == 0).all()  # the city pays for walls


def test_homes_are_counted_through_every_right_by_share(options):
    """B1 has 50 households: 10 are the unit's, 40 all owners'; B2 nobody's by itself, so its yard's user's: 30."""
    homes = {one.name: one.homes["households"].sum() for one in find_asks(options)}
    assert homes == pytest.approx({"毛纺厂": 10.0, "一院全体业主": 40.0, "学校": 30.0, "物业": 0.0})
    people = sum(one.homes["residents"].sum() for one in find_asks(options))
    assert people == pytest.approx(160.0)


def test_what_is_enforced_is_a_notice_and_asks_nothing(options):
    owners = next(one for one in find_asks(options) if one.party == "P3")
    assert owners.notices["id"].unique().tolist() == ["S1"] and owners.asked.empty
    assert owners.phases == [2]
    assert owners.own("structures", "m2", owners.notices) == 100.0  # its floor, without the ground under it
    assert "owners" in owners.papers and "structure" in owners.papers and "unit" not in owners.papers


def test_a_station_on_its_land_is_in_no_total(options):
    unit = next(one for one in find_asks(options) if one.party == "P1")
    station = unit.asked[unit.asked["id"] == "HX"]
    assert len(station) and station["own_yuan"].isna().all()
    walls = unit.asked[unit.asked["layer"] == "walls"]
    assert unit.asked["own_yuan"].sum() == pytest.approx(walls["own_yuan"].sum())
    assert {"unit", "reformed", "land", "house", "wall"} <= set(unit.papers)


@pytest.mark.long
def test_sheets_are_bound_with_an_index(options, tmp_path):
    pytest.importorskip("matplotlib")
    path = owner_sheets(options, tmp_path / "sheets.pdf", deadline="2026-12-31", contact="街道办")
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) >= 1 + len(owner_index(options))


def test_the_index_holds_every_party_once(options):
    found = owner_index(options)
    assert found.index.is_unique and found["party"].is_monotonic_increasing
    assert isinstance(found, pd.DataFrame) and found["asked"].sum() == 2 + 1 + 2 + 1  # W1, W2, HX; W1, W2; W1
