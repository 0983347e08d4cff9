"""One large area by tiles: each home is judged in the one tile it belongs to, with all it can walk to around it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from spatialreno.area import part_of
from spatialreno.catalog import Standard
from spatialreno.errors import InputError
from spatialreno.indicators.access import judge
from spatialreno.indicators.circle import kind_weights, scores
from spatialreno.indicators.people import homes
from spatialreno.indicators.rows import surveyed
from spatialreno.scale import Workers, run_each

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

#: Walls and gates stand this close to the compounds that they belong to, metres.
_BESIDE_M = 1.0


@dataclass(frozen=True, eq=False)
class TiledAccess:
    """What homes can walk to, put together from tiles; equal to what ``evaluate`` finds of the whole.

    Attributes
    ----------
    access
        As ``Evaluation.access``; straight_m is NaN beyond the longest walk that counts.
    scores
        As ``Evaluation.scores``.
    tiles
        Homes in each tile, by its name.
    """

    access: pd.DataFrame
    scores: pd.DataFrame
    tiles: pd.Series[int]


@dataclass(frozen=True)
class _Tile:
    """All that a worker needs for one tile."""

    part: StudyArea
    homes: pd.Index[str]
    norm: Standard
    limit_m: float
    known: bool


def access_by_tiles(
    area: StudyArea,
    standard: str | Standard = "gb50180-2018",
    *,
    side_m: float = 2000.0,
    workers: Workers | Executor | None = None,
    progress: Callable[[str], None] | None = None,
) -> TiledAccess:
    """Find what the homes of one large area can walk to, tile by tile, here or on workers.

    A home belongs to the tile that its centroid lies in, so that people are counted once. Around a tile's homes lies a
    halo as wide as the longest walk that counts (``walk_limit_m``, or where the score fades to nothing), and every
    block of open compounds that reaches into it is taken whole: whoever walks farther has left what counts. So the
    rows are those of the whole area.

    Parameters
    ----------
    area
        The whole.
    standard
        As for ``evaluate``.
    side_m
        Side of a tile, metres. A tile costs what lies in it and its halo, so the side is best some halos long.
    workers, progress
        As for ``spatialreno.scale.run_each``. Parties, rights and ballots do not travel.

    Returns
    -------
    TiledAccess

    Raises
    ------
    InputError
        The side is not above 0, or a tile failed: which, and why.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> tiled = access_by_tiles(area)
    >>> int(tiled.tiles.sum()) == len(tiled.scores)  # each home belongs to one tile
    True
    """
    if not side_m > 0:
        raise InputError(f"side_m = {side_m:g}: a tile has a side above 0.")
    norm = standard if isinstance(standard, Standard) else area.catalog.standard(standard)
    people = homes(area)
    tiles = _tiles(area, norm, people.index, side_m)
    done = run_each(_one_tile, tiles, workers=workers, progress=progress)
    failed = [f"{name}: {found.fault}" for name, found in done.items() if found.answer is None]
    if failed:
        raise InputError("tiles: " + "; ".join(failed))
    parts = [found.answer for found in done.values() if found.answer is not None]
    if not parts:  # nobody lives here: the columns, and no row
        parts = [_one_tile(_Tile(part_of(area, shapely.Polygon(), area.name), people.index[:0], norm, 1.0, True))]
    found = pd.concat(parts).sort_values(["building_id", "kind"], ignore_index=True)
    score = scores(found, kind_weights(norm, area.catalog.facilities), norm.score.fade).reindex(people.index)
    table = pd.DataFrame({"score": score, "residents": people["residents"], "households": people["households"]})
    counts = pd.Series({name: len(tile.homes) for name, tile in tiles.items()}, dtype="int64")
    return TiledAccess(found, table, counts)


def _tiles(area: StudyArea, norm: Standard, names: pd.Index[str], side_m: float) -> dict[str, _Tile]:
    """Lay a grid of whole sides over the area, and cut out every square in which somebody lives."""
    from spatialreno.blocks import compound_blocks

    limit_m = max(area.catalog.constants["walk_limit_m"], norm.reach_m)
    shapes = area.buildings.geometry.loc[names]
    middles = shapes.centroid
    columns, rows = (np.floor(axis / side_m).astype(int) for axis in (middles.x, middles.y))
    block = compound_blocks(area).reindex(area.compounds.index)
    yards, tiles = area.compounds.geometry.to_numpy(), {}
    for (column, row), own in names.to_series().groupby([columns, rows]):
        # From the homes themselves, which stand over the edge of the square: their doors may lie outside.
        around = shapely.box(*shapes[own].total_bounds).buffer(limit_m + _BESIDE_M, join_style="mitre")
        reached = set(block[shapely.intersects(yards, around)])
        whole = shapely.buffer(yards[block.isin(reached)], _BESIDE_M)
        part = part_of(area, shapely.union_all([around, *whole]), f"{area.name}@{column},{row}")
        tiles[part.name] = _Tile(part, pd.Index(own), norm, limit_m, surveyed(area, "facilities"))
    return tiles


def _one_tile(tile: _Tile) -> pd.DataFrame:
    """Judge the homes of one tile, with all that lies in its halo."""
    from spatialreno.walk import nearest

    walks = nearest(tile.part, list(tile.norm.kinds), limit_m=tile.limit_m)
    walks = walks[walks["building_id"].isin(tile.homes)]
    walks = walks.assign(straight_m=walks["straight_m"].where(walks["straight_m"] <= tile.limit_m))
    return judge(walks, tile.norm.table, tile.part.catalog.groups["speed_m_s"], tile.homes, known=tile.known)
