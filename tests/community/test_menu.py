"""The menu: the rules equal pabutools' own results, needs come first, bad menus named."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from community.court import court
from conftest import EXAMPLE, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.community import choose_works, read_menu, read_register
from spatialreno.community.budget import choose_items
from spatialreno.errors import InputError

pytest.importorskip("pabutools")
CLASSES = ["basic", "improved", "raised"]


def table(**items):
    """Items as ``name=(class, cost, needs…)``."""
    rows = {i: {"title": i, "class": c, "cost_yuan": float(y), "needs": tuple(n)} for i, (c, y, *n) in items.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")


def chosen(menu, wishes, budget, rule="greedy", weights=None):
    ballots = {f"h{k:02d}": frozenset(w) for k, w in enumerate(wishes)}
    weights = dict(zip(ballots, weights or [1] * len(wishes), strict=True))
    return choose_items(menu, ballots, weights, budget, rule=rule, classes=CLASSES)


def straight(menu, wishes, budget, rule, weights):
    """Ask pabutools directly, with a plain profile that repeats each ballot."""
    from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance, Project
    from pabutools.rules import completion_by_rule_combination, greedy_utilitarian_welfare, method_of_equal_shares

    projects = {i: Project(i, cost=Fraction(str(c))) for i, c in menu["cost_yuan"].items()}
    instance = Instance(projects.values(), budget_limit=Fraction(str(budget)))
    ballots = [
        ApprovalBallot({projects[i] for i in w}) for w, n in zip(wishes, weights, strict=True) if w for _ in range(n)
    ]
    profile = ApprovalProfile(ballots, instance=instance)
    rules = (
        [method_of_equal_shares, greedy_utilitarian_welfare] if rule == "equal_shares" else [greedy_utilitarian_welfare]
    )
    result = completion_by_rule_combination(instance, profile, rules, [{"sat_class": Cost_Sat}] * len(rules))
    return {project.name for project in result}


votes = st.lists(st.sets(st.sampled_from("abcde")), min_size=1, max_size=12)


@given(votes, st.lists(st.integers(1, 60), min_size=5, max_size=5), st.integers(10, 200),
       st.sampled_from(["greedy", "equal_shares"]), st.data())  # fmt: skip
@settings(max_examples=examples(50), deadline=None)
def test_without_needs_the_choice_is_pabutools_own(wishes, costs, budget, rule, data):
    weights = data.draw(st.lists(st.integers(1, 4), min_size=len(wishes), max_size=len(wishes)))
    menu = table(**{i: ("basic", cost) for i, cost in zip("abcde", costs, strict=True)})
    found = chosen(menu, wishes, budget, rule, weights)
    if any(wishes):
        assert found.chosen == straight(menu, wishes, budget, rule, weights)
    else:
        assert not found.chosen


@given(votes, st.lists(st.integers(1, 60), min_size=5, max_size=5), st.integers(10, 200),
       st.sampled_from(["greedy", "equal_shares"]))  # fmt: skip
@settings(max_examples=examples(50), deadline=None)
def test_needs_are_met_the_budget_holds_and_everything_left_out_has_a_reason(wishes, costs, budget, rule):
    a, b, c, d, e = costs
    menu = table(a=("basic", a), b=("basic", b, "a"), c=("improved", c, "b"), d=("improved", d), e=("raised", e, "d"))
    found = chosen(menu, wishes, budget, rule)
    assert all(set(menu.at[i, "needs"]) <= found.chosen for i in found.chosen)
    assert menu.loc[sorted(found.chosen), "cost_yuan"].sum() <= budget
    assert set(found.reasons) | found.chosen == set(menu.index) and not set(found.reasons) & found.chosen


def test_drain_before_paving():
    menu = table(paving=("basic", 60), drain=("basic", 50))
    menu.at["paving", "needs"] = ("drain",)
    wishes = [{"paving"}] * 5 + [{"drain"}] * 2
    assert chosen(menu, wishes, 110).chosen == {"paving", "drain"}
    short = chosen(menu, wishes, 100)  # only one of the two can be paid: the drain, though fewer want it
    assert short.chosen == {"drain"} and short.reasons == {"paving": "short:10"}
    none = chosen(menu, [{"paving"}] * 5, 100)
    assert not none.chosen and none.reasons == {"paving": "needs:drain", "drain": "no_votes"}


def test_basic_items_come_before_what_more_people_want():
    menu = table(meter=("basic", 80), plaza=("improved", 80), meals=("raised", 30))
    found = chosen(menu, [{"plaza", "meals"}] * 9 + [{"meter"}], 110)
    assert found.chosen == {"meter", "meals"} and found.reasons == {"plaza": "short:50"}


def test_area_counts_instead_of_households_when_asked():
    ballots = [("H1-1-101", "menu", "a", 200.0, "H1"), ("H1-1-102", "menu", "b", 50.0, "H1"),
               ("H2-1-101", "menu", "b", 60.0, "H2")]  # fmt: skip
    menu, book = table(a=("basic", 10), b=("basic", 10)), read_register(court(ballots=ballots))
    assert choose_works(book, menu, 10, rule="greedy").chosen == ["b"]
    assert choose_works(book, menu, 10, rule="greedy", by="area").chosen == ["a"]


def test_a_vote_is_stable_as_far_as_it_is_clear():
    ballots = [(f"H{h}-1-{f}0{k}", "menu", "a", None, f"H{h}") for h in (1, 2) for f in (1, 2, 3) for k in (1, 2)]
    book = read_register(court(ballots=ballots))
    menu = table(a=("basic", 10), b=("basic", 10))
    assert choose_works(book, menu, 10, trials=20).table["stable"].tolist() == [1.0, 1.0]
    assert choose_works(book, menu, 10).table["stable"].isna().all()


def test_the_example_votes(example):
    book, menu = read_register(example), read_menu(EXAMPLE / "community" / "menu.csv")
    found = choose_works(book, menu, 9_000_000, trials=10)
    assert {"drain", "water", "paving"} <= set(found.chosen) and found.spent_yuan <= 9_000_000
    left = found.table[~found.table["chosen"]]
    assert (left["reason"] != "").all() and found.table["stable"].between(0, 1).all()
    assert found.table.loc["lighting", "reason"] == "needs:lines"
    again = choose_works(book, menu, 9_000_000, trials=10)
    pd.testing.assert_frame_equal(found.table, again.table)


def test_bad_menus_are_named(tmp_path):
    path = tmp_path / "menu.csv"
    path.write_text("项目编号,类别,造价,前置\na,基础类,-5,\nb,豪华类,5,x\nc,基础类,5,\nc,基础类,6,\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_menu(path)
    assert {f.rule: f.ids for f in refused.value.faults} == {
        "twice": ("c", "c"), "class": ("b",), "cost": ("a",), "needs": ("b",),
    }  # fmt: skip
    path.write_text("item,class,cost_yuan,needs\na,basic,5,b\nb,basic,5,a\n", encoding="utf-8")
    with pytest.raises(InputError, match="circle"):
        read_menu(path)
    path.write_text("item,class\na,basic\n", encoding="utf-8")
    with pytest.raises(InputError, match="cost_yuan"):
        read_menu(path)


def test_bad_questions_are_named():
    book = read_register(court(ballots=[("H1-1-101", "menu", "opera", None, "H1")]))
    with pytest.raises(InputError, match="opera"):
        choose_works(book, table(a=("basic", 10)), 10)
    for wrong in ({"rule": "dice"}, {"by": "noise"}, {"budget_yuan": 0.0}):
        with pytest.raises(InputError):
            choose_works(read_register(court()), table(a=("basic", 10)), **({"budget_yuan": 10.0} | wrong))
