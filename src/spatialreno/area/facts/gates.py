"""Where the gates of an area stand: what they take of walls, and which gaps they close."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from spatialreno.area.place.gate_spans import spans_of_gates

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area.study_area import StudyArea


def gate_spans(area: StudyArea) -> gpd.GeoDataFrame:
    """List the stretches of walls that are gates, and the gaps between wall ends that gates close.

    Walking, blocks, lanes and holes left by gates that go all ask here.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        gate, wall, other, low_m, high_m, geometry, as ``spans_of_gates`` tells.
    """
    return area.derive(_spans)


def _spans(area: StudyArea) -> gpd.GeoDataFrame:
    """Work the stretches and gaps out, once an area."""
    return spans_of_gates(area.gates, area.walls, area.buildings.geometry, area.catalog.constants)


def closed_gaps(area: StudyArea) -> gpd.GeoDataFrame:
    """List the gaps that gates close, from post to post; a gap stays one for whoever is let through."""
    spans = gate_spans(area)
    return spans[spans["low_m"].isna()]


def taken_stretches(area: StudyArea) -> gpd.GeoDataFrame:
    """List the stretches of walls that are gates."""
    spans = gate_spans(area)
    return spans[spans["low_m"].notna()]


def gates_that_stay(area: StudyArea, gone: Collection[str]) -> set[str]:
    """Name the gates of walls that go which stand on another wall, too: one drawn along the same line, which stays.

    A boundary is often drawn twice, once by each neighbour. While one of both lines stands, its gate does.
    """
    return {gate for gate, walls in doubled_walls_of_gates(area).items() if not set(walls) <= set(gone)}


def doubled_walls_of_gates(area: StudyArea) -> dict[str, list[str]]:
    """List for gates the walls besides their own that are drawn along it, near enough for the gate to stand there."""
    return area.derive(_doubles)


def parts_that_go(area: StudyArea) -> dict[tuple[str, str], str]:
    """Give, for stretches that gates take of walls that are not their own, the wall they go with: (gate, wall) to wall.

    Where a gate goes with its wall, what it took of the wall's next piece is a hole; not so while it stands
    on a double.
    """
    own, doubles = area.gates["wall_id"], doubled_walls_of_gates(area)
    pairs = taken_stretches(area)[["gate", "wall"]].itertuples(index=False)
    return {
        (str(gate), str(wall)): str(own[gate]) for gate, wall in pairs if wall != own[gate] and gate not in doubles
    }


def _doubles(area: StudyArea) -> dict[str, list[str]]:
    """Work it out, once an area."""
    spans, snap = taken_stretches(area), area.catalog.constants["gate_snap_m"]
    found: dict[str, list[str]] = {}
    for gate, wall in spans.loc[spans["beside"], ["gate", "wall"]].itertuples(index=False):
        if area.gates.geometry[gate].distance(area.walls.geometry[wall]) <= snap:
            found.setdefault(str(gate), []).append(str(wall))
    return found
