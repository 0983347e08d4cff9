"""Who lives where: homes, and means over residents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.area import heated_share, is_home
from spatialreno.indicators.rows import Row, marks

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


def homes(area: StudyArea) -> pd.DataFrame:
    """List the residential buildings (住宅楼栋) with who lives in them.

    A building is a home when it has households or residents, or is in residential or mixed use.

    Returns
    -------
    pandas.DataFrame
        Index building_id; columns residents and households (NaN when unknown), heated (1, 0 or NaN),
        compound_id, estimated and households_estimated (boolean: the number of residents, of households).
    """
    b = area.buildings
    people, households = b["residents"].astype("float64"), b["households"].astype("float64")
    frame = pd.DataFrame(
        {
            "residents": people,
            "households": households,
            "heated": heated_share(area),
            "compound_id": b["compound_id"],
            "estimated": _names(b["estimated"], "residents"),
            "households_estimated": _names(b["estimated"], "households"),
        }
    )
    found: pd.DataFrame = frame.loc[is_home(b)].rename_axis("building_id")
    return found


def places_of(area: StudyArea, people: pd.DataFrame, blocks: pd.Series[str]) -> dict[str, pd.Series[str]]:
    """Say for each home which area, block and compound it counts for; a home in none is missing there.

    Parameters
    ----------
    blocks
        Block id by compound id, as ``spatialreno.blocks.compound_blocks`` gives it.
    """
    whole = pd.Categorical([area.name] * len(people), categories=[area.name])  # told even where nobody lives
    return {
        "area": pd.Series(whole, index=people.index),
        "block": people["compound_id"].map(blocks),
        "compound": people["compound_id"],
    }


def resident_means(
    values: pd.DataFrame,
    people: pd.DataFrame,
    places: pd.Series[str],
    *,
    level: str,
    inferred: bool = False,
    sources: Mapping[str, str] | None = None,
) -> list[Row]:
    r"""Average building values over the residents of each place.

    .. math:: \bar v_p = \sum_{b \in p} r_b v_b / \sum_{b \in p} r_b

    over the homes whose value :math:`v_b` and residents :math:`r_b` are known; NaN when there are none.

    Parameters
    ----------
    values
        A row a building, a column an indicator; shares as 0 or 1.
    people
        As from ``homes``.
    places
        Place of each building.
    level
        Level of the places.
    inferred
        Whether the values rest on inferred walls.
    sources
        What an indicator rests on.
    """
    residents = people["residents"].fillna(0.0)
    weights = values.notna().mul(residents, axis=0)
    top = values.fillna(0.0).mul(residents, axis=0)
    sums = pd.DataFrame(np.hstack([top, weights]), index=top.index).groupby(places, observed=False).sum()
    above, below = np.hsplit(sums.to_numpy("float64"), 2)  # one grouping for both
    share = np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)
    means = pd.DataFrame(share, index=sums.index, columns=values.columns)
    guessed = people["estimated"].groupby(places, observed=False).any()
    return _laid_out(means, guessed, level=level, inferred=inferred, sources=sources)


def head_counts(people: pd.DataFrame, places: pd.Series[str], *, level: str) -> list[Row]:
    """Count residents, households and homes of each place; unknown where no home's number is known."""
    residents = people["residents"].groupby(places, observed=False).sum(min_count=1)
    households = people["households"].groupby(places, observed=False).sum(min_count=1)
    homes = people["estimated"].groupby(places, observed=False).size()
    guess = people[["estimated", "households_estimated"]].groupby(places, observed=False).any()
    return [
        *_laid_out(residents.to_frame("residents"), guess["estimated"], level=level),
        *_laid_out(households.to_frame("households"), guess["households_estimated"], level=level),
        *_laid_out(homes.to_frame("homes"), guess["estimated"] & False, level=level),
    ]


def _names(marked: pd.Series[str], column: str) -> pd.Series[bool]:
    """Tell which rows name a column among their estimated ones."""
    return marked.fillna("").str.split(",").map(lambda names: column in names).astype("bool")


def _laid_out(
    values: pd.DataFrame,
    guessed: pd.Series[bool],
    *,
    level: str,
    inferred: bool = False,
    sources: Mapping[str, str] | None = None,
) -> list[Row]:
    """Turn a table of places × indicators into findings, each with what it rests on."""
    rests = [marks(estimated=guess, inferred=inferred) for guess in guessed.reindex(values.index).tolist()]
    places, known = [str(place) for place in values.index], sources or {}
    return [
        Row(level, place, name, value, source=known.get(name, ""), mark=mark)
        for name, column in zip(map(str, values.columns), values.to_numpy("float64").T.tolist(), strict=True)
        for place, value, mark in zip(places, column, rests, strict=True)
    ]
