"""The money plan by arithmetic: ceilings, years of building, shares, rounding to the fen; the sum is the bill."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from conftest import examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

import spatialreno as sr
from spatialreno.comparison import read_budgets
from spatialreno.comparison.money.funding import fund
from spatialreno.scenario import Bill, make_bill

RULE = {"order": 1, "title_zh": "中央", "payer": "central", "relieves": "city", "classes": "basic|improved",
        "document": "测试", "source": "测试", "date": "2026"}  # fmt: skip


def town(*rules: dict[str, Any]) -> sr.StudyArea:
    """30 households built 1990, 10 built 2003, 10 whose year nobody stated; rules of money as given."""
    years = {"B1": (30, 1990), "B2": (10, 2003), "B3": (10, None)}
    area = make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": box(0, 0, 100, 60)}],
        buildings=[
            {"id": i, "households": n, "built_year": year, "geometry": box(30 * k, 5, 30 * k + 20, 15)}
            for k, (i, (n, year)) in enumerate(years.items())
        ],
        parties=[{"id": f"P{k}", "name": f"单位{k}", "kind": "unit"} for k in range(4)],
        rights=[{"feature_id": "C1", "party_id": f"P{k}", "right": "land_use"} for k in range(4)],
    )
    return area.with_catalog(funding_rules=pd.DataFrame(rules)) if rules else area


def bill(area: sr.StudyArea, *lines: tuple[str, str, str, float], fees: bool = False) -> Bill:
    """Lines of payer, layer, kind and yuan, in phase 1; fees on top where asked."""
    rows = [
        {"part": "plan" if fees else "lifts", "payer": payer, "phase": 1, "verb": "build", "layer": layer,
         "kind": kind, "item": layer, "item_en": layer, "ids": ("X",), "quantity": 1.0, "unit": "m",
         "unit_price_yuan": yuan, "cost_yuan": yuan, "source": "", "confidence": "assumed"}
        for payer, layer, kind, yuan in lines
    ]  # fmt: skip
    return make_bill({"today": [], "full": [pd.DataFrame(rows)]}, area.catalog, 50.0)


def plan(area: sr.StudyArea, money: Bill, budgets: Any = None) -> Any:
    return fund({"today": area, "full": area}, money, budgets)


def needed(found: Any) -> dict[str, float]:
    return dict(zip(found.table["payer"], found.table["needed_yuan"], strict=True))


def test_what_is_built_before_2000_is_eligible_by_its_households() -> None:
    """Three fifths of the homes: of 100.01 yuan 60.00, and the city keeps the odd fen."""
    area = town({**RULE, "rule": "central_2000", "built_to": 2000, "share": 1})
    assert needed(plan(area, bill(area, ("city", "paths", "", 100.01)))) == {"central": 60.00, "city": 40.01}


def test_a_ceiling_a_household_and_one_a_project() -> None:
    """30 eligible homes at 1.50 yuan are 45; the province gives 10 a project of what is left; basic works first."""
    area = town(
        {**RULE, "rule": "central_2000", "built_to": 2000, "ceiling_yuan": 1.5, "per": "household"},
        {**RULE, "rule": "province_2000", "order": 2, "payer": "province", "ceiling_yuan": 10, "per": "project"},
    )
    found = plan(area, bill(area, ("city", "open_spaces", "", 50.0), ("city", "paths", "", 60.0)))
    assert needed(found) == {"central": 45.0, "province": 10.0, "city": 55.0}
    lines = found.lines.set_index(["class", "payer"])["cost_yuan"]
    assert lines["basic"].to_dict() == {"central": 36.0, "province": 10.0, "city": 14.0}  # 3/5 of 60 first
    assert lines["improved"].to_dict() == {"central": 9.0, "city": 41.0}
    rules = found.rules.set_index("rule")
    assert rules.loc["central_2000", ["homes", "ceiling_yuan", "taken_yuan", "over_yuan"]].tolist() == [30, 45, 45, 21]


def test_a_rule_without_an_amount_takes_nothing_and_is_told() -> None:
    found = plan(town(), bill(town(), ("city", "paths", "", 100.0)))
    assert needed(found) == {"city": 100.0}
    notes = " ".join(text for _, text in found.notes())
    assert "符合条件 60.00 元" in notes and "10 户建成年份不详" in notes


def test_what_no_rule_covers_is_told() -> None:
    area = town()
    found = plan(area, bill(area, ("city", "balconies", "", 1.0)))
    assert any("未作规定" in text and "balconies" in text for _, text in found.notes())
    assert found.lines["allowed"].isna().all()


def test_payers_that_a_price_adds_are_in_the_table_too() -> None:
    found = plan(town(), bill(town(), ("city", "paths", "", 100.0), ("lottery", "paths", "", 5.0)))
    assert needed(found) == {"city": 100.0, "lottery": 5.0}


def test_shares_a_household_and_an_owner_unit() -> None:
    """A quarter of 800 yuan falls to four units, 50 each; 1 000 yuan of lifts are 20 for each of 50 households."""
    area = town({**RULE, "rule": "units_own", "payer": "units", "share": 0.25})
    found = plan(area, bill(area, ("city", "paths", "", 800.0), ("residents", "lifts", "", 1000.0)))
    each = found.table.set_index("payer")["yuan_each"]
    assert each["units"] == 50.0 and each["residents"] == 20.0 and each.isna()["city"]


def test_budgets_tell_what_is_short() -> None:
    area = town()
    money = bill(area, ("city", "paths", "", 100.0))
    found = plan(area, money, {"city": {2026: 30.0, 2027: 20.5}, "central": 5.0})
    table = found.table.set_index("payer")
    assert table.loc["city", ["available_yuan", "short_yuan"]].tolist() == [50.5, 49.5]
    assert table.loc["central", ["needed_yuan", "short_yuan"]].tolist() == [0.0, 0.0]
    years = found.years({1: ("2026-12-01", "2027-01-31")}).set_index("year")
    # advance 30; 50 by days, 31 of 62; settlement 17 on 1 April; retention 3 in 2028
    assert years["needed_yuan"].to_dict() == {2026: 55.0, 2027: 42.0, 2028: 3.0}
    assert years["short_yuan"].dropna().to_dict() == {2026: 25.0, 2027: 21.5}


def test_payments_and_contracts_by_quarter() -> None:
    area = town()
    found = plan(area, bill(area, ("city", "paths", "", 100.01)))
    spans = {1: ("2026-03-22", "2026-04-10")}  # half of the 20 days in each quarter
    paid = found.payments(spans).groupby("quarter")["yuan"].sum().round(2)
    assert paid.to_dict() == {"2026Q1": 55.01, "2026Q2": 42.0, "2027Q2": 3.0}
    assert found.contracts(spans)[["quarter", "yuan"]].values.tolist() == [["2026Q1", 100.01]]


yuan = st.integers(0, 10**9).map(lambda fen: fen / 100)


@given(costs=st.lists(st.tuples(st.sampled_from(["city", "residents"]), st.sampled_from(["paths", "pipes", "walls"]),
                                st.just(""), yuan), min_size=1, max_size=6),
       ceiling=yuan, share=st.fractions(0, 1, max_denominator=97))  # fmt: skip
@settings(max_examples=examples(25))
@pytest.mark.long
def test_the_sum_is_the_bill_to_the_fen(costs: Any, ceiling: float, share: Any) -> None:
    area = town(
        {**RULE, "rule": "central_2000", "built_to": 2000, "share": f"{float(share):.6f}"},
        {**RULE, "rule": "extension_2005", "order": 2, "payer": "city", "relieves": "residents",
         "built_from": 2001, "built_to": 2005, "ceiling_yuan": f"{ceiling:.2f}", "per": "project"},
    )  # fmt: skip
    money = bill(area, *costs, fees=True)
    found = plan(area, money)
    assert found.total["full"] == money.total["full"]
    assert round(sum(found.payments({1: ("2026-03-01", "2026-09-30")})["yuan"]) * 100) == found.lines["fen"].sum()
    assert (found.lines["fen"] >= 0).all()


def test_bad_budgets_are_all_named_and_the_rest_stands(tmp_path: Any) -> None:
    file = tmp_path / "b.csv"
    file.write_text("payer,year,yuan\ncity,2026,5\nnobody,2026,1\ncity,26,3\nprovince,2026,-1\n", encoding="utf-8")
    with pytest.raises(sr.InputError) as told:
        read_budgets(file)
    assert all(text in str(told.value) for text in ("row 3", "row 4", "row 5", "3 faults"))
    kept = read_budgets(file, keep_rest=True)
    assert kept.rows.values.tolist() == [["city", 2026, 5.0]] and len(kept.faults) == 3


def test_days_that_run_backwards_and_phases_without_days() -> None:
    area = town()
    found = plan(area, bill(area, ("city", "paths", "", 1.0)))
    with pytest.raises(sr.InputError, match="before it starts"):
        found.payments({1: ("2026-05-01", "2026-04-01")})
    with pytest.raises(sr.InputError, match="has no days"):
        found.payments({2: ("2026-05-01", "2026-06-01")})
