"""Comparing two options on a quarter small enough to do the arithmetic by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from conftest import make_area
from shapely.geometry import LineString, Point, box

import spatialreno as sr
from spatialreno.comparison.leaders import Figures

WALL_M, SHED_M2, STOREYS, STATION_M2 = 60.0, 100.0, 2, 150.0


def rows(*more_parties: str) -> dict[str, list[dict[str, Any]]]:
    """The quarter's rows by layer; more parties manage the west yard."""
    others = {f"Q{n}": name for n, name in enumerate(more_parties)}
    return _layers() | {
        "parties": [*_layers()["parties"], *({"id": i, "name": name} for i, name in others.items())],
        "rights": [*_layers()["rights"], *({"feature_id": "W", "party_id": i, "right": "management"} for i in others)],
    }


def _layers() -> dict[str, list[dict[str, Any]]]:
    """Two yards of 100 m × 60 m side by side, a wall between them, sheds in the west, a clinic in the east."""
    return {
        "compounds": [
            {"id": "W", "name": "西院", "renewal": "done", "geometry": box(0, 0, 100, 60)},
            {"id": "E", "name": "东院", "renewal": "planned", "geometry": box(100, 0, 200, 60)},
        ],
        "buildings": [
            {"id": "B1", "storeys": 6, "households": 40, "residents": 100, "geometry": box(20, 20, 60, 32)},
            {"id": "B2", "storeys": 6, "households": 10, "residents": 25, "geometry": box(140, 20, 180, 32)},
        ],
        "walls": [
            {"id": "W1", "geometry": LineString([(100, 0), (100, 60)])},
            {"id": "W2", "geometry": LineString([(0, 60), (200, 60)])},
            {"id": "W3", "removable": False, "geometry": LineString([(0, 0), (0, 60)])},
        ],
        "gates": [{"id": "G1", "walkers": "public", "width_m": 4.0, "geometry": Point(150, 60)}],
        "structures": [
            {"id": "S1", "legality": "illegal", "storeys": STOREYS, "geometry": box(70, 5, 90, 10)},
            {"id": "S2", "legality": "illegal", "position": "roof", "storeys": 1, "geometry": box(20, 20, 30, 25)},
            {"id": "S3", "legality": "historical", "storeys": 1, "geometry": box(70, 40, 80, 50)},
        ],
        "paths": [{"id": "L1", "kind": "street", "geometry": LineString([(-20, 66), (220, 66)])}],
        "facilities": [{"id": "F1", "kind": "health_station", "geometry": Point(190, 50)}],
        "parties": [{"id": "P1", "name": "毛纺厂"}, {"id": "P2", "name": "粮食局"}],
        "rights": [
            {"feature_id": "W", "party_id": "P1", "right": "land_use"},
            {"feature_id": "E", "party_id": "P2", "right": "land_use"},
        ],
    }


@pytest.fixture(scope="module")
def today() -> sr.StudyArea:
    return make_area("两院", **rows())


@pytest.fixture(scope="module")
def options(today: sr.StudyArea) -> sr.Comparison:
    x, y = today.compounds.geometry["W"].bounds[:2]
    clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    opened = clear | sr.Scenario("opened", "拆墙", [sr.demolish("walls", between=["W", "E"])])
    station = sr.build("facilities", "HX1", kind="convenience_store", geometry=box(x + 70, y + 4, x + 85, y + 14))
    full = opened | sr.Scenario("full", "集中连片", [station])
    return sr.compare(today, [clear, opened, full])


def told(options: sr.Comparison, indicator: str) -> list[float]:
    """One figure of all options: today, clear, opened, full."""
    return values(options).loc[indicator, ["today", "clear", "opened", "full"]].tolist()


def row(options: sr.Comparison, begins: str) -> list[Any]:
    """One row of the leaders' table: today, clear, opened, full."""
    table = options.leaders()
    found = table[table.index.str.startswith(begins)]
    assert len(found) == 1
    return found.iloc[0][["today", "clear", "opened", "full"]].tolist()


def price(area: sr.StudyArea, layer: str, verb: str, kind: str = "", quantity: str = "") -> float:
    costs = area.catalog.costs.query("layer == @layer and verb == @verb and kind == @kind and sets == ''")
    rows = costs[costs["quantity"] == quantity] if quantity else costs
    return float(rows["price"].iloc[0])


