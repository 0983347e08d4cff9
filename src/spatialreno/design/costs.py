"""What opening each candidate costs, and whom it asks: from the bill of quantities and the rules of consent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.design.candidates import Candidate, scenario_of

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


def opening_costs(area: StudyArea, candidates: Sequence[Candidate]) -> pd.Series[float]:
    """Price each candidate alone; what several need together is additive.

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
    """
    names = [one.id for one in candidates]
    if not candidates:
        return pd.Series(dtype="float64", index=pd.Index([], name="id", dtype="str"))
    wall_of = dict(zip(area.gates.index, area.gates["wall_id"], strict=True))
    cost: dict[tuple[str, str, str], float] = {}
    for becomes in ("gone", "public", "residents"):
        part = [one for one in candidates if one.acts[0][2] == becomes]
        if not part:
            continue
        bill = scenario_of(part, "priced").ledger(area)
        own = set().union(*(one.features for one in part))
        for layer, name, yuan in zip(bill["layer"], bill["id"], bill["cost_yuan"], strict=True):
            # A gate goes with its wall, and its removal is the wall's.
            thing = (layer, name) if (layer, name) in own or layer != "gates" else ("walls", str(wall_of[name]))
            cost[(*thing, becomes)] = cost.get((*thing, becomes), 0.0) + float(yuan)
    values = [sum(cost.get(act, np.nan) for act in one.acts) for one in candidates]
    return pd.Series(values, index=pd.Index(names, name="id"), dtype="float64", name="cost_yuan")


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
    for becomes in ("gone", "public", "residents"):
        part = [one for one in candidates if one.acts[0][2] == becomes]
        if not part:
            continue
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
