"""Gravity pipes: do they fall the right way, how deep do they get, and which levels are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.errors import Fault
from spatialreno.works.dig.lane_net import Lanes

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

Edge = tuple[int, int]
Pieces = Mapping[Edge, Any]  # both ways round
Outfalls = Mapping[int, str]
Levels = pd.Series
FALLS = ["kind", "piece", "invert_up_m", "invert_down_m", "cover_m", "falls", "too_deep"]


def node_levels(area: StudyArea, lanes: Lanes) -> pd.Series:
    """Give the level of the lane at each node, by the levels of both ends of its path; NaN where they are missing."""
    level = pd.Series(np.nan, index=range(len(lanes.xy)))
    for piece in lanes.pieces.itertuples():
        path = area.paths.loc[piece.path_id]
        for node in (int(piece.tail), int(piece.head)):
            along = path["geometry"].project(shapely.Point(lanes.xy[node])) / path["geometry"].length
            value = path["start_level_m"] + along * (path["end_level_m"] - path["start_level_m"])
            if np.isnan(level[node]) and not pd.isna(value):
                level[node] = float(value)
    return level


def check_falls(
    area: StudyArea, lanes: Lanes, kind: str, used: Sequence[Edge], outfalls: Mapping[int, str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Lay a drain at its least slope from the houses down to the main, and tell where it cannot fall.

    Parameters
    ----------
    area
        The study area; ``start_level_m`` and ``end_level_m`` of paths and mains are levels.
    lanes
        Pieces of lanes.
    kind
        ``sewage`` or ``storm``.
    used
        Arcs of its tree, from the main outwards.
    outfalls
        Node at which a main is tapped to that main.

    Returns
    -------
    DataFrame, list of Fault
        Columns piece, invert_up_m, invert_down_m, cover_m (least, at both ends), ``falls`` (False where the
        drain arrives below its main), ``too_deep``. Empty, with a fault that names the lanes and mains
        without levels, when any is missing.

    Notes
    -----
    A drain starts at least cover below the lane; going down it falls at least at its slope and keeps its cover:

    .. math:: z_{down} = \\min(z_{up} - i L,\\; g_{down} - c - D)
    """
    level = node_levels(area, lanes)
    pieces = {(int(p.tail), int(p.head)): p for p in lanes.pieces.itertuples()}
    pieces |= {(v, u): p for (u, v), p in pieces.items()}
    here = [(u, v) for u, v in used if (u, v) in pieces]
    faults = _missing(area, kind, here, pieces, level, outfalls)
    if faults:
        return pd.DataFrame(columns=FALLS), faults
    return _laid(area, kind, here, pieces, level, outfalls), []


def _missing(
    area: StudyArea, kind: str, here: Sequence[Edge], pieces: Pieces, level: Levels, outfalls: Outfalls
) -> list[Fault]:
    blank = sorted({str(pieces[e].path_id) for e in here if level[[*e]].isna().any()})
    used = {u for u, _ in here} | {v for _, v in here}
    mains = sorted({main for node, main in outfalls.items() if node in used})
    flat = [m for m in mains if area.pipes.loc[m, ["start_level_m", "end_level_m"]].isna().any()]
    faults = []
    for layer, ids in (("paths", blank), ("pipes", flat)):
        if ids:
            text = f"levels missing: whether {kind} falls the right way cannot be told"
            mend = "Fill start_level_m and end_level_m"
            faults.append(Fault(layer, tuple(ids), "levels_missing", text, mend, "note"))
    return faults


def _laid(
    area: StudyArea, kind: str, here: Sequence[Edge], pieces: Pieces, level: Levels, outfalls: Outfalls
) -> pd.DataFrame:
    constants, own = area.catalog.constants, area.catalog.pipe_kinds.loc[kind].to_dict()
    cover, deepest = constants["sewer_cover_m"], constants["sewer_depth_max_m"]
    size, slope = float(own["diameter_mm"]) / 1000, float(own["slope_min"])
    invert = {node: level[node] - cover - size for edge in here for node in edge}
    rows = []
    for up_node, edge in _from_the_ends(here):
        down, piece = edge[0], pieces[edge]
        start = invert[up_node]
        end = min(start - slope * float(piece.length_m), level[down] - cover - size)
        invert[down] = min(invert[down], end)
        least = min(level[up_node] - start, level[down] - end) - size
        deep = max(level[up_node] - start, level[down] - end) > deepest
        arrives = _arrives(area, outfalls.get(down), end, here, down)
        rows.append((kind, str(piece.Index), round(start, 3), round(end, 3), round(least, 3), arrives, bool(deep)))
    return pd.DataFrame(rows, columns=FALLS)


def _from_the_ends(here: Sequence[Edge]) -> list[tuple[int, Edge]]:
    """Order pieces so that each comes after all that drain into it: (upper node, arc away from the main)."""
    above: dict[int, list[Edge]] = {}
    for edge in here:
        above.setdefault(edge[0], []).append(edge)
    depth: dict[int, int] = {}

    def deep(node: int) -> int:
        depth[node] = 1 + max((deep(v) for _, v in above.get(node, [])), default=0)
        return depth[node]

    heads = {v for _, v in here}
    for root in {u for u, _ in here} - heads:
        deep(root)
    return [(edge[1], edge) for edge in sorted(here, key=lambda e: (depth[e[1]], e))]


def _arrives(area: StudyArea, main: str | None, invert: float, here: Sequence[Edge], node: int) -> bool:
    """Tell whether a drain that ends here arrives above the invert of its main."""
    if main is None or any(v == node for _, v in here):
        return True
    pipe = area.pipes.loc[main]
    return bool(invert >= min(pipe["start_level_m"], pipe["end_level_m"]) - 1e-9)
