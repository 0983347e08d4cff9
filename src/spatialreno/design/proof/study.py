"""Which openings bring most for the money, with a proof: cuts from largest choices that still fail, and a solver."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from spatialreno._types import Bools, Floats, Ints
from spatialreno.design.proof.hunt import Answer, Hunt
from spatialreno.design.proof.master import Rungs, cut_row, master
from spatialreno.design.proof.optimist import Optimist, started
from spatialreno.design.proof.separation import Cuts, separated
from spatialreno.design.question.hopes import Hopes
from spatialreno.design.question.terms import Terms
from spatialreno.optimise import GrowingLp, Limit, MilpResult, solve_milp

_SOME = 1e-6
# The first rounds stop early: while cuts are missing, what is proven best is not so.
_GAPS = (0.02, 0.005, 0.0)
_FEW, _NEAR = 3, 0.005
_TURNS = 40
# The relaxation has levelled off where so many rounds lower the bound by less than this share of what is open.
_LEVEL, _HARDLY = 2, 0.01
# Doubtful choices are looked for until so many in a row promise no more than the best, and so many times at most.
_IN_VAIN, _DOUBTS = 12, 120
# What is chosen is made cheaper for a share of the effort that went into finding it.
_PRUNING = 0.2
# Presolving and restarts cost more than they bring where a problem is solved again and again with a few cuts more.
_OPTIONS = {"presolve": "off", "mip_heuristic_effort": 0.0}


@dataclass(frozen=True)
class Effort:
    """How hard to try, in work and not in time, so that every machine gives the same answer.

    Attributes
    ----------
    searches
        Most searches of walks for one question.
    nodes
        Most nodes of the solver's search trees for one question.
    rounds
        Most times that the whole problem is given to the solver for one question.
    work
        Most work of the solver for one question: looks times coefficients, as of ``Limit``; some 400 000 take a second.
    gap
        Share of the gain by which an answer may miss its bound and be good enough; 0: only a proven one is.
    """

    searches: int = 3_000_000
    nodes: int = 200_000
    rounds: int = 12
    work: float = 2e8
    gap: float = 0.0


@dataclass
class Study:
    """Questions about one area, one goal and one set of candidates; cuts found for one serve all the others.

    Attributes
    ----------
    hopes
        What opening may bring.
    count
        How many candidates there are.
    whole
        The measure is a whole number, so a bound may be rounded down.
    searches
        Counter of the searches, shared with the walks.
    effort
        How hard to try at each question.
    progress
        Called with a line of words now and then.
    """

    hopes: Hopes
    count: int
    whole: bool
    searches: list[int]
    effort: Effort = field(default_factory=Effort)
    progress: Callable[[str], None] = lambda _: None
    milps: int = 0
    nodes: int = 0
    values: dict[bytes, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with one rung for each gain."""
        self.rungs = Rungs(self.hopes)
        self.cuts = Cuts()
        self._until = (0, 0, 0)
        self._limit = Limit(work=self.effort.work)
        self._dice = np.random.default_rng(0)

    @property
    def tiles(self) -> int:
        """How many tiles it is worked out by."""
        return 1

    def value(self, chosen: Bools) -> float:
        """Measure a choice, remembered."""
        key = chosen.tobytes()
        if key not in self.values:
            self.values[key] = self.hopes.value(chosen)
        return self.values[key]

    def remembered(self) -> Iterable[Bools]:
        """Go through the choices measured so far."""
        return [np.frombuffer(key, np.bool_) for key in self.values]

    def most(self, terms: Terms, start: Iterable[Bools] = ()) -> Answer:
        """Find the choice that brings most within the terms; begin from choices that are known."""
        self._begin()
        hunt = Hunt(self, terms)
        for chosen in [terms.must.copy(), *start, *self.remembered()]:
            hunt.offer(chosen)
        bound, order = self._relaxed(terms, hunt)
        if not self.enough(hunt.value, bound):
            self._hunted(terms, hunt, bound)
        gaps = list(_GAPS)
        while bound > -np.inf and not self.enough(hunt.value, bound):
            if self.spent():
                return hunt.answer(bound, "stopped")
            gap = gaps[0]
            found = self._solved(terms, hunt, gap=gap)
            if found.status == "infeasible":
                return hunt.answer(-np.inf, "infeasible")
            bound = min(bound, self._floored(self.hopes.today - found.bound))
            fresh = 0
            for point in (some for some in (found.values, *found.others[::-1]) if len(some)):
                chosen, reached = point[: self.count] > 0.5, self._rungs_of(point)
                hunt.offer(chosen)
                fresh += self._cut(chosen, reached, chosen.astype(float), [order, self._dice.permutation(self.count)])
                if self.value(chosen) > hunt.value:
                    fresh += self._forbid(terms, chosen)
            fresh += self._doubted(terms, hunt, order)
            self._say(hunt.value, bound)
            gaps = self._finer(gaps, fresh, self.hopes.today - found.objective, hunt.value)
            # A round that ends at the gap it was asked for is followed by a finer one.
            if not fresh and not gap and found.status != "optimal":
                return hunt.answer(bound, "stopped")
        return self._ended(hunt, bound)

    def least(self, terms: Terms, value: float, start: Bools) -> Answer:
        """Find the cheapest choice that brings so much; ``start`` is one that does. The bound is on its cost."""
        self._begin(_PRUNING)
        bound, order = -np.inf, self._dice.permutation(self.count)
        while not self.spent():
            found = self._solved(terms, None, least=value - self.hopes.today - _SOME, start=start)
            if found.status == "infeasible" or not len(found.values):
                break
            bound = max(bound, found.bound)
            chosen, reached = found.values[: self.count] > 0.5, self._rungs_of(found.values)
            if self.value(chosen) >= value - _SOME and self.allowed(terms, chosen):
                return Answer(chosen, self.value(chosen), bound, "proven" if found.status == "optimal" else "stopped")
            fresh = self._cut(chosen, reached, chosen.astype(float), [order, self._dice.permutation(self.count)])
            if not fresh + self._forbid(terms, chosen):
                break
        return Answer(start, self.value(start), bound, "stopped")

    def learn(self, chosen: Bools, rung: int) -> int:
        """Add cuts that say why a choice does not reach a rung; returns how many are new."""
        reached = np.zeros(len(self.rungs))
        reached[rung] = 1.0
        return self._cut(chosen, reached, chosen.astype(float), [self._dice.permutation(self.count)])

    # ---- how

    def _hunted(self, terms: Terms, hunt: Hunt, bound: float) -> None:
        """Look for better choices before the whole problem is given to the solver."""
        if self.hopes.gains:
            hunt.improve(_TURNS, self._dice)
            self._say(hunt.value, bound)
        self._doubted(terms, hunt, self._dice.permutation(self.count))
        self._say(hunt.value, bound)

    def _doubted(self, terms: Terms, hunt: Hunt, order: Ints) -> int:
        """Cut off choices that the cuts so far promise too much of, near the best; returns how many cuts are new.

        Where worth grows by steps the solver would come upon them one at a time, with the whole problem each time.
        """
        if not self.hopes.ladders or hunt.chosen is None:
            return 0
        before, in_vain = len(self.cuts.rows), 0
        optimist = Optimist.of(self.rungs, self.cuts, self.count)
        for turn in range(_DOUBTS):
            chosen, promised = optimist.risen(started(hunt.chosen, terms, turn, self._dice), terms)
            in_vain += 1
            if self.hopes.today + promised > hunt.value + _SOME:
                held = optimist.reached(chosen[None])[0].astype(float)
                fresh = self._cut(chosen, held, chosen.astype(float), [order, self._dice.permutation(self.count)])
                hunt.offer(chosen)
                optimist, in_vain = Optimist.of(self.rungs, self.cuts, self.count), 0 if fresh else in_vain
            if in_vain >= _IN_VAIN or self.spent():
                break
        return len(self.cuts.rows) - before

    def _finer(self, gaps: list[float], fresh: int, promised: float, value: float) -> list[float]:
        """Say how finely to solve next: in full once cuts promise hardly more than what is true."""
        if not fresh or promised - value <= _NEAR * (value - self.hopes.today):
            return gaps[-1:]
        return (gaps[1:] or gaps) if fresh <= _FEW else gaps

    def _ended(self, hunt: Hunt, bound: float) -> Answer:
        """Give the best found by what its bound tells of it."""
        if bound == -np.inf:
            return hunt.answer(bound, "infeasible")
        return hunt.answer(bound, "proven" if self._met(hunt.value, bound) else "stopped")

    def _relaxed(self, terms: Terms, hunt: Hunt) -> tuple[float, Ints]:
        """Solve the relaxation with cuts until none is missing; gives the bound and candidates by how open they are."""
        order, bound = self._dice.permutation(self.count), np.inf
        if terms.contradict:
            return -np.inf, order
        told: list[float] = []
        lp, rungs = GrowingLp(master(terms, self.rungs, self.cuts.rows)), len(self.rungs)
        while not self.spent():
            if rungs != len(self.rungs):
                lp, rungs = GrowingLp(master(terms, self.rungs, self.cuts.rows)), len(self.rungs)
            solved = lp.solve()
            if solved is None or solved[0] == np.inf:
                return (bound if solved is None else -np.inf), order
            objective, point, _ = solved
            bound = min(bound, self._floored(self.hopes.today - objective))
            opened = point[: self.count]
            order = np.lexsort((self._dice.permutation(self.count), -(opened - 1e-3 * terms.shut)))
            hunt.round(opened)
            if self.enough(hunt.value, bound):
                break
            before = len(self.cuts.rows)
            self._cut(opened > 1 - _SOME, self._rungs_of(point), opened, [order])
            fresh = self.cuts.rows[before:]
            self._say(hunt.value, bound)
            told.append(bound)
            if not fresh or self._levels_off(told, hunt.value):
                break
            if rungs == len(self.rungs):
                lp.grow([cut_row(cut, len(point) - rungs) for cut in fresh])
        if not self.enough(hunt.value, bound) and not self.spent():
            bound = min(bound, self._floored(self.hopes.today + self.tightened(terms, hunt, lp)))
        return bound, order

    def _levels_off(self, told: list[float], value: float) -> bool:
        """Tell whether more rounds of a relaxation with ladders hardly lower the bound: each asks every walk again."""
        if not self.hopes.ladders or len(told) <= _LEVEL:
            return False
        return told[-1 - _LEVEL] - told[-1] < _HARDLY * (told[-1] - value)

    def tightened(self, terms: Terms, hunt: Hunt, lp: GrowingLp) -> float:
        """Say what can be gained at most by more than the relaxation tells; here no more is known."""
        return np.inf

    def _solved(
        self,
        terms: Terms,
        hunt: Hunt | None,
        *,
        least: float | None = None,
        start: Bools | None = None,
        gap: float = 0.0,
    ) -> MilpResult:
        """Solve the master problem as it is now."""
        best = start if hunt is None else hunt.chosen
        model = master(terms, self.rungs, self.cuts.rows, least=least)
        known = None
        if best is not None:
            width, holds = len(model.cost), self.rungs.holds(best)
            known = {at: float(value) for at, value in enumerate(best)}
            known |= {width - len(holds) + at: float(value) for at, value in enumerate(holds)}
        found = solve_milp(
            model, limit=self._limit, nodes=max(self._until[1] - self.nodes, 1), start=known, keep=True, gap=gap,
            options=_OPTIONS,
        )  # fmt: skip
        self.milps, self.nodes = self.milps + 1, self.nodes + found.nodes
        return found

    def _rungs_of(self, point: Floats) -> Floats:
        """Read how far each rung is taken for reached; there may be none at all."""
        return point[len(point) - len(self.rungs) :]

    def _cut(self, chosen: Bools, reached: Floats, opened: Floats, orders: list[Ints]) -> int:
        """Add what cuts off rungs that are taken for reached; returns how many cuts are new."""
        return separated(self.rungs, self.cuts, chosen, reached, opened, orders)

    def allowed(self, terms: Terms, chosen: Bools) -> bool:
        """Tell whether a choice keeps to the terms, floors and checks included."""
        if not terms.allows(chosen):
            return False
        if terms.floors and not terms.keeps_floors(self.rungs.holds(chosen), self.rungs.weights().tolist()):
            return False
        return not terms.faults(chosen)

    def _forbid(self, terms: Terms, chosen: Bools) -> int:
        """Forbid a choice that breaks a check; returns how many new sets are forbidden."""
        return sum(check.learn(chosen) for check in terms.faults(chosen))

    def _met(self, value: float, bound: float) -> bool:
        if not np.isfinite(value):
            return False
        return bool(bound - value <= _SOME * max(1.0, abs(value)) * (1e-2 if self.whole else 1.0) + 1e-9)

    def enough(self, value: float, bound: float) -> bool:
        """Tell whether a value is proven, or as near to its bound as the effort asks for."""
        return self._met(value, bound) or bound - value <= self.effort.gap * (bound - self.hopes.today)

    def cheapened(self, terms: Terms, answer: Answer) -> Bools:
        """Give an answer's value for the least money."""
        return self.least(terms, answer.value, answer.chosen).chosen

    def _floored(self, bound: float) -> float:
        return float(np.floor(bound + 1e-4)) if self.whole else float(bound)

    def _begin(self, share: float = 1.0) -> None:
        """Take effort for a question, or a share of it."""
        effort = self.effort
        self._limit = Limit(work=effort.work * share)
        self._until = (
            self.searches[0] + int(effort.searches * share), self.nodes + int(effort.nodes * share),
            self.milps + effort.rounds,
        )  # fmt: skip

    def spent(self) -> bool:
        """Tell whether the effort for this question is used up."""
        done = (self.searches[0], self.nodes, self.milps)
        return self._limit.over or any(spent >= most for spent, most in zip(done, self._until, strict=True))

    def _say(self, value: float, bound: float) -> None:
        self.progress(f"{value:,.2f} of at most {bound:,.2f}; {len(self.cuts.rows)} cuts, {self.searches[0]} searches")
