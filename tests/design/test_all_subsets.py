"""A design is the best there is: equal to trying every set, for every goal, with and without guards.

``SPATIALRENO_SUBSETS=300 pytest tests/design/test_all_subsets.py`` tries so many areas instead of a few.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from conftest import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made_up import best_of_all, least_of_all, made_up
from quarters import area_of, quarters

import spatialreno as sr
from spatialreno.design import find_goal
from spatialreno.design.answers import Question
from spatialreno.design.binding import what_binds
from spatialreno.design.proof.study import Effort

MANY = int(os.environ.get("SPATIALRENO_SUBSETS", "0"))
# Without shrinking: an area is a whole fabric, and a failing one is small as it is.
AREAS = settings(
    max_examples=MANY or examples(12), deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
GOALS = ("basket:four", "covered:convenience_store", "kinds", "score", "metres")


@pytest.mark.spread(12)
@pytest.mark.parametrize("seed", range(max(MANY, 120)))
def test_made_up_walks_against_every_set(seed: int) -> None:
    study, terms = made_up(np.random.default_rng(seed))
    best, found = best_of_all(study, terms), study.most(terms)
    if best == -np.inf:
        assert found.status == "infeasible" or found.value == -np.inf
        return
    assert found.bound >= best - 1e-6
    assert found.value <= best + 1e-6
    assert study.allowed(terms, found.chosen)
    assert found.status == "proven"
    assert found.value == pytest.approx(best, abs=1e-5)
    cheap = study.least(terms, found.value, found.chosen)
    assert study.value(cheap.chosen) >= found.value - 1e-5
    assert terms.cost[cheap.chosen].sum() == pytest.approx(least_of_all(study, terms, found.value))


@pytest.mark.parametrize("seed", range(max(MANY, 40)))
def test_what_binds_is_told_as_every_set_tells_it(seed: int) -> None:
    """A term is named if and only if some set keeps to all the others; and with what it would have to be."""
    dice = np.random.default_rng(seed)
    study, drawn = made_up(dice)
    flags = [dice.random(study.count) < share for share in (0.3, 0.2, 0.2)]
    must, kept = flags[0], (("must_keep", flags[1]), ("keep_party", flags[2]))
    rest = replace(drawn, must=must, shut=flags[1] | flags[2], kept_by=kept, parties=1, checks=(), floors=())
    terms = replace(rest, budget=float(rest.cost.sum() * dice.random() / 2))
    if best_of_all(study, terms) > -np.inf:
        return
    told = what_binds(study, terms, [f"W{at}" for at in range(study.count)])
    without = {
        "budget of": replace(terms, budget=np.inf), "most_parties of": replace(terms, parties=None),
        "must_open (": replace(terms, must=np.zeros(study.count, bool)),
        "must_keep (": replace(terms, shut=flags[2]), "keep_party (": replace(terms, shut=flags[1]),
    }  # fmt: skip
    binding = {word for word, easier in without.items() if best_of_all(study, easier) > -np.inf}
    assert {word for word in without if word in told} == binding
    if "budget of" in binding:
        needs = least_of_all(study, without["budget of"], -np.inf)
        assert f"(the rest needs {needs:,.0f}, {needs - terms.budget:,.0f} more)" in told


@AREAS
@given(st.data())
@pytest.mark.long
def test_areas_against_every_set(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(2)))
    goal = data.draw(st.sampled_from(GOALS))
    words = data.draw(st.sampled_from([["gates"], ["paths"], []]))
    names = sorted(area.walls.index)[: 5 if words else 7]
    question = Question.of(area, goal, [*names, *words], "gb50180-2018", {}, effort=Effort(rounds=60))
    free = replace(question.terms, slack=1e-6)
    shut = np.zeros(len(free.cost), bool)
    shut[: len(shut) // 3] = True
    variants = [
        replace(free, budget=5_000.0),
        replace(free, budget=12_000.0),
        replace(free, budget=20_000.0, parties=1),
        replace(free, budget=12_000.0, shut=shut),
        replace(free, budget=30_000.0, must=shut),
    ]
    for terms in variants if len(free.cost) <= 12 else []:
        best, found = best_of_all(question.study, terms), question.study.most(terms)
        assert (found.status == "infeasible") == (best == -np.inf)
        if np.isfinite(best):
            assert found.status == "proven"
            assert found.value == pytest.approx(best, abs=1e-5)
            assert found.bound >= best - 1e-6


@AREAS
@given(st.data())
@pytest.mark.long
def test_the_bill_and_the_product_say_the_same(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(2)))
    words = data.draw(st.sampled_from([["walls"], ["walls", "gates"], ["gates", "paths"]]))
    budget = data.draw(st.sampled_from([4_000.0, 9_000.0, 25_000.0]))
    found = sr.design_openings(area, budget_yuan=budget, goal="kinds", candidates=words)
    scenario = found.scenario("best")
    assert found.cost_yuan <= budget
    if found.chosen:
        assert found.cost_yuan == scenario.bill(area).total["best"]
        costs = found.table.set_index("id")["cost_yuan"]
        assert found.cost_yuan == pytest.approx(costs[list(found.chosen)].sum(), abs=0.2)
    assert find_goal(area, "kinds", "gb50180-2018").measure(scenario.apply(area)) == found.value