# ---- the leaders' table


def test_at_most_fourteen_rows_in_six_groups(options: sr.Comparison) -> None:
    table = options.leaders()
    assert len(table) == 14 and list(dict.fromkeys(table["group"])) == ["拆", "腾", "建", "人", "钱", "难"]
    assert list(table.columns) == ["group", "unit", "today", "clear", "opened", "full"]  # the author's order
    assert len(options.leaders(lang="en")) == 14
    assert options.leaders(codes=True).set_axis(table.index).equals(table)
    assert options.leaders(codes=True).loc["walls", "opened"] == table["opened"].iloc[0]
    before, _, opened, _ = told(options, "wall_length_m")
    assert options.change(codes=True).loc["wall_length_m", "opened"] == opened - before


def test_every_row_is_rounded_and_unknown_is_a_dash(options: sr.Comparison) -> None:
    """Sheds of 100 m2 of ground, 250 m2 of floor; the wall of 60 m frees its body; nobody ever voted or heats."""
    assert row(options, "拆除围墙") == [0, 0, 60, 60]
    assert row(options, "拆除认定违建") == [0, 250, 250, 250]
    freed = [round(v) for v in told(options, "freed_m2")]
    assert [cell.split(" / ")[0] for cell in row(options, "腾出空间")] == [str(v) for v in freed]
    assert row(options, "新增设施") == ["0 / 0 / 0", "0 / 0 / 0", "0 / 0 / 0", "1 / 150 / 0"]
    assert row(options, "新增供暖") == ["— / 0"] * 4
    assert row(options, "物业覆盖") == ["— / — / 80"] * 4  # 40 of 50 households live where renewal is done
    assert row(options, "受益")[:3] == ["0 / 0（0）", "0 / 0（0）", "0 / 100（40）"]
    assert row(options, "受损") == ["0 / 0"] * 4
    assert row(options, "单位（权利人）") == ["0 / 0 / 0", "0 / 0 / 0", "0 / 2 / 0", "0 / 2 / 0"]
    cost = told(options, "cost_yuan")
    first = row(options, "总投资")
    assert first[0] == "—" and first[3] == f"{cost[3] / 1e4:,.1f} / {cost[3] / 50:,.0f} / —"
    numbers = [str(cell) for cells in options.leaders().iloc[:, 2:].to_numpy() for cell in cells]
    assert max(len(part.partition(".")[2]) for cell in numbers for part in cell.split(" / ")) <= 1


def test_what_is_only_on_a_list_is_told_beside_the_sheds(today: sr.StudyArea) -> None:
    told = "（另有清单未落图 2 处，44 m²）"
    listed = {"listed_count:illegal": 2.0, "listed_m2:illegal": 44.0}
    norm = sr.evaluate(today).standard
    for options, key, own in ((["today", "clear"], "illegal_demolished_m2", f"0{told}"),
                              (["today"], "illegal_m2", f"0 / —{told}")):  # fmt: skip
        values = pd.DataFrame({option: {key: 0.0, **listed} for option in options})
        cells = list(Figures(values, today, norm, "zh").table()["today"])
        assert cells.count(own) == 1 and {*cells} - {own} == {"—"}


def test_today_alone_tells_what_stands_and_nothing_of_options(today: sr.StudyArea) -> None:
    """Every figure is what Python measures, rounded to what it bears; no line speaks of a plan."""
    alone = sr.compare(today, [])
    table, rows = alone.leaders(), alone.leader_rows()
    assert len(table) == 14 and list(dict.fromkeys(table["group"])) == ["现", "人"]
    told = {figure.title: figure.told[0].value for row in rows for figure in row.figures}
    now = alone.table().query("level in ('area', 'plan')").droplevel(["option", "level", "place"])["value"]
    assert told["小区（院落）"] == now["compounds"] == 2 and told["连片街区"] == now["blocks"] == 2
    assert told["围墙"] == round(now["wall_length_m"]) > 0 and told["建筑面积"] == now["illegal_m2"] == 250
    assert told["居民"] == 125 and told["户数"] == 50 and pd.isna(now["heated_share"])  # nobody said
    assert told["住户"] == round(100 * now["fire_households"], 1) and told["生活圈得分"] == round(now["score"], 1)
    assert not any(word in title for title in table.index for word in ("拆除", "新增", "受益", "投资", "表决"))
    assert len(alone.leaders(lang="en")) == 14


