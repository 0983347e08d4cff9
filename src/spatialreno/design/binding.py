"""Why no choice keeps to all terms: which guard binds, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from spatialreno._types import Bools
from spatialreno.design.proof.study import Study
from spatialreno.design.question.checks import Check
from spatialreno.design.question.terms import Terms, named

_SOME = 1e-6


def what_binds(study: Study, terms: Terms, names: Sequence[str]) -> str:
    """Say which term binds: without it, and with all the others, there is a choice; and what it would have to be."""
    binding = list(_binding(study, terms, names))
    if not binding:
        return "Several guards bind together: take back more than one."
    return f"Without one of these there would be: {'; '.join(binding)}."


def _binding(study: Study, terms: Terms, names: Sequence[str]) -> Iterator[str]:
    none = np.zeros(study.count, np.bool_)
    if np.isfinite(terms.budget):
        cost = _least_money(study, replace(terms, budget=float("inf")))
        if cost is not None:
            short = cost - terms.budget
            yield f"budget of {terms.budget:,.0f} yuan (the rest needs {cost:,.0f}, {short:,.0f} more)"
    if terms.shut.any():
        easier = study.most(replace(terms, shut=none))
        if easier.status != "infeasible":
            opened = ", ".join(named(easier.chosen & terms.shut, names))
            yield f"must_keep, keep_party and consent (opening {opened} would do)"
    if terms.must.any() and _possible(study, replace(terms, must=none)):
        opened = ", ".join(named(terms.must, names))
        cost, asks = terms.cost[terms.must].sum(), terms.asks(terms.must)
        yield f"must_open ({opened} alone cost {cost:,.0f} yuan and ask {asks} parties)"
    if terms.parties is not None:
        enough = _enough_parties(study, terms)
        if enough is not None:
            yield f"most_parties of {terms.parties} ({enough} would do)"
    if terms.floors and _possible(study, replace(terms, floors=())):
        yield f"floor ({_short(study, terms)})"
    yield from _checks(study, terms)


def _checks(study: Study, terms: Terms) -> Iterator[str]:
    for check in terms.checks:
        others = tuple(one for one in terms.checks if one is not check)
        easier = study.most(replace(terms, checks=others))
        if easier.status != "infeasible":
            yield _told(check, terms, easier.chosen)


def _told(check: Check, terms: Terms, chosen: Bools) -> str:
    """Say what a check comes to, by what must open alone where that is what breaks it."""
    alone = check.of(terms.must) > check.most
    value = check.of(terms.must if alone else chosen)
    whom = "what must open alone" if alone else "the best without it"
    return f"{check.name} of {check.told(check.most)} ({whom}: {check.told(value)})"


def _possible(study: Study, terms: Terms) -> bool:
    return study.most(terms).status != "infeasible"


def _least_money(study: Study, terms: Terms) -> float | None:
    """Find the least money with which the terms can be kept."""
    some = study.most(terms)
    if not np.isfinite(some.value):
        return None
    return float(terms.cost[study.least(terms, study.hopes.today, some.chosen).chosen].sum())


def _enough_parties(study: Study, terms: Terms) -> int | None:
    """Find the fewest parties that would have to be asked."""
    counts = range((terms.parties or 0) + 1, len(terms.asked) + 1)
    return next((n for n in counts if _possible(study, replace(terms, parties=n))), None)


def _short(study: Study, terms: Terms) -> str:
    """Say by how many people compounds stay short of their floors even with all that may be opened."""
    holds, weights = study.rungs.holds(~terms.shut), study.rungs.weights()
    short = {f.place: f.least - sum(weights[at] for at in f.gains if holds[at]) for f in terms.floors}
    told = [f"{place} lacks {lack:,.0f} residents" for place, lack in short.items() if lack > _SOME]
    return f"with all open that may be, {', '.join(told)}" if told else "within reach, but not within the other terms"
