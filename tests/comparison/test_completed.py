"""A new survey against the plan, by arithmetic; the upkeep fund, management by month, the story of collection."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import make_area
from shapely.geometry import LineString, box

import spatialreno as sr
from spatialreno.catalog import read_catalog
from spatialreno.community import collection_story, read_management, upkeep_fund
from spatialreno.comparison import completed

PLAN = sr.Scenario("plan", "拆", [
    sr.demolish("walls", ids=["W1"]),
    sr.demolish("structures", where={"legality": "illegal"}),
    sr.alter("paths", ids=["L1"], set={"width_m": 7.0}),
])  # fmt: skip


def yard(**changed: Any) -> sr.StudyArea:
    """60 m of wall, two sheds of 10 m × 10 m, a lane of 2 m; 40 households in 2 400 m²; other rows as given."""
    layers: dict[str, Any] = {
        "compounds": [{"id": "C1", "name": "院", "geometry": box(0, 0, 100, 60)}],
        "buildings": [{"id": "B1", "households": 40, "storeys": 6, "geometry": box(5, 5, 25, 25)}],
        "walls": [{"id": "W1", "geometry": LineString([(0, 0), (60, 0)])},
                  {"id": "W2", "geometry": LineString([(0, 60), (60, 60)])}],
        "structures": [{"id": "S1", "legality": "illegal", "geometry": box(30, 20, 40, 30)},
                       {"id": "S2", "legality": "illegal", "geometry": box(50, 20, 60, 30)}],
        "paths": [{"id": "L1", "kind": "lane", "width_m": 2.0, "geometry": LineString([(0, -5), (100, -5)])}],
    }  # fmt: skip
    return make_area("院", **{**layers, **changed})


@pytest.fixture(scope="module")
def found() -> Any:
    """20 m of the wall still stand under another id, a shed of 6 m × 10 m is back, the lane is 4.5 m wide."""
    survey = yard(
        walls=[{"id": "X1", "geometry": LineString([(0, 0.2), (20, 0.2)])},
               {"id": "X2", "geometry": LineString([(0, 60), (60, 60)])},
               {"id": "X3", "geometry": LineString([(80, 0), (80, 30)])}],
        structures=[{"id": "Y1", "legality": "undecided", "geometry": box(30, 20, 36, 30)},
                    {"id": "Y2", "legality": "illegal", "geometry": box(70, 40, 75, 45)}],
        paths=[{"id": "Z1", "kind": "lane", "width_m": 4.5, "geometry": LineString([(0, -5), (100, -5)])}],
    )  # fmt: skip
    return completed(yard(), PLAN, survey)


def test_quantities_and_states(found: Any) -> None:
    acts = found.acts.set_index("id")
    assert acts.loc["W1", ["planned", "built", "state"]].tolist() == [60.0, 40.0, "partly"]
    assert acts.loc["S1", ["planned", "built", "state"]].tolist() == [100.0, 40.0, "partly"]
    assert acts.loc["S2", ["built", "state"]].tolist() == [100.0, "done"]
    assert acts.loc["L1", "share"] == 0.5  # 2.5 of 5 m
    table = found.table.set_index("layer")
    assert table.loc["structures", ["acts", "not_done", "planned", "built", "difference"]].tolist() == [
        2, 1, 200.0, 140.0, -60.0]  # fmt: skip


def test_what_came_back_and_what_is_new(found: Any) -> None:
    assert found.returned.values.tolist() == [["Y1", "came_back", "undecided", 60.0, "S1"],
                                              ["Y2", "new", "illegal", 25.0, ""]]  # fmt: skip
    assert found.unplanned.values.tolist() == [["X3", 30.0]]
    assert "1 structures came back" in repr(found)


def test_money_by_share(found: Any) -> None:
    acts = found.acts
    wall = acts[acts["id"] == "W1"].iloc[0]
    assert wall["built_yuan"] == pytest.approx(wall["planned_yuan"] * 2 / 3, abs=2)
    money = found.money({"city": 100_000.0}).set_index("payer").loc["city"]
    assert money["over_yuan"] == pytest.approx(100_000 - acts["built_yuan"].sum(), abs=0.01)
    with pytest.raises(sr.InputError, match="nobody"):
        found.money({"nobody": 1.0})


def test_a_plan_carried_out_differs_in_nothing() -> None:
    today = yard()
    same = completed(today, PLAN, PLAN.apply(today))
    assert (same.acts["state"] == "done").all() and same.returned.empty and same.unplanned.empty
    none = completed(today, PLAN, today)
    assert none.returned["found"].tolist() == ["still_there"] * 2
    assert (none.acts["state"] == "not_built").all() and none.table["built_yuan"].sum() == 0


def test_the_upkeep_fund_by_hand() -> None:
    """2 400 m² at 10 yuan; in year 10 the roof of 400 m² (120 yuan), in 8 the lane of 100 m (450 yuan)."""
    table = upkeep_fund(yard(), first=2027, years=10, yuan_m2_year=10.0, opening_yuan=1000).table.set_index("year")
    assert table.loc[2034, ["in_yuan", "out_yuan"]].tolist() == [24_000.0, 45_000.0]
    assert table.loc[2036, ["out_yuan", "balance_yuan"]].tolist() == [48_000.0, 148_000.0]
    assert upkeep_fund(yard(), first=2027, years=8, yuan_m2_year=1.0).dry == 2034


def test_the_story_of_collection_is_a_range() -> None:
    catalog = read_catalog()
    story = collection_story(catalog, households=936, gates=2, rate=0.3, years=6, occupied=0.8)
    table = story.table
    assert (table["income_yuan"].round(6) == table["cost_yuan"].round(6)).all()  # the fee carries the cost
    mid = table[table["case"] == "mid"].set_index("year")
    assert mid.loc[1, "rate"] == pytest.approx(0.3 + 0.5 * 0.45) and mid.loc[1, "households"] == pytest.approx(767.52)
    assert mid["rate"].is_monotonic_increasing and mid["fee_yuan"].is_monotonic_decreasing
    low, high = story.range(6, "rate")
    assert low < high <= 0.9 and len(story.assumptions) == 3
    with pytest.raises(sr.InputError):
        collection_story(catalog, households=0, gates=2, rate=0.3)


def test_management_by_month(tmp_path: Any) -> None:
    file = tmp_path / "m.csv"
    head = "小区,月份,management,物业费,收缴率,党支部\n"
    file.write_text(head + "C1,2026-03,none,20,0.3,no\nC1,2026.05,company,15,0.8,是\n", encoding="utf-8")
    table = read_management(file, yard()).coverage().set_index("month")
    assert table.loc["2026-03", ["managed", "branches", "income_yuan"]].tolist() == [0, 0, 240.0]
    assert table.loc["2026-05", ["managed_share", "branches_share", "rate", "income_yuan"]].tolist() == [1, 1, 0.8, 480]
    file.write_text(head + "C9,2026-03,,,,\nC1,三月,,,,\nC1,2026-04,,,1.2,\nC1,2026-05,company,1,1,yes\n", "utf-8")
    with pytest.raises(sr.InputError) as told:
        read_management(file, yard())
    assert all(text in str(told.value) for text in ("row 2", "row 3", "row 4", "3 faults"))
    assert len(read_management(file, yard(), keep_rest=True).rows) == 1


def test_what_is_not_told_again_of_management_stays(tmp_path: Any) -> None:
    file = tmp_path / "m.csv"
    head = "小区,月份,management,物业费,收缴率,党支部\n"
    file.write_text(head + "C1,2026-03,company,20,0.3,有\nC1,2026-05,,15,0.8,\n", encoding="utf-8")
    table = read_management(file, yard()).coverage().set_index("month")
    assert table.loc["2026-05", ["managed", "branches", "income_yuan"]].tolist() == [1, 1, 480.0]
    file.write_text(head + "C1,2026-03,company,二十,0.3,也许\n", encoding="utf-8")
    with pytest.raises(sr.InputError) as told:
        read_management(file, yard())
    assert {fault.rule for fault in told.value.faults} == {"fee", "party_branch"}
    file.write_text("小区编号," + head + "C1,C1,2026-03,company,20,0.3,\n", encoding="utf-8")
    with pytest.raises(sr.InputError, match="two names: compound_id"):
        read_management(file, yard())


def test_other_coordinates_are_refused() -> None:
    from spatialreno.area import assemble

    today = yard()
    layers = {name: today.layer(name)[["geometry"]].assign(name="x").reset_index().to_crs("EPSG:4547")
              for name in ("compounds", "buildings")}  # fmt: skip
    with pytest.raises(sr.InputError, match="same system"):
        completed(today, PLAN, assemble(layers, name="x", crs="EPSG:4547"))