def test_what_a_figure_leaves_out_is_told_beside_it(today: sr.StudyArea) -> None:
    """Without a price, without a quantity, without a holder, without a known electorate; small money is not 0."""
    figures = {
        "cost_yuan": [float("nan"), 428.0, 68_900.0, 5e6], "unpriced": [0.0, 1.0, 3.0, 2.0],
        "unmeasured": [float("nan"), float("nan"), 3.0, 1.0], "parties_signed": [0.0, 0.0, 1.0, 1.0],
        "parties_asked": [0.0, 0.0, 3.0, 3.0], "ownerless": [float("nan"), 1.0, float("nan"), 2.0],
        "votes_passed": [0.0, 0.0, 0.0, 1.0], "votes_asked": [0.0, 0.0, 2.0, 7.0],
        "votes_uncounted": [float("nan"), float("nan"), 2.0, 4.0], "facilities_built": [0.0, 1.0, 2.0, 2.0],
        "households_missing": [0.0, 0.0, float("nan"), 15.0], "facilities_built_m2": [0.0, 9.0, float("nan"), 99.0],
    }  # fmt: skip
    norm = sr.evaluate(today).standard
    table = Figures(pd.DataFrame(figures, index=["today", "a", "b", "c"]).T, today, norm, "zh").table()

    def cells(begins: str) -> list[Any]:
        return table[table.index.str.startswith(begins)].iloc[0][["today", "a", "b", "c"]].tolist()

    assert cells("总投资") == ["—", "0.04 / — / —（另 1 项无单价）", "6.9 / — / —（另 3 项缺工程量）",
                            "500 / — / —（另 1 项无单价、1 项缺工程量）"]  # fmt: skip
    parties = ["0 / 0 / —（另 1 处权利人不详）", "1 / 3 / —", "1 / 3 / —（另 2 处权利人不详）"]
    assert cells("单位（权利人）")[1:] == parties
    votes = ["0 / 0；0", "0 / 0；0", "0 / 2；—（其中 2 项户数不详）", "1 / 7；15（其中 4 项户数不详）"]
    assert cells("业主共同表决") == votes
    assert cells("新增设施")[1:] == ["1 / 9 / —", "2 / — / —", "2 / 99 / —"]


def test_a_home_nobody_counted_leaves_the_share_of_a_household_open() -> None:
    """Of B2 nobody knows the households: the total stands, what comes to each does not, and the note names B2."""
    layers = rows()
    layers["buildings"] = [layers["buildings"][0], {**layers["buildings"][1], "households": None}]
    area = make_area("两院", **layers, parking=[
        {"id": "K1", "kind": "car", "places": 10, "geometry": box(5, 5, 15, 15)},
        {"id": "K2", "kind": "car", "geometry": box(165, 5, 175, 15)},
        {"id": "K3", "kind": "ebike", "places": 7, "geometry": box(185, 5, 190, 15)},
    ])  # fmt: skip
    wall = sr.Scenario("opened", "拆墙", [sr.demolish("walls", between=["W", "E"])])
    found = sr.compare(area, [wall])
    table = found.leaders()["opened"]
    assert table[table.index.str.startswith("总投资")].iloc[0].split(" / ")[1:] == ["—", "—"]
    assert table[table.index.str.startswith("机动车")].iloc[0] == "— / 7 / 0"  # of K2 nobody knows the places
    assert table[table.index.str.startswith("业主共同表决")].iloc[0] == "0 / 2；27（其中 1 项户数不详）"
    said = [text for option, text in found.notes() if option == "opened"]
    assert "1 栋住宅户数不详（B2），户均无法计算" in said and "1 项表决因户数不详无法计票：B2" in said
    assert pd.isna(found.evaluations["today"].value("parking_household"))


def test_fire_access_counts_homes_only(options: sr.Comparison, today: sr.StudyArea) -> None:
    """B1 of 40 households and B2 of 10, of whom those count that an engine serves."""
    verdicts = sr.fire_access(today).buildings["verdict"].eq("pass")
    homes = today.buildings["households"]
    assert told(options, "fire_homes")[0] == verdicts.mean()
    assert told(options, "fire_households")[0] == pytest.approx(homes[verdicts].sum() / 50)


