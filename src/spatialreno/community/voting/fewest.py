"""The fewest people whose yes would decide several matters at once, each person counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy

from spatialreno.community.voting.votes import Tally, VoteRule, tally
from spatialreno.errors import InputError
from spatialreno.optimise import Milp, solve_milp

#: Most nodes of the search among people; what it has by then is told as an upper bound.
_NODES = 20_000


@dataclass(frozen=True)
class Poll:
    """One matter before it is counted: private areas of its electorate, choices of those who voted, the rule.

    ``uncounted`` names the homes of the electorate whose households nobody knows.
    """

    areas_m2: Mapping[str, float]
    votes: Mapping[str, str]
    rule: VoteRule
    uncounted: tuple[str, ...] = ()

    @cached_property
    def _counted(self) -> Tally:
        known = tally(self.areas_m2, self.votes, self.rule)
        if not self.uncounted:
            return known
        return replace(known, quorum=False, passed=False, to_win=(), uncounted=self.uncounted)

    def count(self, matter: str) -> Tally:
        """Count it, once."""
        try:
            return replace(self._counted, matter=matter)
        except InputError:  # said again with the name of the matter
            return tally(self.areas_m2, self.votes, self.rule, matter=matter)


@dataclass(frozen=True)
class Fewest:
    """Who is still to be won: the matters asked of each person, and whether no smaller set would do."""

    asked: Mapping[str, tuple[str, ...]]
    proven: bool


def fewest_people(polls: Mapping[str, Poll]) -> Fewest:
    r"""Find the smallest set of people whose yes, on all that is asked of each, decides every matter.

    A person may belong to several electorates (a wall to be opened and a use of land to be changed in one yard): won
    once, he says yes to all of them. With :math:`x_v = 1` for a person won, every matter asks of heads and of areas
    :math:`w_v` (in whole hundredths of a square metre)

    .. math:: P + \sum_{v\ new} w_v x_v \ge q A, \qquad
              Y + \sum_{v} w_v x_v \ge r \, (P + \sum_{v\ new} w_v x_v)

    with the letters of ``tally``; the least :math:`\sum x_v` is found by a mixed-integer programme, and equally few
    people with the fewest conversions.

    Parameters
    ----------
    polls
        By matter.

    Returns
    -------
    Fewest
        Persons in order of their names; nobody when all is decided.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> from spatialreno.community import vote_rule
    >>> from spatialreno.community import Poll
    >>> rule = vote_rule(read_catalog(), "low")  # two thirds take part, more than half of them agree
    >>> wall = Poll({"a": 60.0, "b": 60.0, "c": 60.0}, {"c": "yes"}, rule)
    >>> land = Poll({"b": 60.0, "c": 60.0, "d": 60.0}, {"c": "yes"}, rule)
    >>> fewest_people({"wall": wall, "land": land}).asked  # b is asked for both
    {'b': ('land', 'wall')}
    """
    counts = {matter: poll.count(matter) for matter, poll in sorted(polls.items())}
    still = {matter: polls[matter] for matter, count in counts.items() if not count.passed and not count.uncounted}
    asked: dict[str, tuple[str, ...]] = {}
    proven = True
    for group in _sharing(still):
        chosen, sure = _won(group, counts)
        proven &= sure
        for who in chosen:
            asked[who] = tuple(m for m, p in group.items() if who in p.areas_m2 and p.votes.get(who) != "yes")
    return Fewest(dict(sorted(asked.items())), proven)


def _sharing(polls: Mapping[str, Poll]) -> list[dict[str, Poll]]:
    """Part matters into groups that share voters."""
    if not polls:
        return []
    first: dict[str, int] = {}  # of each voter, the first matter
    pairs = [(first.setdefault(who, at), at) for at, poll in enumerate(polls.values()) for who in poll.areas_m2]
    one, other = np.array(pairs, np.intp).reshape(-1, 2).T
    graph = scipy.sparse.coo_matrix((np.ones(len(one)), (one, other)), (len(polls), len(polls)))
    count, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
    groups: list[dict[str, Poll]] = [{} for _ in range(count)]
    for group, (name, poll) in zip(part.tolist(), polls.items(), strict=True):
        groups[group][name] = poll
    return groups


def _won(group: Mapping[str, Poll], counts: Mapping[str, Tally]) -> tuple[list[str], bool]:
    """Choose within one group; a single matter is decided by its own count."""
    each = sorted({who for matter in group for who in counts[matter].to_win})
    if len(group) == 1:
        return each, True
    people = sorted({v for p in group.values() for v in p.areas_m2 if p.votes.get(v) != "yes"})
    model = _model(group, people)
    found = solve_milp(model, nodes=_NODES)
    if not len(found.values):
        return each, False
    chosen = [who for who, x in zip(people, found.values, strict=True) if x > 0.5]
    if not all(_decided(poll, chosen) for poll in group.values()):  # off by rounding: the sets of each matter do
        return each, False
    return chosen, found.status == "optimal"


def _decided(poll: Poll, chosen: list[str]) -> bool:
    """Count a matter again with the yes of those chosen."""
    won = {who: "yes" for who in chosen if who in poll.areas_m2}
    return replace(poll, votes={**poll.votes, **won}).count("").passed


def _model(group: Mapping[str, Poll], people: list[str]) -> Milp:
    rows, least = [], []
    for poll in group.values():
        for row, low in _rows(poll, people):
            rows.append(row)
            least.append(low)
    converted = np.array([any(p.votes.get(v, "yes") != "yes" for p in group.values()) for v in people], dtype=float)
    one = np.ones(len(people))
    return Milp(
        cost=one + converted / (len(people) + 1),  # never worth one more person
        lower=0 * one,
        upper=one,
        integer=one > 0,
        matrix=scipy.sparse.csr_matrix(np.array(rows).reshape(len(rows), len(people))),
        row_lower=np.array(least, dtype=float),
        row_upper=np.full(len(rows), np.inf),
    )


def _rows(poll: Poll, people: list[str]) -> list[tuple[Any, float]]:
    """Write quorum and agreement of one matter, by heads and by areas, in whole numbers."""
    rule, found = poll.rule, []
    for weight in _weights(poll):
        own = np.array([weight.get(v, 0) if poll.votes.get(v) != "yes" else 0 for v in people], dtype=float)
        new = np.array([weight.get(v, 0) if v not in poll.votes else 0 for v in people], dtype=float)
        whole, voted = sum(weight.values()), sum(weight[v] for v in poll.votes)
        agreed = sum(weight[v] for v, choice in poll.votes.items() if choice == "yes")
        q, r, more = rule.take_part, rule.agree, 1 if rule.strictly else 0
        found.append((new, max(float(q * whole - voted), 1.0 - voted)))
        base, added = (whole, 0 * new) if rule.of == "all" else (voted, new)
        row = r.denominator * own - r.numerator * added
        found.append((row, float(more + r.numerator * base - r.denominator * agreed)))
    return found


def _weights(poll: Poll) -> list[dict[str, int]]:
    heads = dict.fromkeys(poll.areas_m2, 1)
    areas = {v: round(float(m2) * 100) for v, m2 in poll.areas_m2.items()}
    return [heads] if poll.rule.counted == "heads" else [heads, areas]
