"""Parts and wholes: what must add up, counted in equal units only."""

from __future__ import annotations

import pandas as pd

from spatialreno.errors import Fault

MEASURES = (
    *("count", "compounds", "buildings", "households", "money_yuan", "residents"),
    *("facilities", "lifts", "managed", "party_branches", "illegal_m2", "wall_m"),
)
#: Shares as published: told, and never added up.
SHARES = ("satisfied", "city_share")


def sums(rows: pd.DataFrame) -> pd.DataFrame:
    """Compare every whole with the sum of its parts.

    Parts are rows whose ``part_of`` names the whole. A count is compared only when all parts are counted in the
    unit of the whole; a measure only when the whole and all its parts state it.

    Returns
    -------
    DataFrame
        Columns whole, measure, unit, stated, parts (their sum), equal.
    """
    found: list[tuple[object, ...]] = []
    for whole, parts in rows.groupby("part_of", sort=True):
        if whole not in rows.index:
            continue
        head = rows.loc[whole]
        for measure in MEASURES:
            same_unit = bool((parts["unit"] == head["unit"]).all())
            if pd.isna(head[measure]) or parts[measure].isna().any() or (measure == "count" and not same_unit):
                continue
            stated, added = float(head[measure]), float(parts[measure].sum())
            unit = head["unit"] if measure == "count" else measure
            found.append((str(whole), measure, unit, stated, added, stated == added))
    return pd.DataFrame(found, columns=["whole", "measure", "unit", "stated", "parts", "equal"])


def sum_faults(rows: pd.DataFrame, file: str) -> list[Fault]:
    """Name every whole that its parts do not add up to."""
    wrong = sums(rows)
    return [
        Fault(
            "programme",
            (str(row["whole"]),),
            "sums",
            f"{row['measure']} of the parts is {row['parts']:g}, of the whole {row['stated']:g}",
            "Correct the figures, or part_of",
            file=file,
        )
        for _, row in wrong[~wrong["equal"].astype(bool)].iterrows()
    ]