@pytest.mark.long
def test_without_facilities_nobody_is_said_to_gain() -> None:
    bare = rows() | {"facilities": [], "paths": [{**rows()["paths"][0], "kind": "lane"}]}
    area = make_area("bare", **{k: v for k, v in bare.items() if v})
    found = sr.compare(area, [sr.Scenario("o", "拆墙", [sr.demolish("walls", ids=["W1"])])])
    table = found.leaders()
    assert table[table.index.str.startswith("受益")]["o"].tolist() == ["—"]
    assert table[table.index.str.startswith("消防")]["today"].tolist() == ["—"]  # no street to drive from
    assert "—" in repr(found) and "nan" not in repr(found)
    unread = found.evaluations["today"].value("score_unread")
    assert f"({unread:.0%} of its weight on norms unread in print)" in repr(found)
    assert "kind = street" in repr(sr.fire_access(area))


def test_a_widened_lane_before_and_after(today: sr.StudyArea) -> None:
    """The street of 6 m, walls 6 m and 3 m off, is declared 10 m: 2 m on each side of 240 m become street."""
    layers = rows()
    layers["paths"] = [{**layers["paths"][0], "width_m": 6.0, "name": "北巷"}]
    layers["walls"] = [*layers["walls"], {"id": "W9", "geometry": LineString([(-20, 69), (220, 69)])}]
    area = make_area("lane", **layers)
    wide = sr.Scenario("wide", "拓宽", [sr.alter("paths", ids=["L1"], set={"width_m": 10.0})])
    away = wide | sr.Scenario("away", "拓宽拆墙", [sr.demolish("walls", ids=["W9"])])
    found = sr.compare(area, [wide, away])
    table = found.leaders()
    before = sr.land.lane_widths(area)["clear_width_m"]["L1"]
    after = sr.land.lane_widths(found.areas["away"])["clear_width_m"]["L1"]
    cells = table[table.index.str.startswith("拓宽街巷")].iloc[0]
    assert cells[["today", "wide"]].tolist() == [f"北巷 {before:.1f}"] * 2
    assert after > before and cells["away"] == f"北巷 {before:.1f} → {after:.1f}"
    land = table[table.index.str.startswith("腾出空间")].iloc[0]
    assert land["today"].endswith(" / 0") and land["wide"].endswith(f" / {240 * (10 - 6):,.0f}")


def test_leaders_wall_and_illegal_area(options: sr.Comparison) -> None:
    assert told(options, "wall_demolished_m") == [0, 0, WALL_M, WALL_M]
    illegal = SHED_M2 * STOREYS + 50
    assert told(options, "illegal_demolished_m2") == [0, *[pytest.approx(illegal)] * 3]


def test_leaders_land_freed(options: sr.Comparison) -> None:
    """The shed on the ground frees what it stood on; the one on the roof frees nothing; a wall frees its body."""
    freed = told(options, "freed_m2")
    assert freed[:2] == [0, pytest.approx(SHED_M2)]
    body = WALL_M * options.today.walls["thickness_m"]["W1"]
    assert freed[2] == pytest.approx(SHED_M2 + body, abs=0.5)
    assert freed[3] == freed[2]  # what is then built does not make it less freed


def test_leaders_blocks(options: sr.Comparison) -> None:
    assert told(options, "blocks") == [2, 2, 1, 1]
    assert told(options, "largest_block_m2") == pytest.approx([6000, 6000, 12000, 12000])


def test_leaders_what_is_built(options: sr.Comparison) -> None:
    assert told(options, "facilities_built") == [0, 0, 0, 1]
    assert told(options, "facilities_built_m2") == pytest.approx([0, 0, 0, STATION_M2])


