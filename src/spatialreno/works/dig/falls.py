"""Gravity pipes: do they fall the right way, how deep do they get, and which levels are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno._angles import tan
from spatialreno.errors import Fault
from spatialreno.works.dig.lane_net import Lanes

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.works.dig.cross_section import Section

Edge = tuple[int, int]
Pieces = Mapping[Edge, Any]  # both ways round
Outfalls = Mapping[int, str]
Levels = pd.Series
FALLS = ["kind", "piece", "invert_up_m", "invert_down_m", "cover_m", "falls", "too_deep", "depth_m", "house_m"]


def node_levels(area: StudyArea, lanes: Lanes) -> pd.Series:
    """Give the level of the lane at each node, by the levels of both ends of its path; NaN where they are missing."""
    level = pd.Series(np.nan, index=range(len(lanes.xy)))
    node = lanes.pieces[["tail", "head"]].to_numpy(int).ravel()
    paths = area.paths.loc[lanes.pieces["path_id"].repeat(2)]
    lines = paths.geometry.to_numpy()
    along = shapely.line_locate_point(lines, shapely.points(lanes.xy[node])) / shapely.length(lines)
    low, high = (paths[name].astype("float64").to_numpy() for name in ("start_level_m", "end_level_m"))
    value = pd.Series(low + along * (high - low), index=node).dropna()
    first = value[~value.index.duplicated()]
    level[first.index] = first
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
        drain arrives below its main), ``too_deep``, depth_m (of its invert, at most), house_m (what it keeps from
        houses at that depth: :func:`house_clearance`). Empty, with a fault that names the lanes and mains
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
        depth = float(max(level[up_node] - start, level[down] - end))
        house = house_clearance(depth, size, float(own["occupied_m"]), constants)
        arrives = _arrives(area, outfalls.get(down), end, here, down)
        rows.append((kind, str(piece.Index), round(start, 3), round(end, 3), round(least, 3), arrives,
                     depth > deepest, round(depth, 3), round(house, 3)))  # fmt: skip
    return pd.DataFrame(rows, columns=FALLS)


def house_clearance(depth_m: float, size_m: float, trench_m: float, constants: Mapping[str, float]) -> float:
    r"""Tell how far the outside of a drain keeps from a house, by how deep it lies.

    .. math:: c = \max(c_{deep},\; (H - h) / \tan \alpha + B / 2 - D / 2), \qquad H > h

    with H the depth of the trench, h that of the foundation, B the width of the trench and D the pipe; where the drain
    lies no deeper than the foundation, the table's distance holds.

    Examples
    --------
    >>> limits = {"drain_house_m": 2.5, "drain_deep_house_m": 3.0, "foundation_depth_m": 1.5, "soil_angle_deg": 45.0}
    >>> [round(house_clearance(depth, 0.3, 0.9, limits), 2) for depth in (1.5, 1.6, 5.0)]
    [2.5, 3.0, 3.8]
    """
    foundation = constants["foundation_depth_m"]
    if depth_m <= foundation:
        return constants["drain_house_m"]
    slip = (depth_m - foundation) / tan(np.radians(constants["soil_angle_deg"]))
    return float(max(constants["drain_deep_house_m"], slip + trench_m / 2 - size_m / 2))


def deep_drains(
    falls: pd.DataFrame, lanes: pd.DataFrame, sections: Mapping[str, Section], constants: Mapping[str, float]
) -> list[Fault]:
    """Name the lanes in which a drain lies deeper than the foundations beside it and nearer than that allows."""
    short: dict[str, list[tuple[str, float, float, float]]] = {}
    for row in falls.to_dict("records"):
        cut, kind = sections.get(row["piece"]), str(row["kind"])
        if cut is None or row["depth_m"] <= constants["foundation_depth_m"] or kind not in cut.order.kinds:
            continue
        at = cut.order.kinds.index(kind)
        ways = (cut.order.start_m[at], max(cut.width_m, cut.order.needed_m) - cut.order.end_m[at])
        beside = [way for way, side in zip(ways, cut.sides, strict=True) if side == "building"]
        if beside and min(beside) < row["house_m"] - 1e-6:
            path = str(lanes.at[row["piece"], "path_id"])
            short.setdefault(kind, []).append((path, min(beside), float(row["house_m"]), float(row["depth_m"])))
    faults = []
    for kind, rows in sorted(short.items()):
        near, most, depth = min(r[1] for r in rows), max(r[2] for r in rows), max(r[3] for r in rows)
        text = (
            f"{kind} lies up to {depth:.1f} m deep, below foundations of {constants['foundation_depth_m']:g} m: it "
            f"asks for up to {most:.1f} m from houses and has {near:.1f} m at the nearest"
        )
        mend = "Lay it farther off or shallower, or have the trench beside the house proven"
        faults.append(Fault("paths", tuple(sorted({r[0] for r in rows})), "deep_drain", text, mend, "warning"))
    return faults


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
