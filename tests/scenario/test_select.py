"""Which rows each selector means, and what is refused because it could never mean any."""

import pytest

from spatialreno import Scenario, ScenarioError, alter, demolish


def gone(area, layer, **chosen):
    after = Scenario("s", interventions=[demolish(layer, **chosen)]).apply(area)
    return sorted(set(area.layer(layer).index) - set(after.layer(layer).index))


@pytest.mark.spread(6)
@pytest.mark.parametrize(
    ("layer", "chosen", "expected"),
    [
        ("walls", {"ids": ["W1"]}, ["W1"]),
        ("walls", {"ids": "W1"}, ["W1"]),
        ("walls", {"ids": []}, []),
        ("structures", {"where": {"legality": "illegal"}}, ["S1", "S2"]),
        ("structures", {"where": {"kind": ["shed", "shop"]}}, ["S1"]),
        ("structures", {"where": {"height_m": {"max": 2.0}}}, ["S1"]),
        ("structures", {"where": {"height_m": {"min": 2.0, "max": 3.0}}}, ["S1", "S2"]),
        ("structures", {"where": {"storeys": 2}}, ["S2"]),
        ("structures", {"where": {"removable": True}}, ["S1", "S2"]),
        ("structures", {"where": {"legality": "illegal", "height_m": {"min": 2.5}}}, ["S2"]),
        ("walls", {"where": {"compound_b": "C2"}}, ["W1", "W2"]),
        ("walls", {"between": ["C1", "C2"]}, ["W1", "W2"]),
        ("walls", {"between": ["C1"]}, []),
        ("structures", {"within": "C1"}, ["S1"]),
        ("structures", {"within": "C2", "where": {"legality": "illegal"}}, ["S2"]),
        ("structures", {"party": "P3"}, ["S2"]),
        ("walls", {"party": "P3", "between": ["C1", "C2"]}, ["W1"]),
    ],
)
def test_selectors_choose(yards, layer, chosen, expected):
    assert gone(yards, layer, **chosen) == expected


@pytest.mark.parametrize(
    ("layer", "chosen", "told"),
    [
        ("walls", {}, "nothing is chosen"),
        ("walls", {"ids": ["W1", "W9"]}, "no such id (W9)"),
        ("walls", {"ids": [7]}, "no such id (7)"),
        ("walls", {"between": ["C1", "C9"]}, "no such id (C9)"),
        ("structures", {"between": ["C1", "C2"]}, "between chooses walls only"),
        ("structures", {"within": "C9"}, "within = 'C9'"),
        ("parties", {"within": "C1"}, "is a table"),
        ("structures", {"party": "P9"}, "no such id (P9)"),
        ("structures", {"where": {"colour": "red"}}, "no such column (colour)"),
        ("structures", {"where": {"legality": "ilegal"}}, "no such word (ilegal). Words: illegal"),
        ("facilities", {"where": {"kind": "bookstor"}}, "no such word (bookstor)"),
        ("structures", {"where": {"height_m": "2"}}, "holds float, not '2'"),
        ("structures", {"where": {"removable": "true"}}, "holds bool, not 'true'"),
        ("structures", {"where": {"legality": {"min": 1}}}, "min and max need numbers"),
        ("towers", {"ids": ["T1"]}, "no such layer"),
        ("rights", {"ids": ["P1"]}, "have no ids"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(yards, layer, chosen, told):
    with pytest.raises(ScenarioError) as refused:
        gone(yards, layer, **chosen)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "where",
    [{"height_m": {}}, {"height_m": {"mim": 1}}, {"height_m": {"min": "1"}}, {"height_m": {"min": 2, "max": 1}}],
)
def test_ranges_are_two_numbers_in_order(where):
    with pytest.raises(ScenarioError, match="height_m"):
        demolish("structures", where=where)


def test_between_is_a_list_and_not_letters():
    with pytest.raises(ScenarioError, match="give a list of compounds"):
        demolish("walls", between="C1")


def test_pieces_answer_to_the_name_of_their_wall(example):
    piece = next(i for i in example.walls.index if i.endswith("/1"))
    stem = piece.removesuffix("/1")
    assert gone(example, "walls", ids=[stem]) == sorted(i for i in example.walls.index if i.rsplit("/", 1)[0] == stem)
    assert gone(example, "walls", ids=[piece]) == [piece]


def test_alter_says_which_words_choose():
    with pytest.raises(ScenarioError, match="wher chooses nothing"):
        alter("paths", wher={"kind": "lane"}, set={"width_m": 7.0})


def test_alter_takes_columns_by_name_as_build_does():
    by_name = alter("paths", where={"kind": "lane"}, width_m=7.0, public=False)
    assert by_name == alter("paths", where={"kind": "lane"}, set={"width_m": 7.0, "public": False})
    assert alter("paths", ids=["L1"], set={"public": True}, width_m=7.0).values == (("public", True), ("width_m", 7.0))
    with pytest.raises(ScenarioError, match="width_m is given twice"):
        alter("paths", ids=["L1"], set={"width_m": 7.0}, width_m=8.0)
    with pytest.raises(ScenarioError, match="nothing is set"):
        alter("paths", ids=["L1"])
    with pytest.raises(ScenarioError, match="id chooses nothing"):
        alter("paths", id="L1", width_m=7.0)


def test_what_chooses_nothing_is_told_and_refused_where_asked(yards):
    """One compound has no wall with itself, nothing is 9 m high; an empty list that is meant says expect = 0."""
    acts = [
        demolish("walls", between=["C1"]),
        alter("structures", where={"height_m": {"min": 9}}, set={"legality": "illegal"}),
        demolish("structures", where={"legality": "historical"}, expect=0),
        demolish("walls", ids=["W1"]),
    ]
    plan = Scenario("s", interventions=acts)
    told = plan.unmatched(yards, lang="en")
    assert [line.split(" (")[0] for line in told] == ["alter structures", "demolish walls"]
    assert all("expect = 0" in line and "chooses nothing" in line for line in told)
    assert "未选中任何对象" in plan.unmatched(yards)[0]
    with pytest.raises(ScenarioError, match=r"alter structures.*\n.*demolish walls"):
        plan.unmatched(yards, strict=True)
    bill = plan.ledger(yards)
    assert set(bill["id"]) == {"W1", "G1", ""}  # the gate goes with its wall
    empty = bill[bill["id"] == ""]
    assert empty["verb"].tolist() == ["alter", "demolish"]
    assert empty["item"].tolist() == plan.unmatched(yards)
    assert empty["item_en"].tolist() == told
    assert empty[["quantity", "cost_yuan"]].to_numpy().tolist() == [[0, 0], [0, 0]]
    only = Scenario("only", interventions=[demolish("walls", ids=["W1"])])
    assert plan.bill(yards).lines["cost_yuan"].tolist() == only.bill(yards).lines["cost_yuan"].tolist()