def test_leaders_cost(options: sr.Comparison) -> None:
    """Works, ground made good, then design, supervision, reserve on top; the shop stands on some of the ground."""
    area, top = options.today, 1.06 * 1.06
    ground = price(area, "structures", "demolish", quantity="open_m2")
    sheds = (SHED_M2 * STOREYS + 50) * price(area, "structures", "demolish")
    wall = WALL_M * (price(area, "walls", "demolish") + ground)  # a strip 1 m wide
    shop = STATION_M2 * price(area, "facilities", "build")
    covered = 15 * 5 - 1e-9  # of the shed's 20 m × 5 m, the shop's 15 m
    bare = [sheds + SHED_M2 * ground, sheds + SHED_M2 * ground + wall]
    totals = [*bare, bare[1] - covered * ground + shop]
    assert told(options, "cost_yuan")[1:] == pytest.approx([top * total for total in totals], abs=0.05)
    assert pd.isna(told(options, "cost_yuan")[0])  # today invests nothing
    assert told(options, "cost_household_yuan")[3] == pytest.approx(top * totals[2] / 50, abs=0.01)


def test_leaders_people_who_gain(options: sr.Comparison) -> None:
    """B1 reaches the clinic through the wall; B2 had it before."""
    gains = options.gained["opened"]["gain"]
    assert gains["B1"] > 0
    assert gains["B2"] == pytest.approx(0)
    assert told(options, "residents_gain")[:3] == [0, 0, 100]
    assert told(options, "households_gain")[:3] == [0, 0, 40]


def test_leaders_parties(options: sr.Comparison) -> None:
    assert told(options, "parties_asked") == [0, 0, 2, 2]  # an illegal shed is enforced: nobody is asked
    assert told(options, "votes_asked")[:2] == [0, 0]
    assert told(options, "parties_signed") == [0, 0, 0, 0]
    assert told(options, "parties_missing") == [0, 0, 2, 2]
    assert told(options, "households_missing") == [
        *(0, 0),
        *(options.consents[k].households_to_win for k in ("opened", "full")),
    ]
    assert told(options, "households_missing")[3] == told(options, "households_missing")[2]  # the same homes


def test_gains_say_their_threshold(options: sr.Comparison) -> None:
    """B1 (100 people) walks round the wall today: the clinic comes within its radius once it is open."""
    rows = options.table().xs("plan", level="level").droplevel("place")["value"].unstack("option")[list(options.titles)]
    assert rows.loc["kind_gain"].tolist()[:3] == [0, 0, 100]
    assert rows.loc["near_gain"].tolist()[:3] == [0, 0, 100]
    assert rows.loc[["residents_lose", "kind_lose", "far_lose", "basket_lose:four"]].max().max() == 0
    titles = options.change().index
    assert "得分提升 0.5 分及以上的居民" in titles and "到至少一类设施步行缩短 50 米及以上的居民" in titles
    assert "新纳入成套服务半径的居民：医养托体四类" in titles


# ---- change and table


def test_change_is_option_less_base(options: sr.Comparison) -> None:
    for base in ("today", "opened"):
        change, wide = options.change(base), values(options)
        nothing = wide.index.str.contains("yuan") & wide["today"].isna()
        wide["today"] = wide["today"].mask(nothing, 0.0)  # today invests nothing
        for option in set(wide.columns) - {base}:
            expected = wide[option] - wide[base]
            assert change[option].to_numpy(float) == pytest.approx(expected.to_numpy(), nan_ok=True)
        assert change[base].fillna(0.0).to_numpy(float) == pytest.approx(wide[base].fillna(0.0).to_numpy())


def test_change_of_an_unknown_base(options: sr.Comparison) -> None:
    with pytest.raises(sr.InputError, match=r"nowhere.*today, clear, opened, full"):
        options.change("nowhere")


def values(options: sr.Comparison) -> pd.DataFrame:
    table = options.table().reset_index()
    whole = table[table["level"].isin(["area", "plan"])]
    wide = whole.pivot(index="indicator", columns="option", values="value")
    return wide.reindex(dict.fromkeys(whole["indicator"]))[list(options.areas)]


def test_table_is_tidy(options: sr.Comparison) -> None:
    table = options.table()
    assert list(table.index.names) == ["option", "level", "place", "indicator"]
    assert table.index.is_unique
    assert set(table.index.get_level_values("level")) == {"area", "block", "compound", "building", "plan"}
    stems = {str(i).partition(":")[0] for i in table.index.get_level_values("indicator")}
    assert stems <= {i.partition(":")[0] for i in options.today.catalog.indicators.index}


def test_costs_are_marked_as_estimates(options: sr.Comparison) -> None:
    marks = options.table()["mark"]
    assert (marks.xs("cost_yuan", level="indicator") == "estimated").all()


