"""Hundreds of small quarters: for every goal, with and without guards, a design equals trying every set of walls.

The first five run every day, the rest in the long run; ``SPATIALRENO_SUBSETS=1000`` tries so many.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from made_up import best_of_all, draw_terms
from small_quarters import small_quarter

from spatialreno.design import find_candidates, find_goal
from spatialreno.design.proof.study import Effort, Study
from spatialreno.design.tiles.tiled_hopes import hopes_by_tiles
from spatialreno.design.tiles.tiled_study import TiledStudy
from spatialreno.walk import OpeningChoices

MANY, DAILY, MOST = max(int(os.environ.get("SPATIALRENO_SUBSETS", "0")), 200), 5, 10
GOALS = ("basket:four", "covered:kindergarten", "kinds", "score", "metres")
SEEDS = [pytest.param(seed, marks=[pytest.mark.long] if seed >= DAILY else []) for seed in range(MANY)]


@pytest.mark.sample(60)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.long
def test_a_design_of_a_small_quarter_against_every_set(seed: int) -> None:
    dice = np.random.default_rng(seed)
    area = small_quarter(dice)
    found = find_candidates(area, ["walls", "gates"] if dice.random() < 0.3 else ["walls"])[0]
    found = [found[at] for at in sorted(dice.permutation(len(found))[:MOST].tolist())]
    people = find_goal(area, "kinds", "gb50180-2018").people
    choices = OpeningChoices.of(area, [one.acts for one in found], list(people.index))
    cost = dice.integers(1, 30, len(found)).astype(float)
    for word in GOALS:
        goal = find_goal(area, word, "gb50180-2018")
        whole = Study(goal.hopes(choices), len(found), goal.whole, choices.searches, Effort(rounds=60))
        studies = [whole]
        if goal.by_reach and dice.random() < 0.3:
            hopes = hopes_by_tiles(goal, choices, found, area, np.arange(len(people)) % 2)
            studies.append(TiledStudy(hopes, len(found), goal.whole, choices.searches, Effort(rounds=60)))
            assert (hopes.today, hopes.most) == (whole.hopes.today, whole.hopes.most)
            assert set(hopes.lost) == set(whole.hopes.lost)
        terms = draw_terms(dice, cost, whole.hopes.gains)
        for asked in (terms, replace(terms, parties=None, checks=(), floors=(), budget=float(cost.sum() / 3))):
            for study in studies:
                # Floors count gains by number, and by tiles they stand in another order.
                held = asked if study is whole else replace(asked, floors=())
                best, answer = best_of_all(whole, held), study.most(held)
                assert (answer.status == "infeasible") == (best == -np.inf)
                if best > -np.inf:
                    assert answer.status == "proven"
                    assert answer.value == pytest.approx(best, abs=1e-5)
                    assert answer.bound >= best - 1e-6
