"""Whom to see next: of all who are still to be won, the fewest heads that set most of the plan free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from spatialreno.community.consents.touched import touched_features
from spatialreno.errors import InputError
from spatialreno.optimise import Milp, solve_milp
from spatialreno.scenario import priced_acts

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.community.consents.consent import Consents
    from spatialreno.scenario import Scenario

Thing = tuple[str, str]
_NODES = 20_000


@dataclass(frozen=True, eq=False, repr=False)
class NextVisits:
    """Whom to see, in order.

    Attributes
    ----------
    table
        One row a step: order, who (party, or ``matter:place`` of a vote), name, heads (1, or the votes it lacks),
        sets_free (things that nothing else then holds up), gain, gain_so_far, heads_so_far.
    gain, whole
        What is set free by all of them, and by everybody.
    bound
        No other choice of so many heads gains more; equal to ``gain`` where it is proven best.
    """

    table: pd.DataFrame
    gain: float
    whole: float
    bound: float

    def __repr__(self) -> str:
        """Read it aloud."""
        heads = int(self.table["heads"].sum()) if len(self.table) else 0
        proof = "best" if self.gain >= self.bound - 1e-6 else f"at most {self.bound:,.0f}"
        return f"<Next visits: {heads} heads free {self.gain:,.0f} of {self.whole:,.0f} ({proof})>"


def next_visits(
    area: StudyArea,
    scenario: Scenario,
    consents: Consents,
    *,
    heads: int = 20,
    gains: Mapping[Thing, float] | None = None,
) -> NextVisits:
    r"""Choose whom to see with so many heads, so that most of the plan is set free, and put them in order.

    A thing is free when every holder who has not signed and every vote that has not passed is won; a vote costs the
    heads it lacks. With :math:`x_w` for those won and :math:`y_t` for things free,

    .. math:: \max \sum_t g_t y_t \quad \text{s.t.} \quad y_t \le x_w \; (w \in N_t), \quad \sum_w h_w x_w \le H

    is solved exactly; among the chosen, the next is always the bundle that frees most for each head.

    Parameters
    ----------
    area
        As it is.
    scenario
        The option.
    consents
        Of this option.
    heads
        How many heads can be seen.
    gains
        (layer, id) to what a thing is worth, such as the people a wall lets through; default is its cost in the bill of
        quantities, in yuan, so that what is gained is the work that can begin.

    Returns
    -------
    NextVisits

    Raises
    ------
    InputError
        No heads, or a gain below 0.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> walls = sr.Scenario("walls", "拆墙", [sr.demolish("walls", between=list(today.compounds.index))])
    >>> found = next_visits(today, walls, sr.find_consents(today, walls), heads=3)
    >>> bool(found.table["heads"].sum() <= 3), found.gain <= found.whole
    (True, True)
    """
    worth = _worth(area, scenario) if gains is None else dict(gains)
    if heads < 1 or any(not gain >= 0 for gain in worth.values()):
        raise InputError("next visits: 1 head or more, and gains of 0 or more. Correct them.")
    needs, cost, names = _needs(area, scenario, consents)
    wanted = {thing: needs[thing] for thing in sorted(needs) if worth.get(thing, 0.0) > 0}
    whole = sum(worth[thing] for thing in wanted)
    chosen, bound = _chosen(wanted, worth, cost, heads)
    table = _ordered(wanted, worth, cost, names, chosen)
    gain = float(table["gain"].sum()) if len(table) else 0.0
    return NextVisits(table, gain, whole, bound)


def _worth(area: StudyArea, scenario: Scenario) -> dict[Thing, float]:
    cost = priced_acts(scenario, area).groupby(["layer", "id"])["cost_yuan"].sum().reset_index()
    return {(str(row["layer"]), str(row["id"])): float(row["cost_yuan"]) for row in cost.to_dict("records")}


def _needs(
    area: StudyArea, scenario: Scenario, consents: Consents
) -> tuple[dict[Thing, frozenset[str]], dict[str, int], dict[str, str]]:
    """Say of every thing held up who holds it up; heads and names of those."""
    asked = consents.asked
    own = asked[(asked["basis"] == "owner") & (asked["state"] != "in_hand") & (asked["party_id"].fillna("") != "")]
    held: dict[Thing, set[str]] = {}
    for layer, thing, party in zip(own["layer"], own["id"], own["party_id"], strict=True):
        held.setdefault((layer, thing), set()).add(party)
    open_ = consents.votes[consents.votes["state"] != "passed"].to_dict("records")
    uncounted = {f"{r['matter']}:{r['place']}" for r in open_ if r["state"] == "uncounted"}
    lacks = {f"{r['matter']}:{r['place']}": 0 if r["state"] == "uncounted" else int(r["to_win"]) for r in open_}
    for one in touched_features(area, scenario).to_dict("records"):
        votes = {f"{one['matter']}:{place}" for place in one["places"]} & set(lacks)
        if votes:
            held.setdefault((one["layer"], one["id"]), set()).update(votes)
    cost = {who: max(lacks.get(who, 1), 1) for needed in held.values() for who in needed}
    party_names = {str(i): str(name) for i, name in area.parties["name"].items()}
    held = {thing: who for thing, who in held.items() if not who & uncounted}  # how many to see, nobody knows
    unknown = asked[asked["state"] == "unknown"]
    for layer, thing in zip(unknown["layer"], unknown["id"], strict=True):
        held.pop((layer, thing), None)  # nobody is known whom to see: a visit frees nothing
    return {k: frozenset(v) for k, v in held.items()}, cost, {who: party_names.get(who, who) for who in cost}


def _chosen(
    needs: Mapping[Thing, frozenset[str]], worth: Mapping[Thing, float], cost: Mapping[str, int], heads: int
) -> tuple[set[str], float]:
    if not needs:
        return set(), 0.0
    things, who = list(needs), sorted({w for needed in needs.values() for w in needed})
    at = {w: len(things) + k for k, w in enumerate(who)}
    count = len(things) + len(who)
    waits = [(k, at[w]) for k, thing in enumerate(things) for w in sorted(needs[thing])]  # y_k <= x_w, a row each
    entries = [(row, column, sign) for row, (k, w) in enumerate(waits) for column, sign in ((w, 1.0), (k, -1.0))]
    entries += [(len(waits), at[w], -float(cost[w])) for w in who]  # the last row: heads
    row, column, value = zip(*entries, strict=True)
    scale = sum(worth[t] for t in things)
    objective = np.array([-worth[t] / scale for t in things] + [1e-6 * cost[w] / (heads + 1) for w in who])
    model = Milp(
        cost=objective, lower=np.zeros(count), upper=np.ones(count), integer=np.ones(count, dtype=bool),
        matrix=scipy.sparse.csr_matrix((value, (row, column)), shape=(len(waits) + 1, count)),
        row_lower=np.array([0.0] * len(waits) + [-float(heads)]), row_upper=np.full(len(waits) + 1, np.inf),
    )  # fmt: skip
    found = solve_milp(model, nodes=_NODES)
    if not len(found.values):
        return set(), scale
    chosen = {w for w in who if found.values[at[w]] > 0.5}
    gain = sum(worth[t] for t in things if needs[t] <= chosen)
    return chosen, gain if found.status == "optimal" else -found.bound * scale


def _ordered(
    needs: Mapping[Thing, frozenset[str]], worth: Mapping[Thing, float], cost: Mapping[str, int],
    names: Mapping[str, str], chosen: set[str],
) -> pd.DataFrame:  # fmt: skip
    """Put the chosen in order: always the bundle of people that frees most for each head."""
    won: set[str] = set()
    rows: list[tuple[object, ...]] = []
    open_ = {thing: needed for thing, needed in needs.items() if needed <= chosen}
    so_far, spent = 0.0, 0
    while open_:
        best = max(sorted({needed - won for needed in open_.values()}, key=sorted),
                   key=lambda b: _rate(b, won, open_, worth, cost))  # fmt: skip
        for who in sorted(best, key=lambda w: (cost[w], w)):
            won.add(who)
            freed = sorted(thing for thing, needed in open_.items() if needed <= won)
            gain = sum(worth[thing] for thing in freed)
            open_ = {thing: needed for thing, needed in open_.items() if thing not in freed}
            so_far, spent = so_far + gain, spent + cost[who]
            things = tuple(thing for _, thing in freed)
            rows.append((len(rows) + 1, who, names[who], cost[who], things, gain, so_far, spent))
    columns = ["order", "who", "name", "heads", "sets_free", "gain", "gain_so_far", "heads_so_far"]
    return pd.DataFrame(rows, columns=columns)


def _rate(
    bundle: frozenset[str], won: set[str], needs: Mapping[Thing, frozenset[str]], worth: Mapping[Thing, float],
    cost: Mapping[str, int],
) -> float:  # fmt: skip
    gain = sum(worth[thing] for thing, needed in needs.items() if needed <= won | bundle)
    return gain / sum(cost[who] for who in bundle) if bundle else float("inf")