def test_today_is_compared_with_nothing(today: sr.StudyArea) -> None:
    alone = sr.compare(today, [])
    assert list(alone.areas) == ["today"]
    assert alone.leaders()["today"].notna().any()


def test_two_options_of_one_name(today: sr.StudyArea) -> None:
    act = sr.demolish("walls", ids=["W1"])
    for names in (("a", "a"), ("today",)):
        with pytest.raises(sr.ScenarioError, match=names[0]):
            sr.compare(today, [sr.Scenario(name, "", [act]) for name in names])


def test_a_wall_that_must_stay_is_told(today: sr.StudyArea) -> None:
    options = sr.compare(today, [sr.Scenario("all", "", [sr.demolish("walls", where={"kind": "wall"})])])
    assert "W3" in options.areas["all"].walls.index
    assert any(option == "all" and "1" in note for option, note in options.notes())


# ---- rank


def test_rank_by_one_indicator_follows_it(options: sr.Comparison) -> None:
    ranked = options.rank({"freed_m2": 1})
    assert ranked.loc["today", "score"] == 0
    assert ranked.loc["opened", "score"] == 1
    assert ranked["rank"].to_dict() == {"opened": 1, "full": 1, "clear": 3, "today": 4}
    assert ranked.loc["clear", "score"] == pytest.approx(ranked.loc["clear", "freed_m2"] / ranked["freed_m2"].max())


def test_rank_knows_that_cost_is_bad(options: sr.Comparison) -> None:
    ranked = options.rank({"cost_yuan": 2.0})
    assert ranked.index[0] == "today"
    assert ranked.index[-1] == "full"


def test_rank_is_the_weighted_mean(options: sr.Comparison) -> None:
    one, two = (options.rank({k: 1})["score"] for k in ("freed_m2", "cost_yuan"))
    both = options.rank({"freed_m2": 3, "cost_yuan": 1})
    expected = (3 * one + two.reindex(one.index)) / 4
    assert both["score"].to_dict() == pytest.approx(expected.to_dict())
    assert {"freed_m2", "cost_yuan"} <= set(both.columns)  # the unweighted values stand beside


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({}, "no default weights"),
        ({"freed_m2": -1.0}, "0 or more"),
        ({"freed_m2": 0.0}, "above 0"),
        ({"freed_m2": float("nan")}, "0 or more"),
        ({"happiness": 1.0}, "happiness.*Choose from.*freed_m2"),
        ({"residents": 1.0}, "residents cannot be ranked"),
    ],
)
def test_rank_refuses(options: sr.Comparison, weights: dict[str, float], said: str) -> None:
    with pytest.raises(sr.RenoError, match=f"(?s){said}"):
        options.rank(weights)


def test_rank_needs_its_weights(options: sr.Comparison) -> None:
    with pytest.raises(TypeError):
        options.rank()  # type: ignore[call-arg]


def test_rank_of_what_is_not_known(options: sr.Comparison) -> None:
    with pytest.raises(sr.InputError, match="parking_household is missing"):
        options.rank({"parking_household": 1.0})


def test_a_sheet_prints_whole(options: sr.Comparison) -> None:
    """No row or column is hidden behind dots, however narrow the window."""
    sheet = options.change()
    printed = repr(sheet)
    assert len(printed.splitlines()) == len(sheet) + 2
    assert all(option in printed.splitlines()[0] for option in options.areas)
    assert "..." not in printed
    assert type(sheet.head(3)) is pd.DataFrame


@pytest.mark.long
def test_a_sweep_tells_what_comparing_tells(options: sr.Comparison, today: sr.StudyArea) -> None:
    """Law: every measure of every plan is the one of `compare`, which works everything out."""
    wide = values(options)
    plain = [name for name in sr.comparison.plan_measures() if name in wide.index]
    asked = [*plain, "freed_m2:wall", "basket_gain", "cost_yuan:fees", "score", "covered", "wall_length_m", "blocks"]
    found = sr.sweep(today, list(options.scenarios), asked)
    assert (found["fault"] == "").all() and len(plain) > 25
    assert list(found.index) == ["today", "clear", "opened", "full"]
    told_here = found.drop(columns="fault").T
    pd.testing.assert_frame_equal(
        told_here, wide.loc[told_here.index, told_here.columns], check_names=False, check_exact=False, rtol=1e-12
    )
