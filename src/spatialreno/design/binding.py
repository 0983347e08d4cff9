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
    yield from _kept(study, terms, names)
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


def _kept(study: Study, terms: Terms, names: Sequence[str]) -> Iterator[str]:
    """Name the guards that keep something closed, each by itself; all of them where only that would do."""
    guards = [guard for guard, _ in terms.kept_by]
    told = False
    for guard, _ in terms.kept_by:
        rest = [kept for other, kept in terms.kept_by if other != guard]
        shut = np.any(rest, axis=0) if rest else np.zeros(study.count, np.bool_)
        opened = _opened(study, replace(terms, shut=shut), terms.shut, names)
        if opened:
            told = True
            yield f"{guard} (opening {opened} would do)"
    if len(guards) > 1 and not told:
        opened = _opened(study, replace(terms, shut=np.zeros(study.count, np.bool_)), terms.shut, names)
        if opened:
            yield f"{' and '.join(guards)} together (opening {opened} would do)"


def _opened(study: Study, terms: Terms, kept: Bools, names: Sequence[str]) -> str:
    """Name what would open of what is kept; nothing where no choice keeps to the terms."""
    easier = study.most(terms)
    return "" if easier.status == "infeasible" else ", ".join(named(easier.chosen & kept, names))


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
