"""Which compounds stand on the two sides of a wall, and where along it they change."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, islice, pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from spatialreno._types import Array

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def sides(lines: Array, compounds: gpd.GeoSeries, constants: Mapping[str, float]) -> tuple[Array, Array]:
    """Name the first compound met to the left and to the right of the middle of each line.

    Parameters
    ----------
    lines
        LineStrings, metric CRS.
    compounds
        Polygons by compound id, same CRS.
    constants
        ``tolerance_m`` (how far a wall may be drawn inside its compound) and ``strip_m``.

    Returns
    -------
    tuple of two object arrays
        Compound ids, None where no compound lies within ``strip_m``.
    """
    if not len(lines) or not len(compounds):
        none = np.full(len(lines), None, dtype=object)
        return none, none.copy()
    middle, normal = _middles(lines)
    return (_first_met(middle, normal, compounds, constants), _first_met(middle, -normal, compounds, constants))


def split_by_sides(
    walls: gpd.GeoDataFrame, compounds: gpd.GeoSeries, constants: Mapping[str, float]
) -> tuple[gpd.GeoDataFrame, pd.Series[Any]]:
    """Cut each wall where the pair of compounds beside it changes.

    ``W12`` becomes ``W12/1``, ``W12/2``; pieces shorter than ``split_min_m`` stay with a neighbour.

    Parameters
    ----------
    walls
        Conformed walls, metric CRS.
    compounds
        Polygons by compound id, same CRS.
    constants
        ``tolerance_m``, ``strip_m``, ``split_min_m``.

    Returns
    -------
    tuple of GeoDataFrame and Series
        The walls as cut, and the number of pieces by the id of each wall that was cut.
    """
    if not len(walls) or not len(compounds):
        return walls, pd.Series(dtype="int64")
    pieces = [
        _cut(line, marks, compounds, constants)
        for line, marks in zip(walls.geometry, _marks(walls.geometry.to_numpy(), compounds, constants), strict=True)
    ]
    cut = in_pieces(walls, pieces)
    counts = pd.Series([len(p) for p in pieces], index=walls.index)
    return cut, counts[counts > 1]


def in_pieces(walls: gpd.GeoDataFrame, pieces: list[list[Any]]) -> gpd.GeoDataFrame:
    """Replace each wall by its pieces, ``W12`` by ``W12/1``, ``W12/2``; one piece keeps the id.

    Parameters
    ----------
    walls
        Walls by id.
    pieces
        For each wall the lines it is cut into, in order along it, same CRS.

    Returns
    -------
    GeoDataFrame
        One row a piece with the cells of its wall, sorted by id; a number that another wall has is left out.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> line, half, rest = (shapely.LineString([(a, 0), (b, 0)]) for a, b in [(0, 10), (0, 4), (4, 10)])
    >>> walls = gpd.GeoDataFrame({"height_m": [2.0, 1.5]}, geometry=[line, line], index=["W1", "W2"], crs="EPSG:4546")
    >>> in_pieces(walls, [[half, rest], [line]]).length.to_dict()
    {'W1/1': 4.0, 'W1/2': 6.0, 'W2': 10.0}
    """
    taken = {i for i, p in zip(walls.index, pieces, strict=True) if len(p) == 1}
    names = []
    for wall, lines in zip(walls.index, pieces, strict=True):
        free = (f"{wall}/{n}" for n in count(1) if f"{wall}/{n}" not in taken)
        names += [wall] if len(lines) == 1 else list(islice(free, len(lines)))
    cut = walls.loc[walls.index.repeat([len(p) for p in pieces])].copy()
    cut["geometry"] = gpd.GeoSeries([p for ps in pieces for p in ps], index=cut.index, crs=walls.crs)
    cut.index = pd.Index(names, name="id", dtype="str")
    return cut.sort_index()


def lineage(name: str) -> tuple[str, ...]:
    """Name a piece and all it was cut from: who says W12 means all its pieces.

    Parameters
    ----------
    name
        Id of a wall or a piece of one.

    Returns
    -------
    tuple of str
        The whole first, ``name`` last.

    Examples
    --------
    >>> lineage("W12/1/2")
    ('W12', 'W12/1', 'W12/1/2')
    """
    parts = name.split("/")
    return tuple("/".join(parts[:n]) for n in range(1, len(parts) + 1))


def lineages(index: pd.Index) -> set[str]:
    """Collect the lineages of all ids.

    Parameters
    ----------
    index
        Ids of walls and pieces.

    Returns
    -------
    set of str
        Every name by which one of them may be meant.

    Examples
    --------
    >>> import pandas as pd
    >>> sorted(lineages(pd.Index(["W1/1", "W1/2", "W2"])))
    ['W1', 'W1/1', 'W1/2', 'W2']
    """
    return {known for name in index for known in lineage(str(name))}


def _middles(lines: Array) -> tuple[Array, Array]:
    length = shapely.length(lines)
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, length / 2 - 0.01))
    after = shapely.get_coordinates(shapely.line_interpolate_point(lines, length / 2 + 0.01))
    along = after - before
    along = along / np.maximum(np.hypot(*along.T), 1e-12)[:, None]
    return (before + after) / 2, np.column_stack([-along[:, 1], along[:, 0]])


def _first_met(middle: Array, normal: Array, compounds: gpd.GeoSeries, constants: Mapping[str, float]) -> Array:
    start = middle + normal * (constants["tolerance_m"] + constants["snap_m"])
    end = middle + normal * (constants["strip_m"] + constants["snap_m"])
    rays = shapely.linestrings(np.stack([start, end], axis=1))
    shapes = compounds.to_numpy()
    ray, hit = shapely.STRtree(shapes).query(rays, predicate="intersects")
    away = shapely.distance(shapely.points(start[ray]), shapely.intersection(rays[ray], shapes[hit]))
    order = np.lexsort((hit, away, ray))[::-1]  # nearest, then first id, is written last and stays
    met = np.full(len(middle), None, dtype=object)
    met[ray[order]] = compounds.index.to_numpy()[hit[order]]
    return met


def _marks(lines: Array, compounds: gpd.GeoSeries, constants: Mapping[str, float]) -> list[Array]:
    """Measure along each wall the feet of all compound corners near it."""
    corners = shapely.points(np.unique(shapely.get_coordinates(compounds.to_numpy()), axis=0))
    reach = constants["strip_m"] + constants["tolerance_m"]
    row, corner = shapely.STRtree(corners).query(lines, predicate="dwithin", distance=reach)
    feet = shapely.line_locate_point(lines[row], corners[corner])
    return [feet[row == i] for i in range(len(lines))]


def _cut(line: BaseGeometry, feet: Array, compounds: gpd.GeoSeries, constants: Mapping[str, float]) -> list[Any]:
    steps = shapely.length(shapely.linestrings(_segments(line))).cumsum()
    marks = np.unique(np.round(np.concatenate([[0.0], steps, feet]), 6))
    marks = marks[np.concatenate([[True], np.diff(marks) > constants["snap_m"]])]
    if len(marks) < 3:
        return [line]
    marks[-1] = line.length
    parts = np.array([substring(line, a, b) for a, b in pairwise(marks)])
    left, right = sides(parts, compounds, constants)
    ends = _runs(list(zip(left, right, strict=True)), marks, constants["split_min_m"])
    if len(ends) == 2:
        return [line]
    return [substring(line, a, b) for a, b in pairwise(ends)]


def _segments(line: BaseGeometry) -> Array:
    xy = shapely.get_coordinates(line)
    return np.stack([xy[:-1], xy[1:]], axis=1)


def _runs(pairs: list[tuple[Any, Any]], marks: Array, least_m: float) -> list[float]:
    """Join neighbouring parts with the same two sides, then give short runs to a neighbour."""
    runs: list[list[Any]] = []
    for pair, a, b in zip(pairs, marks[:-1], marks[1:], strict=True):
        if runs and runs[-1][0] == pair:
            runs[-1][2] = b
        else:
            runs.append([pair, a, b])
    while len(runs) > 1 and min(r[2] - r[1] for r in runs) < least_m:
        runs = _without_shortest(runs)
    return [float(runs[0][1])] + [float(r[2]) for r in runs]


def _without_shortest(runs: list[list[Any]]) -> list[list[Any]]:
    at = min(range(len(runs)), key=lambda i: runs[i][2] - runs[i][1])
    near = [i for i in (at - 1, at + 1) if 0 <= i < len(runs)]
    host = max(near, key=lambda i: runs[i][2] - runs[i][1])
    merged = [runs[host][0], min(runs[at][1], runs[host][1]), max(runs[at][2], runs[host][2])]
    low = min(at, host)
    joined = [*runs[:low], merged, *runs[low + 2 :]]
    result = [joined[0]]
    for run in joined[1:]:
        if run[0] == result[-1][0]:
            result[-1] = [run[0], result[-1][1], run[2]]
        else:
            result.append(run)
    return result
