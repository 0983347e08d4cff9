"""What stands around a design: sets nearly as good, what helps only together, prices of guards, what greedy loses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from spatialreno._types import Bools
from spatialreno.design.proof.study import Study
from spatialreno.design.question.terms import Terms, flags, named

_SOME = 1e-6
_YUAN = 1.0  # what costs nothing counts as one yuan where gains are set against costs
NEARLY = ["place", "value", "lost", "cost_yuan", "proven", "chosen"]
REASONS = ["id", "cost_yuan", "alone", "last", "because_of"]
PAIRS = ["one", "other", "alone_one", "alone_other", "both", "together", "kind"]
GREEDY = ["way", "value", "lost", "lost_share", "cost_yuan", "chosen"]


def best_sets(study: Study, terms: Terms, names: list[str], within: float, most: int) -> pd.DataFrame:
    """List minimal sets from the best down: each time what holds a set found before is forbidden."""
    rows: list[list[object]] = []
    best, complete = -np.inf, False
    while len(rows) < most:
        answer = study.most(terms)
        best = max(best, answer.value)
        if not np.isfinite(answer.value) or answer.value < best - within * abs(best) - _SOME:
            complete = answer.status != "stopped" or answer.bound < best - within * abs(best)
            break
        cheap = study.least(terms, answer.value, answer.chosen)
        chosen = minimal(study, terms, cheap.chosen)
        value = study.value(chosen)
        proven = answer.status == "proven" and cheap.status == "proven"
        rows.append(
            [len(rows) + 1, value, best - value, float(terms.cost[chosen].sum()), proven, named(chosen, names)]
        )
        if not chosen.any():
            complete = True
            break
        terms = replace(terms, never_all=(*terms.never_all, tuple(np.flatnonzero(chosen).tolist())))
    table = pd.DataFrame(rows, columns=NEARLY)
    table.attrs["complete"] = complete
    return table


def minimal(study: Study, terms: Terms, chosen: Bools) -> Bools:
    """Take out what changes nothing, dearest first."""
    found, value = chosen.copy(), study.value(chosen)
    for one in sorted(np.flatnonzero(chosen & ~terms.must).tolist(), key=lambda at: (-terms.cost[at], at)):
        found[one] = False
        if study.value(found) < value - _SOME or not study.allowed(terms, found):
            found[one] = True
    return found


def reasons(study: Study, terms: Terms, names: list[str], chosen: Bools) -> pd.DataFrame:
    """Say for each opening what it brings alone and as the last, and which others it needs to bring anything."""
    rows = []
    for one in np.flatnonzero(chosen).tolist():
        alone = study.value(flags(study.count, [one])) - study.hopes.today
        without = chosen.copy()
        without[one] = False
        needs = _needed(study, without, one) if alone <= _SOME else without & False
        rows.append(
            [names[one], terms.cost[one], alone, study.value(chosen) - study.value(without), named(needs, names)]
        )
    return pd.DataFrame(rows, columns=REASONS)


def _needed(study: Study, others: Bools, one: int) -> Bools:
    """Take out of the others what is not needed for one to bring something; nothing where it brings nothing anyway."""

    def brings(some: Bools) -> bool:
        more = some.copy()
        more[one] = True
        return study.value(more) > study.value(some) + _SOME

    found = others.copy()
    if not brings(found):
        return found & False
    for at in np.flatnonzero(others).tolist():
        found[at] = False
        if not brings(found):
            found[at] = True
    return found


def pairs(study: Study, names: list[str], chosen: Bools, most: int) -> pd.DataFrame:
    """Set what two openings bring together against what each brings alone."""
    today = study.hopes.today
    alone = np.array([study.value(flags(study.count, [at])) - today for at in range(study.count)])
    some = set(np.flatnonzero(chosen).tolist()) | set(np.argsort(-alone, kind="stable")[:most].tolist())
    rows = []
    for one, two in combinations(sorted(some), 2):
        both = study.value(flags(study.count, [one, two])) - today
        together = both - alone[one] - alone[two]
        if abs(together) > _SOME:
            kind = _kind(together, max(alone[one], alone[two]))
            rows.append([names[one], names[two], alone[one], alone[two], both, together, kind])
    table = pd.DataFrame(rows, columns=PAIRS)
    order = table["together"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _kind(together: float, alone: float) -> str:
    if together < 0:
        return "stand_in"
    return "more_together" if alone > _SOME else "only_together"


def greedy(study: Study, terms: Terms, names: list[str], value: float) -> pd.DataFrame:
    """Choose as one would without a proof: one after the other by gain, by gain for the money, or by one ranking."""
    free = [at for at in np.flatnonzero(terms.free).tolist() if not terms.must[at]]
    cost = np.maximum(terms.cost, _YUAN)
    ways = {
        "gain": _stepwise(study, terms, free, lambda gain, _: gain),
        "gain_per_yuan": _stepwise(study, terms, free, lambda gain, at: gain / cost[at]),
        "ranking": _ranked(study, terms, free),
    }
    gained = value - study.hopes.today
    rows = []
    for way, chosen in ways.items():
        found = study.value(chosen)
        share = (value - found) / gained if gained > 0 else 0.0
        rows.append([way, found, value - found, share, float(terms.cost[chosen].sum()), named(chosen, names)])
    return pd.DataFrame(rows, columns=GREEDY)


def _stepwise(study: Study, terms: Terms, free: list[int], worth: Callable[[float, int], float]) -> Bools:
    """Open again and again what is worth most next, until nothing fits or helps."""
    chosen, left = terms.must.copy(), list(free)
    known: dict[int, float] = {}
    while left:
        now, rated = study.value(chosen), []
        for at in left:
            more = _with(chosen, [at])
            if terms.allows(more):
                if at not in known:  # what it brings is the same until something near it is opened
                    known[at] = study.value(more) - now
                rated.append((-worth(known[at], at), at))
        if not rated or min(rated)[0] >= 0:
            return chosen
        best = next((at for _, at in sorted(rated) if not terms.faults(_with(chosen, [at]))), None)
        if best is None:
            return chosen
        chosen = _with(chosen, [best])
        left.remove(best)
        for at in study.hopes.beside(best, left):
            known.pop(at, None)
    return chosen


def _ranked(study: Study, terms: Terms, free: list[int]) -> Bools:
    """Open by what each brings alone, best first, as far as the money goes (a ranking of single links)."""
    today, chosen = study.hopes.today, terms.must.copy()
    alone = sorted((today - study.value(flags(study.count, [at])), at) for at in free)
    for gain, at in alone:
        more = _with(chosen, [at])
        if gain < 0 and terms.allows(more) and not terms.faults(more):
            chosen = more
    return chosen


def _with(chosen: Bools, some: Iterable[int]) -> Bools:
    more = chosen.copy()
    more[list(some)] = True
    return more
