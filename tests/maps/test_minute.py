"""One sentence an option, by rule: what it gives, costs and lacks, and which option is nowhere worse than it."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest
from maps.hostile import ALL, hostile
from maps.test_door import Reader

from spatialreno.comparison import LeaderFigure, LeaderRow, Told
from spatialreno.maps.content.leader_parts import leader_rows
from spatialreno.maps.first_minute.bars import metres_bars, vote_bars
from spatialreno.maps.first_minute.location import location
from spatialreno.maps.first_minute.minute import dominates, minutes, sentence, tab_lines
from spatialreno.maps.first_minute.money import money_bars

GIVEN = {
    "today": {"score": 40.0, "cost_yuan": 0.0, "kind_gain": 0, "kind_lose": 0, "homes_newly_heated": 0,
              "basket_gain:four": 0, "basket_lose:four": 0, "basket_gain:all": 0,
              "parties_asked": 0, "parties_signed": 0, "households_missing": 0, "blocks": 9},
    "dear": {"score": 52.5, "cost_yuan": 9e6, "kind_gain": 90, "kind_lose": 2, "homes_newly_heated": 806,
             "basket_gain:four": 40, "basket_lose:four": 1, "basket_gain:all": 7,
             "parties_asked": 5, "parties_signed": 2, "households_missing": 31, "blocks": 4},
    "fair": {"score": 52.5, "cost_yuan": 8e6, "kind_gain": 95, "kind_lose": 2, "homes_newly_heated": 806,
             "basket_gain:four": 45, "basket_lose:four": 0, "basket_gain:all": 7,
             "parties_asked": 5, "parties_signed": 2, "households_missing": 31, "blocks": 4},
}  # fmt: skip


def given(values=GIVEN, title=str):
    rows = [(o, "plan", "a", name, v) for o, own in values.items() for name, v in own.items()]
    table = pd.DataFrame(rows, columns=["option", "level", "place", "indicator", "value"])
    table = table.set_index(["option", "level", "place", "indicator"])
    titles = {"dear": title("贵的"), "fair": title("省的")}
    return SimpleNamespace(areas=dict.fromkeys(values), titles=titles, table=lambda: table)


def test_the_sentence_says_gives_costs_lacks_and_what_is_better():
    told = minutes(given(), "zh")
    assert sentence("fair", told, "zh") == (
        "省的：新增供暖 806 户，新纳入成套服务半径 45 人，新进入至少一类设施服务半径 95 人，"
        "生活圈得分变化 +12.5 分；总投资 800 万元，"
        "移出至少一类设施服务半径 2 人；还差 3 家单位签字，"
        "表决至少还要争取 31 户。"
    )
    assert sentence("dear", told, "zh").endswith(
        "每一项都不优于省的（省的 / 贵的：新纳入成套服务半径 45 / 40 人，"
        "新进入至少一类设施服务半径 95 / 90 人，总投资 800 / 900 万元，"
        "移出成套服务半径 0 / 1 人）。"
    )
    assert tab_lines("dear", told, "zh") == ["900 万元", "+40 −1 人", "4 片", "差 31 户"]
    assert [line.strip() for line in tab_lines("today", told, "zh")] == ["", "", "9 片", ""]


def test_today_says_where_it_stands():
    assert sentence("today", minutes(given(), "zh"), "zh") == "现状：生活圈得分 40 分，9 片。"


def test_what_is_unknown_allows_no_word():
    unknown = {**GIVEN, "dear": {**GIVEN["dear"], "kind_gain": float("nan")}}
    told = minutes(given(unknown), "zh")
    assert told["dear"].dominated_by == () and "进出服务半径的人数不详，生活圈得分" in sentence("dear", told, "zh")
    assert hostile("贵的") in sentence("dear", minutes(given(title=hostile), "zh"), "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_area_without_facilities_says_unknown_once_each_and_no_dash(lang):
    nobody = dict.fromkeys(("score", "kind_gain", "kind_lose", "basket_gain:four", "basket_lose:four"), float("nan"))
    told = minutes(given({option: {**own, **nobody} for option, own in GIVEN.items()}), lang)
    lines = [line for key in GIVEN for line in (sentence(key, told, lang), *tab_lines(key, told, lang))]
    assert not any("—" in line for line in lines)
    assert sum("不详" in line or "unknown" in line for line in lines) == 5  # a sentence each, a line below two tabs


@pytest.mark.parametrize("name", ["dear", "fair"])
def test_nothing_dominates_itself(name):
    assert not dominates(GIVEN[name], GIVEN[name])


def test_bars_count_people_and_votes():
    homes = pd.DataFrame({"residents": [90, 30, 20], "nearer_m": [60.0, 0.0, 10.0], "farther_m": [0.0, 250.0, 0.0]})
    read = Reader(metres_bars(SimpleNamespace(gained={"a": homes}), "a", "zh"))
    for said in ("近 50–100 m", "远 ≥ 200 m", "90", "30", "20"):
        assert said in read.words
    assert metres_bars(SimpleNamespace(gained={}), "a", "zh") == ""
    tally = SimpleNamespace(
        heads=100, agreed_heads=60, against=10, voted_heads=75, to_win=("x",) * 7, passed=False, uncounted=()
    )
    area = SimpleNamespace(
        compounds=pd.DataFrame({"name": [hostile("一号院")]}, index=["C1"]),
        catalog=SimpleNamespace(rows=lambda _: [{"matter": "open", "title_zh": "打开"}]),
    )
    options = SimpleNamespace(consents={"a": SimpleNamespace(counts={"open:C1": tally})}, today=area)
    drawn = vote_bars(options, "a", "zh")
    assert 'width="60.0"' in drawn and 'width="10.0"' in drawn and "60 / 10 / 25" in drawn and "差 7 票" in drawn
    assert "script" not in Reader(drawn).tags and ALL[:8] in Reader(drawn).words


def figure(title, unit, *told, changes=False):
    values = [Told(value, text, *beside) for value, text, *beside in told]
    return LeaderFigure(title, unit, tuple(values), changes)


def parts_of(row, lang="zh"):
    options = SimpleNamespace(areas=dict.fromkeys(("today", "full")), leader_rows=lambda lang: [row])
    return leader_rows(options, lang)[0].parts


def test_each_figure_of_a_row_has_a_line_of_its_own():
    """Its own title, unit and cells; what is told beside stands with its figure, and the stem goes before all."""
    nothing = (math.nan, "—")
    votes = LeaderRow("难", "共同表决：已通过 / 须表决", "项", "共同表决：", (
        figure("已通过", "项", (0, "0"), (7, "7")),
        figure("须表决", "项", (0, "0"), (27, "27", "（其中 2 项户数不详）")),
    ), "{} / {}")  # fmt: skip
    assert [(p.whole_title, p.unit, p.cells) for p in parts_of(votes)] == [
        ("共同表决：已通过", "项", ("0", "7")), ("共同表决：须表决", "项", ("0", "27（其中 2 项户数不详）")),
    ]  # fmt: skip
    gain = LeaderRow("人", "新进入（户）", "人（户）", "", (
        figure("新进入", "人", (0, "0"), (2523, "2,523")), figure("户", "户", (0, "0"), (1008, "1,008")),
    ), "{}（{}）")  # fmt: skip
    shown = parts_of(gain)
    assert [(p.title, p.cells[1]) for p in shown] == [("新进入", "2\u202f523"), ("涉及住户", "1\u202f008")]
    assert shown[0].shares() == [0.0, 1.0] and gain.cell(1) == "2,523（1,008）"
    lanes = LeaderRow("建", "净宽", "m", "净宽 ", (
        figure("工农 巷；3", "m", (2, "2.0"), (8.5, "2.0 → 8.5"), changes=True),
        figure("7", "m", nothing, nothing),
    ), "{}；{}", named=True, more="；另 2 条")  # fmt: skip
    shown = parts_of(lanes)
    assert [(p.whole_title, p.cells) for p in shown] == [
        ("净宽 工农 巷；3", ("2.0", "2.0 → 8.5")), ("净宽 7；另 2 条", ("—", "—"))
    ]  # fmt: skip
    assert shown[0].shares() == [None, None] and lanes.cell(1) == "工农 巷；3 2.0 → 8.5；7 —；另 2 条"
    cost = LeaderRow("钱", "总投资 / 户均", "万元 / 元", "", (
        figure("总投资", "万元", nothing, (13.4, "13.4", "（另 1 项无单价）")), figure("户均", "元", nothing, nothing),
    ), "{} / {}")  # fmt: skip
    assert [p.cells[1] for p in parts_of(cost)] == ["13.4（另 1 项无单价）", "—"]
    assert (cost.cell(0), cost.cell(1)) == ("—", "13.4 / —（另 1 项无单价）")
    none = parts_of(LeaderRow("建", "净宽", "m", "净宽 ", (), "", named=True))
    assert [(p.whole_title, p.cells) for p in none] == [("净宽", ("—", "—"))]


def test_money_is_told_by_payer_and_stage(options):
    """27 200 yuan of the city: shed and wall 11 200 in stage 1, garden 16 000 in stage 2."""
    read = Reader(money_bars(options, "opened", "zh"))
    for said in ("市、区财政", "第 1 期 拆违、拆墙", "1.1", "1.6", "2.7", "合计"):
        assert said in read.words
    assert money_bars(options, "today", "zh") == ""


def test_the_location_is_drawn_of_the_survey(options):
    read = Reader(location(options.today, "zh"))
    assert read.tags.count("path") == 2 and "°E" in read.words and "°N" in read.words
