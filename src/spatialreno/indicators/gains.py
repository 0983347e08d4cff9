"""Who gains and who loses by a plan: homes before and after, people counted once, every count with its threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno._types import Floats

if TYPE_CHECKING:
    from spatialreno.indicators.evaluation import Evaluation


COLUMNS = [
    *("residents", "households", "score_before", "score_after", "gain", "kinds_in", "kinds_out"),
    *("baskets_in", "baskets_out", "reached_in", "reached_out", "nearer_m", "farther_m"),
]


def who_gains(before: Evaluation, after: Evaluation) -> pd.DataFrame:
    """Hold every home's walks before and after side by side.

    Parameters
    ----------
    before, after
        Of one standard; homes that stand in only one of them are left out.

    Returns
    -------
    pandas.DataFrame
        Index building_id; residents, households (as after; NaN when unknown), score_before, score_after, gain (points),
        kinds_in and kinds_out (kinds of facility newly within their radius, or no longer), baskets_in and baskets_out
        (ids of the baskets that became whole or no longer are, comma-joined), reached_in and reached_out (kinds that
        could not be walked to at all and now can, or no longer can), nearer_m and farther_m (most metres saved or lost
        on the walk to the nearest of one kind that can be reached both times). All but people are NaN where the
        facilities were never surveyed.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.evaluate(sr.read_area("data/geo/xigongdi"))
    >>> int(who_gains(today, today)["kinds_in"].sum())
    0
    """
    both = before.scores.index.intersection(after.scores.index)
    old, new = (e.scores.reindex(both) for e in (before, after))
    frame = new[["residents", "households"]].assign(
        score_before=old["score"], score_after=new["score"], gain=new["score"] - old["score"]
    )
    within = [_wide(e, "within", both) for e in (before, after)]
    frame["kinds_in"], frame["kinds_out"] = _came(*within), _came(*within[::-1])
    baskets = [e.baskets.reindex(both) for e in (before, after)]
    frame["baskets_in"], frame["baskets_out"] = _named(*baskets), _named(*baskets[::-1])
    far = [_wide(e, "distance_m", both) for e in (before, after)]
    can = [np.where(np.isnan(known), np.nan, ~np.isnan(walks)) for walks, known in zip(far, within, strict=True)]
    frame["reached_in"], frame["reached_out"] = _came(*can), _came(*can[::-1])
    unknown = frame["kinds_in"].isna()
    frame["nearer_m"], frame["farther_m"] = (np.where(unknown, np.nan, _nearer(*pair)) for pair in (far, far[::-1]))
    return frame[COLUMNS].rename_axis("building_id")


def gain_values(gains: pd.DataFrame, constants: Mapping[str, float], baskets: tuple[str, ...]) -> dict[str, float]:
    """Count who gains and who loses, by the rules whose titles stand in the catalog's indicators.

    Parameters
    ----------
    gains
        As ``who_gains`` gives it.
    constants
        ``gain_points`` (points of score) and ``gain_m`` (metres).
    baskets
        Ids of the standard's baskets.

    Returns
    -------
    dict
        By indicator: residents_gain, households_gain, residents_lose (score), kind_gain and kind_lose (within the
        radius of at least one kind; kind_gain_households counts households), basket_gain:ID and basket_lose:ID (inside
        the whole basket), near_gain and far_lose (metres). Each resident counts once in each; NaN where nobody can say.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.indicators import who_gains
    >>> today = sr.evaluate(sr.read_area("data/geo/xigongdi"))
    >>> gain_values(who_gains(today, today), {"gain_points": 0.5, "gain_m": 50.0}, ("four",))["kind_gain"]
    0.0
    """
    points, metres = constants["gain_points"], constants["gain_m"]
    rules = {
        "residents_gain": gains["gain"] >= points,
        "residents_lose": gains["gain"] <= -points,
        "kind_gain": gains["kinds_in"] > 0,
        "kind_lose": gains["kinds_out"] > 0,
        **{f"basket_gain:{b}": _holds(gains["baskets_in"], b) for b in baskets},
        **{f"basket_lose:{b}": _holds(gains["baskets_out"], b) for b in baskets},
        "near_gain": (gains["nearer_m"] >= metres) | (gains["reached_in"] > 0),
        "far_lose": (gains["farther_m"] >= metres) | (gains["reached_out"] > 0),
    }
    known = gains["gain"].notna()
    counted = {name: _people(gains.loc[known & rule, "residents"], known) for name, rule in rules.items()}
    counted["kind_gain_households"] = _people(gains.loc[known & rules["kind_gain"], "households"], known)
    counted["households_gain"] = _people(gains.loc[known & rules["residents_gain"], "households"], known)
    return counted


def _people(counted: pd.Series[float], known: pd.Series[bool]) -> float:
    """Sum people; nobody is 0, and NaN says that walks, or the people themselves, are not known."""
    if not known.any() or (len(counted) and counted.isna().all()):
        return float("nan")
    return float(counted.sum())


def _wide(found: Evaluation, column: str, homes: pd.Index[str]) -> Floats:
    """Lay a column of access out, a row a home, a column a kind; NaN where it is not known."""
    wide = found.access.pivot(index="building_id", columns="kind", values=column).reindex(homes)
    return wide.to_numpy("float64", na_value=np.nan)


def _came(old: Floats, new: Floats) -> Floats:
    """Count by home the kinds that are within now and were not; NaN where either is not known."""
    return np.asarray(np.where(np.isnan(new) | np.isnan(old), np.nan, new > old).sum(axis=1))


def _named(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series[str]:
    """Name by home the baskets that are whole now and were not."""
    came = new > old
    names = pd.Series([",".join(came.columns[row]) for row in came.to_numpy()], index=came.index, dtype="str")
    return names.mask(new.isna().any(axis=1) | old.isna().any(axis=1))


def _nearer(old: Floats, new: Floats) -> Floats:
    """Give by home the most metres saved to one kind that can be reached both times."""
    return np.asarray(np.fmax(old - new, 0.0).max(axis=1, initial=0.0))


def _holds(names: pd.Series[str], basket: str) -> pd.Series[bool]:
    return names.fillna("").map(lambda text: basket in text.split(",")).astype("bool")
