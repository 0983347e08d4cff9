"""What cuts promise of a choice: what the master problem tells with the choice held, and never less than is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_up import made_up

from spatialreno.design.proof.master import master
from spatialreno.design.proof.optimist import Optimist, started
from spatialreno.optimise import solve_milp


@pytest.mark.parametrize("seed", range(40))
def test_promises_are_those_of_the_master_problem(seed: int) -> None:
    dice = np.random.default_rng(seed)
    study, drawn = made_up(dice)
    terms = replace(drawn, must=drawn.must & False, shut=drawn.shut & False, rivals=(), parties=None, floors=(),
                    checks=(), budget=np.inf)  # fmt: skip
    study.most(replace(terms, budget=float(terms.cost.sum() / 2)))
    optimist = Optimist.of(study.rungs, study.cuts, study.count)
    choices = dice.random((12, study.count)) < 0.5
    promised = optimist.most(choices)
    for chosen, most in zip(choices, promised.tolist(), strict=True):
        held = master(replace(terms, must=chosen, shut=~chosen), study.rungs, study.cuts.rows)
        assert most == pytest.approx(-solve_milp(held).objective, abs=1e-6)
        assert study.hopes.today + most >= study.hopes.value(chosen) - 1e-6


@pytest.mark.parametrize("seed", range(40))
def test_a_choice_rises_within_its_terms(seed: int) -> None:
    dice = np.random.default_rng(seed)
    study, terms = made_up(dice)
    best = study.most(terms)
    if not np.isfinite(best.value):
        return
    optimist = Optimist.of(study.rungs, study.cuts, study.count)
    for turn in range(8):
        start = started(best.chosen, terms, turn, dice)
        chosen, most = optimist.risen(start, terms)
        assert most >= optimist.most(start[None])[0] - 1e-9
        assert terms.allows(chosen) or (chosen == start).all()
        assert (chosen >= terms.must).all()
