"""Choosing items under a budget by pabutools' rules: basic ones first, needs before what needs them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

_FEN = 100


def rules_are_known() -> bool:
    """Tell whether pabutools is installed, from which the rules of choosing works come.

    Returns
    -------
    bool
        False where an install left the extra ``people`` out.

    Examples
    --------
    >>> rules_are_known()
    True
    """
    return importlib.util.find_spec("pabutools") is not None


@dataclass(frozen=True)
class Outcome:
    """Items chosen, and for each of the others the reason why it is left out."""

    chosen: frozenset[str]
    reasons: Mapping[str, str]


def choose_items(
    menu: pd.DataFrame,
    ballots: Mapping[str, frozenset[str]],
    weights: Mapping[str, int],
    budget_yuan: float,
    *,
    rule: str,
    classes: Iterable[str],
) -> Outcome:
    """Choose items class by class, each with the money the classes before it left.

    Within a class the rule decides on all items whose needs can be met; what it chooses without its needs is put
    aside and the rule asked again. Items put aside are offered once more when their needs were chosen after all.

    Parameters
    ----------
    menu
        Index item; class, cost_yuan, needs.
    ballots, weights
        Items wanted, and how much that counts, by household.
    budget_yuan
        Money there is.
    rule
        ``equal_shares`` or ``greedy``.
    classes
        In the order in which they are decided.
    """
    costs = {str(i): round(float(c) * _FEN) for i, c in menu["cost_yuan"].items()}
    needs = {str(i): frozenset(n) for i, n in menu["needs"].items()}
    wishes = _alike(ballots, weights)
    money, chosen, left = round(budget_yuan * _FEN), set[str](), {}
    for name in classes:
        own = [str(i) for i in menu.index[menu["class"] == name]]
        while True:
            offered = _reachable([i for i in own if i not in chosen], needs, chosen)
            found = _closed(
                offered, needs, chosen, lambda items, m=money: run_rule(rule, costs, items, wishes, m)
            )
            if not found:
                break
            chosen |= found
            money -= sum(costs[i] for i in found)
        left[name] = money
    return Outcome(frozenset(chosen), _reasons(menu, costs, needs, ballots, chosen, left))


def _alike(ballots: Mapping[str, frozenset[str]], weights: Mapping[str, int]) -> dict[frozenset[str], int]:
    """Count ballots alike together, in the order of their first households."""
    found: dict[frozenset[str], int] = {}
    for household, wishes in sorted(ballots.items()):
        found[wishes] = found.get(wishes, 0) + weights[household]
    return found


def run_rule(
    rule: str,
    costs: Mapping[str, int],
    items: list[str],
    wishes: Mapping[frozenset[str], int],
    money: int,
) -> set[str]:
    """Ask pabutools: the items a rule chooses from those offered; equal shares are completed greedily.

    Parameters
    ----------
    rule, costs, items, money
        ``equal_shares`` or ``greedy``; fen by item; items offered; fen there are.
    wishes
        How much each ballot counts, those alike together.

    Raises
    ------
    InputError
        pabutools is not installed.
    """
    try:
        from pabutools.election import ApprovalMultiProfile, Cost_Sat, FrozenApprovalBallot, Instance, Project
        from pabutools.rules import completion_by_rule_combination, greedy_utilitarian_welfare, method_of_equal_shares
    except ImportError as error:
        mend = "pip install 'spatialreno[people]'"
        raise InputError(f"menu: the rules come from pabutools, which does not import ({error}). {mend}.") from error
    projects = {i: Project(i, cost=costs[i]) for i in items}
    alike: dict[frozenset[str], int] = {}  # first by name: ballots of pabutools are dear, and few differ in these items
    for ballot, times in wishes.items():
        if own := ballot.intersection(items):
            alike[own] = alike.get(own, 0) + times
    if not alike:
        return set()
    wanted = {FrozenApprovalBallot(projects[i] for i in items if i in own): times for own, times in alike.items()}
    instance = Instance(projects.values(), budget_limit=Fraction(money))
    profile = ApprovalMultiProfile(instance=instance)
    for ballot, times in wanted.items():
        profile[ballot] = times
    rules = (
        [method_of_equal_shares, greedy_utilitarian_welfare] if rule == "equal_shares" else [greedy_utilitarian_welfare]
    )
    result = completion_by_rule_combination(instance, profile, rules, [{"sat_class": Cost_Sat}] * len(rules))
    return {str(project.name) for project in result}


def _reachable(items: list[str], needs: Mapping[str, frozenset[str]], chosen: set[str]) -> list[str]:
    """Keep items whose needs are chosen or offered beside them."""
    kept = list(items)
    while (fewer := [i for i in kept if needs[i] <= chosen | set(kept)]) != kept:
        kept = fewer
    return kept


def _closed(
    items: list[str], needs: Mapping[str, frozenset[str]], chosen: set[str], ask: Callable[..., set[str]]
) -> set[str]:
    """Ask the rule until nothing is chosen without what it needs."""
    while items:
        found: set[str] = ask(items)
        without = {i for i in found if not needs[i] <= chosen | found}
        if not without:
            return found
        items = _reachable([i for i in items if i not in without], needs, chosen)
    return set()


def _reasons(
    menu: pd.DataFrame,
    costs: Mapping[str, int],
    needs: Mapping[str, frozenset[str]],
    ballots: Mapping[str, frozenset[str]],
    chosen: set[str],
    left: Mapping[str, int],
) -> dict[str, str]:
    """Say of each item left out what stood in its way, the hardest thing first."""
    reasons = {}
    for i in menu.index:
        if i in chosen:
            continue
        missing = sorted(needs[i] - chosen)
        rest = left[str(menu.at[i, "class"])]
        if not any(i in wanted for wanted in ballots.values()):
            reasons[i] = "no_votes"
        elif missing:
            reasons[i] = f"needs:{';'.join(missing)}"
        elif costs[i] > rest:
            reasons[i] = f"short:{(costs[i] - rest) / _FEN:.0f}"
        else:
            reasons[i] = "outvoted"
    return reasons
