"""The living circle (生活圈) of each home: coverage by kind, level and basket, and a score of 0 to 100."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spatialreno.errors import InputError
from spatialreno.indicators.access import GROUPS
from spatialreno.indicators.rows import cite

if TYPE_CHECKING:
    from spatialreno.catalog import Basket, Standard

#: A number with one of these was seen in the text itself, in a second source, or follows from such.
_READ = ("read", "secondary", "derived")


def kind_weights(norm: Standard, facilities: pd.DataFrame) -> pd.Series[float]:
    r"""Share 1 out over the kinds of a standard.

    .. math:: w_k = W_{c(k)} \, o_k / \sum_{j \in c(k)} o_j \; / \; \sum_c W_c

    with :math:`W_c` the weight of the kind's category and :math:`o_k` that of its obligation (both from
    the standard's ``score``), over the categories that the standard has kinds of.

    Parameters
    ----------
    norm
        Kinds and weights.
    facilities
        The catalog's kinds with their ``category``; index kind.

    Returns
    -------
    pandas.Series
        By kind, not negative, sum 1.

    Raises
    ------
    InputError
        A kind that the catalog lacks, a category without a weight, or weights that are all zero.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> catalog = read_catalog()
    >>> weights = kind_weights(catalog.standard("gb50180-2018"), catalog.facilities)
    >>> round(float(weights.sum()), 9), bool(weights["bus_stop"] > weights["bank"])
    (1.0, True)
    """
    services = norm.table
    if strange := sorted(set(services.index) - set(facilities.index)):
        raise InputError(
            f"{norm.name}: services name kinds that the catalog lacks ({', '.join(strange)}). "
            "Use kinds of catalog/facilities.csv."
        )
    category = facilities.loc[services.index, "category"]
    worth = category.map(norm.score.categories)
    if worth.isna().any():
        missing = ", ".join(sorted(category[worth.isna()].unique()))
        raise InputError(f"{norm.name}: score.categories has no weight for {missing}. Add one (0 leaves it out).")
    duty = services["obligation"].map(norm.score.obligation).astype("float64")
    weight: pd.Series[float] = worth * duty / duty.groupby(category).transform("sum")
    if not weight.sum() > 0:
        raise InputError(f"{norm.name}: score.categories are all zero. Give at least one a weight.")
    return weight / weight.sum()


def credit(distance_m: pd.Series[float], radius_m: pd.Series[float], fade: float) -> pd.Series[float]:
    r"""Tell how much of a service counts at a walking distance.

    .. math:: g(d) = \min(1, \max(0, 1 - (d/r - 1)/fade))

    so 1 up to the radius r, 0 from r·(1 + fade) on and when unreached (NaN).
    """
    return (1.0 - (distance_m / radius_m - 1.0) / fade).clip(0.0, 1.0).fillna(0.0)


def scores(found: pd.DataFrame, weights: pd.Series[float], fade: float) -> pd.Series[float]:
    r"""Score each home from 0 to 100.

    .. math:: s_b = 100 \sum_k w_k \, g(d_{bk}), \qquad g(d) = \min(1, \max(0, 1 - (d/r_k - 1)/fade))

    so a kind counts whole up to its radius r, and nothing from r·(1 + fade) on. The form is the package's own; radii
    are the standard's, and its ``score`` has the weights.

    Parameters
    ----------
    found
        Access rows, as :func:`access` gives them: building_id, kind, distance_m, radius_m, within.
    weights
        By kind, sum 1.
    fade
        Share of the radius over which the credit falls to nothing.

    Returns
    -------
    pandas.Series
        By building_id, named score; NaN where reach is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> found = pd.DataFrame({"building_id": "B1", "kind": ["bank", "market"], "distance_m": [400.0, 750.0],
    ...                       "radius_m": [500.0, 500.0], "within": [True, False]})
    >>> scores(found, pd.Series({"bank": 0.6, "market": 0.4}), fade=1.0)["B1"].item()  # 100 (0.6 + 0.4 / 2)
    80.0
    """
    points = credit(found["distance_m"], found["radius_m"], fade) * found["kind"].map(weights).astype("float64")
    points = points.mask(found["within"].isna())
    wide = (
        found[["building_id", "kind"]].assign(points=points).pivot(index="building_id", columns="kind", values="points")
    )
    return (100.0 * wide.sum(axis=1, skipna=False)).clip(upper=100.0).rename("score")


def circle_values(found: pd.DataFrame, norm: Standard, score: pd.Series[float]) -> pd.DataFrame:
    """Lay out, a row a home, what its residents reach; ones and zeros, NaN where reach is not known.

    Parameters
    ----------
    found
        What :func:`access` gives.
    norm
        The standard that it was made by.
    score
        Of each home, as :func:`scores` gives it.

    Returns
    -------
    pandas.DataFrame
        Index building_id. Columns covered:KIND, covered_straight:KIND (within the radius in a straight line, as
        check-ups buffer), covered_elderly:KIND (within the minutes of the kind's own level at an elderly pace),
        detour_loss (straight less walked, mean over the kinds that shall be built), level_all:LEVEL and
        level_mean:LEVEL (kinds that shall be built), basket:ID, basket_general:ID (within the basket's minutes),
        basket_elderly:ID (each kind within the minutes of its own level), kinds_general:LEVEL and kinds_elderly:LEVEL
        (how many kinds of the standard are within the level's minutes), score.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.indicators import access
    >>> from spatialreno.indicators import kind_weights, scores
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> norm = today.catalog.standard("gb50180-2018")
    >>> found = access(today, norm, today.buildings.loc[["B01"]])
    >>> score = scores(found, kind_weights(norm, today.catalog.facilities), norm.score.fade)
    >>> circle_values(found, norm, score)[["covered:bank", "covered_straight:bank"]].loc["B01"].tolist()
    [1.0, 1.0]
    """
    services = norm.table
    grid = _Grid.of(found, services.index)
    within = grid.lay(found["within"])
    unknown = np.isnan(within)
    radius, pace = (most.reindex(grid.kinds).to_numpy("float64") for most in (services["radius_m"], _own_minutes(norm)))
    straight = _judged(grid.lay(found["straight_m"]) <= radius, unknown)
    own_pace = _judged(grid.lay(found["min_elderly"]) <= pace, unknown)
    tables = {"covered": within, "covered_straight": straight, "covered_elderly": own_pace}
    columns: dict[str, Any] = {
        f"{name}:{kind}": table[:, k] for name, table in tables.items() for k, kind in enumerate(grid.kinds)
    }
    due = services[services["obligation"] == "M"]
    columns["detour_loss"] = _mean(grid.of_kinds(straight - within, due.index))
    for level, kinds in due.groupby("level").groups.items():
        columns[f"level_all:{level}"] = grid.of_kinds(within, kinds).min(axis=1)
        columns[f"level_mean:{level}"] = _mean(grid.of_kinds(within, kinds))
    for basket in norm.baskets:
        columns[f"basket:{basket.id}"] = _all_needs(grid, within, basket)
        columns[f"basket_elderly:{basket.id}"] = _all_needs(grid, own_pace, basket)
    for group in GROUPS:
        minutes = grid.lay(found[f"min_{group}"])
        for basket in norm.baskets if group == "general" else ():
            in_time = _judged(minutes <= basket.minutes, unknown)
            columns[f"basket_{group}:{basket.id}"] = _all_needs(grid, in_time, basket)
        for key, limit in norm.minutes.items():
            columns[f"kinds_{group}:{key}"] = _judged(minutes <= limit, unknown).sum(axis=1)
    columns["score"] = score.reindex(grid.homes).to_numpy("float64")
    return pd.DataFrame(columns, index=grid.homes)


def circle_sources(norm: Standard) -> dict[str, str]:
    """Say what each circle indicator rests on: clause and confidence."""
    table = norm.table
    level = {key: cite(norm, row) for key, row in norm.levels.items()}
    texts = [
        f"{norm.name} {row.clause}, {row.radius_m:g} m ({row.confidence})" for row in table.itertuples(index=False)
    ]
    baskets = {b.id: f"{norm.name} {b.title_en or b.title_zh}, kinds at their own radius" for b in norm.baskets}
    limits = {
        **{("basket", b.id): b.minutes for b in norm.baskets},
        **{("kinds", k): m for k, m in norm.minutes.items()},
    }
    minutes = {
        f"{what}_{group}:{key}": f"{limit:g} min, walking speed of the catalog's group {group}"
        for (what, key), limit in limits.items()
        for group in GROUPS
    }
    pace = {b.id: "each kind within the minutes of its own level, speed of the group elderly" for b in norm.baskets}
    by_kind = dict(zip(table.index, texts, strict=True))
    return {
        **{f"covered:{kind}": text for kind, text in by_kind.items()},
        **{f"covered_straight:{kind}": f"{text}; straight line" for kind, text in by_kind.items()},
        **{f"covered_elderly:{kind}": f"{text}; minutes of its level" for kind, text in by_kind.items()},
        "detour_loss": f"{norm.name}, kinds that shall be built: straight line less walk",
        **{f"level_all:{key}": text for key, text in level.items()},
        **{f"level_mean:{key}": text for key, text in level.items()},
        **{f"basket:{key}": text for key, text in baskets.items()},
        **minutes,
        **{f"basket_elderly:{key}": text for key, text in pace.items()},
        "score": f"{norm.score.clause} ({norm.score.confidence})",
    }


def unread_share(norm: Standard, weights: pd.Series[float]) -> float:
    """Tell which share of the score's weight rests on distances that nobody has read in a source.

    Parameters
    ----------
    norm
        Kinds with the confidence of their radius; a radius that is only assumed counts as unread.
    weights
        By kind, sum 1.
    """
    sure = norm.table["confidence"].isin(_READ)
    return float(weights[~sure.reindex(weights.index)].sum())


def _own_minutes(norm: Standard) -> pd.Series[float]:
    """Give the minutes of each kind's level; one without any has its distance at 60 m a minute (300 m in 5)."""
    by_level = {key: level.minutes or level.distance_m / 60.0 for key, level in norm.levels.items()}
    minutes: pd.Series[float] = norm.table["level"].map(by_level).astype("float64")
    return minutes


class _Grid(NamedTuple):
    """Homes by kinds: where each row of access lies in a table of a row a home, a column a kind."""

    homes: pd.Index[str]
    kinds: pd.Index[str]
    row: NDArray[np.intp]
    column: NDArray[np.intp]

    @classmethod
    def of(cls, found: pd.DataFrame, judged: pd.Index[str]) -> _Grid:
        """Lay out all kinds of a standard, also where there is no home."""
        homes = pd.Index(found["building_id"], name="building_id").unique().sort_values()
        kinds = pd.Index(sorted({*judged, *found["kind"].unique()}))
        return cls(homes, kinds, homes.get_indexer(found["building_id"]), kinds.get_indexer(found["kind"]))

    def lay(self, cells: pd.Series[float]) -> NDArray[np.float64]:
        """Lay a column out; NaN where there is no row."""
        table = np.full((len(self.homes), len(self.kinds)), np.nan)
        table[self.row, self.column] = cells.to_numpy("float64", na_value=np.nan)
        return table

    def of_kinds(self, table: NDArray[np.float64], kinds: Iterable[str]) -> NDArray[np.float64]:
        """Take the columns of some kinds."""
        places: Any = self.kinds.get_indexer(pd.Index(list(kinds)))
        return np.asarray(table[:, places])


def _judged(such: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give 1 where something holds and 0 where not, NaN where reach is not known."""
    return np.where(unknown, np.nan, such.astype("float64"))


def _mean(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return table.mean(axis=1) if table.shape[1] else np.full(len(table), np.nan)


def _all_needs(grid: _Grid, reached: NDArray[np.float64], basket: Basket) -> NDArray[np.float64]:
    """Tell who has every need; a need of no kind is met by nothing that is known."""
    needs = (grid.of_kinds(reached, kinds) for kinds in basket.needs.values())
    met = [need.max(axis=1) if need.shape[1] else np.full(len(need), np.nan) for need in needs]
    all_met: NDArray[np.float64] = np.min(met, axis=0)
    return all_met
