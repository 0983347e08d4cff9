"""How much room a lane has across: between building faces, or what else stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.area import on_ground
from spatialreno.errors import InputError
from spatialreno.works.dig.cross_section import Section, Side, best_order, checked_kinds, corridor_rules, fit_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from spatialreno._types import Floats, Geometries, Indices
    from spatialreno.area import StudyArea

ROOM = ["width_m", "left_m", "right_m", "left", "right", "left_side", "right_side", "needed_m", "at"]


def lane_rooms(
    area: StudyArea, lines: Sequence[BaseGeometry] | Geometries, kinds: Sequence[str], *, faces_only: bool = False
) -> pd.DataFrame:
    """Measure the room across lanes where a set of pipes fits worst.

    Parameters
    ----------
    area
        The study area.
    lines
        Straight or bent pieces of lanes, in the area's CRS.
    kinds
        Kinds of pipe that are asked for.
    faces_only
        Look at building faces alone, as if walls and structures could be dug under.

    Returns
    -------
    DataFrame
        One row a piece; columns ``width_m`` (clear, at the place where most is missing), ``left_m, right_m``
        (from the middle of the lane), ``left, right`` (``layer:id`` that stands there, empty: nothing within
        ``corridor_reach_m``), ``left_side, right_side`` (``building``: its clearances hold; ``margin``),
        ``needed_m`` for the whole set, ``at`` (point).

    Notes
    -----
    Every ``corridor_step_m`` a rectangle is laid to each side; the nearest building, wall or structure on the
    ground in it bounds the room; what crosses the lane, such as the wall on both sides of a gate, does not.
    Trees, poles and pipes that are there already are not looked at.
    """
    drawn, constants = np.array([*lines, None], object)[:-1], area.catalog.constants
    (start, end, line), (shapes, names) = _stations(drawn, constants["corridor_step_m"]), _standing(area, faces_only)
    tree, reach = shapely.STRtree(shapes), constants["corridor_reach_m"]
    across, thing = tree.query(drawn, predicate="intersects")  # a gate: it is passed, not followed
    passed = np.unique(_pairs(across, thing, names))
    sides = [_offsets((start, end, line), turn * reach, tree, names, passed) for turn in (1.0, -1.0)]
    width = sides[0][0] + sides[1][0]
    forms: list[tuple[Side, Side]] = list(zip(sides[0][2], sides[1][2], strict=True))
    rules, wanted = corridor_rules(area.catalog), frozenset(kinds)
    needed = np.array([best_order(wanted, form, rules).needed_m for form in forms])
    rows = []
    for own in np.split(np.arange(len(line)), np.flatnonzero(np.diff(line)) + 1) if len(drawn) else []:
        k = int(own[np.argmax(np.round(needed - width, 6)[own])])
        middle = shapely.Point((start[k] + end[k]) / 2)
        rows.append((
            round(float(width[k]), 3), round(float(sides[0][0][k]), 3), round(float(sides[1][0][k]), 3),
            sides[0][1][k], sides[1][1][k], *forms[k], needed[k], middle,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=ROOM)


def cut_lane(area: StudyArea, path_id: str, kinds: Sequence[str] | str, *, faces_only: bool = False) -> Section:
    """Cut across a lane where a set of pipes fits worst, whether or not anything is routed there.

    Parameters
    ----------
    area
        The study area.
    path_id
        Id of a path.
    kinds
        Kinds of pipe (catalog ``pipe_kinds``), one or several.
    faces_only
        Measure between building faces alone, not walls and structures.

    Returns
    -------
    Section
        Width there is and width needed in metres, the kinds that fit side by side with their places, those left out,
        and what would help.

    Raises
    ------
    InputError
        For a path that is not there, or unknown kinds.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> cut_lane(today, "L1", ["sewage", "storm"]).left_out
    ('storm',)
    """
    if not isinstance(path_id, str) or path_id not in area.paths.index:
        raise InputError(f"{path_id}: no such path. `spatialreno show AREA --layer paths` lists them.")
    asked = checked_kinds(area.catalog, kinds)
    room = lane_rooms(area, [area.paths.geometry[path_id]], asked, faces_only=faces_only).iloc[0]
    return fit_section(area.catalog, room["width_m"], asked, sides=(room["left_side"], room["right_side"]))


def _standing(area: StudyArea, faces_only: bool) -> tuple[Any, list[str]]:
    structures = area.structures
    low = structures[on_ground(structures)]
    layers = {"buildings": area.buildings}
    if not faces_only:
        layers |= {"structures": low, "walls": area.walls}
    shapes = np.concatenate([frame.geometry.to_numpy() for frame in layers.values()])
    return shapes, [f"{layer}:{name}" for layer, frame in layers.items() for name in frame.index]


def _stations(lines: Geometries, step_m: float) -> tuple[Floats, Floats, Indices]:
    """Cut lines into short straight pieces: their beginnings and ends, and of which line each is."""
    points, line = shapely.get_coordinates(shapely.segmentize(lines, step_m), return_index=True)
    run = np.flatnonzero(line[:-1] == line[1:])
    return points[run], points[run + 1], line[run]


def _pairs(line: Indices, thing: Indices, names: list[str]) -> Indices:
    """Write pairs of a line and a thing as one number each."""
    return np.asarray(line * len(names) + thing)


def _offsets(
    stations: tuple[Floats, Floats, Indices], reach: float, tree: shapely.STRtree, names: list[str], passed: Indices
) -> tuple[Floats, list[str], list[Side]]:
    """Give the offset of the nearest thing to one side of each piece, its name and what side it makes."""
    start, end, line = stations
    run = end - start
    square = np.column_stack([-run[:, 1], run[:, 0]]) / np.maximum(np.hypot(*run.T), 1e-9)[:, None] * reach
    windows = shapely.polygons(np.stack([start, end, end + square, start + square, start], axis=1))
    piece, thing = tree.query(windows, predicate="intersects")
    beside = ~np.isin(_pairs(line[piece], thing, names), passed)
    piece, thing = piece[beside], thing[beside]
    met = shapely.intersection(windows[piece], tree.geometries[thing])
    away = shapely.distance(shapely.linestrings(np.stack([start, end], axis=1))[piece], met)
    offset, which = np.full(len(start), abs(reach)), np.full(len(start), -1)
    order = np.lexsort((thing, away))[::-1]  # the nearest is written last and stays
    offset[piece[order]], which[piece[order]] = away[order], thing[order]
    told = [names[k] if k >= 0 else "" for k in which]
    sides: list[Side] = ["building" if name.startswith("buildings:") else "margin" for name in told]
    return offset, told, sides
