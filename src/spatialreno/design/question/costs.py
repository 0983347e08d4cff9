"""What opening each candidate costs, and whom it asks: from the bill of quantities and the rules of consent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.design.question.candidates import Candidate, scenario_of
from spatialreno.scenario import priced_acts

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

# So many yuan that the fen to which a share is rounded does not count.
_MUCH = 1e10


def opening_costs(area: StudyArea, candidates: Sequence[Candidate]) -> pd.Series[float]:
    """Price each candidate as the bill does: its works, ground made good, design, supervision and reserve.

    What comes on top is a share of the works by payer, so the costs of several candidates add up to their bill, but for
    the fen to which the bill rounds each share.

    Parameters
    ----------
    area
        The area they are opened in.
    candidates
        As from ``find_candidates``.

    Returns
    -------
    pandas.Series
        Yuan by candidate id; NaN where the catalog has no price for some part of it.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.design import find_candidates
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> opening_costs(today, find_candidates(today, ["G05"])[0]).round(2).to_dict()  # 5000 × 1.06 × 1.06
    {'G05': 5618.0}
    """
    names = [one.id for one in candidates]
    if not candidates:
        return pd.Series(dtype="float64", index=pd.Index([], name="id", dtype="str"))
    wall_of = dict(zip(area.gates.index, area.gates["wall_id"], strict=True))
    cost: dict[tuple[str, str, str], float] = {}
    for becomes, part in by_becoming(candidates):
        ledger = priced_acts(scenario_of(part, "priced"), area)
        shares = ledger["payer"].map({payer: _with_fees(area, payer) for payer in ledger["payer"].unique()})
        own = set().union(*(one.features for one in part))
        yuan = ledger["cost_yuan"].to_numpy(float) * shares.to_numpy(float)
        for layer, name, each in zip(ledger["layer"], ledger["id"], yuan.tolist(), strict=True):
            # A gate goes with its wall, and its removal is the wall's.
            thing = (layer, name) if (layer, name) in own or layer != "gates" else ("walls", str(wall_of[name]))
            cost[(*thing, becomes)] = cost.get((*thing, becomes), 0.0) + each
    values = [sum(cost.get(act, np.nan) for act in one.acts) for one in candidates]
    return pd.Series(values, index=pd.Index(names, name="id"), dtype="float64", name="cost_yuan")


def by_becoming(candidates: Sequence[Candidate]) -> list[tuple[str, list[Candidate]]]:
    """Part candidates by what becomes of things, so that no two of a part touch one thing."""
    parts = [(word, [one for one in candidates if one.acts[0][2] == word]) for word in ("gone", "public", "residents")]
    return [(word, part) for word, part in parts if part]


def _with_fees(area: StudyArea, payer: str) -> float:
    """Say how many yuan the bill comes to for each yuan of works of a payer."""
    from spatialreno.scenario import line, make_bill

    cells = {"payer": payer, "phase": 1, "kind": "", "ids": (), "unit": "", "source": "", "confidence": ""}
    works = pd.DataFrame([line("plan", "", ("", ""), quantity=1.0, price=_MUCH, **cells)])
    return float(make_bill({"works": [works]}, area.catalog).total["works"] / _MUCH)


def asked_by_candidate(area: StudyArea, candidates: Sequence[Candidate]) -> pd.DataFrame:
    """Name for each candidate whom opening it asks: parties themselves and votes of owners, with their state.

    Returns
    -------
    pandas.DataFrame
        A row for each candidate and who is asked: id, who (party id, or ``matter:place`` of a vote), kind (``party`` or
        ``vote``), name, state (as in ``Consents``; ``unknown`` where no holder is registered).
    """
    from spatialreno.community import find_consents, touched_features

    rows: list[tuple[str, str, str, str, str]] = []
    for _, part in by_becoming(candidates):
        scenario = scenario_of(part, "asked")
        consents = find_consents(area, scenario, keep_rest=True)
        owners = consents.asked[consents.asked["basis"] == "owner"]
        touched = touched_features(area, scenario)
        votes = consents.votes.set_index(["matter", "place"])["state"]
        for one in part:
            things = set(one.features)
            mine = [key in things for key in zip(owners["layer"], owners["id"], strict=True)]
            for row in owners[mine].to_dict("records"):
                rows.append((one.id, row["party_id"] or "?", "party", row["party"], row["state"]))
            mine = [key in things for key in zip(touched["layer"], touched["id"], strict=True)]
            for row in touched[mine].to_dict("records"):
                for place in [*row["places"], *row["names"]]:
                    if (row["matter"], place) in votes.index:
                        rows.append((one.id, f"{row['matter']}:{place}", "vote", place, votes[row["matter"], place]))
    table = pd.DataFrame(rows, columns=["id", "who", "kind", "name", "state"])
    return table.drop_duplicates(["id", "who"]).reset_index(drop=True)
