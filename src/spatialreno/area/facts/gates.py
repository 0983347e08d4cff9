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
        One row a stretch or gap, in the area's CRS: gate (id); wall, that it takes from or whose end is a post;
        other, the wall of the second post of a gap; low_m and high_m, metres along the wall from its first point,
        NaN for a gap; beside, whether the wall is only drawn along the gate's own; geometry, the line taken.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> taken = sr.area.gate_spans(today).query("gate == 'G01'").iloc[0]
    >>> taken["wall"], round(float(taken["high_m"] - taken["low_m"]), 3), float(today.gates.loc["G01", "width_m"])
    ('W02', 4.5, 4.5)
    """
    return area.derive(_spans)


def _spans(area: StudyArea) -> gpd.GeoDataFrame:
    """Work the stretches and gaps out, once an area."""
    return spans_of_gates(area.gates, area.walls, area.buildings.geometry, area.catalog.constants)


def closed_gaps(area: StudyArea) -> gpd.GeoDataFrame:
    """List the gaps that gates close, from post to post; a gap stays one for whoever is let through.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        The rows of ``gate_spans`` without low_m and high_m; empty where every gate stands in a drawn wall.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> len(sr.area.closed_gaps(today)) + len(sr.area.taken_stretches(today)) == len(sr.area.gate_spans(today))
    True
    """
    spans = gate_spans(area)
    return spans[spans["low_m"].isna()]


def taken_stretches(area: StudyArea) -> gpd.GeoDataFrame:
    """List the stretches of walls that are gates.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        The rows of ``gate_spans`` with low_m and high_m, metres along ``wall``; a gate where a wall is cut has one for
        each piece.

    Examples
    --------
    >>> import spatialreno as sr
    >>> taken = sr.area.taken_stretches(sr.read_area("data/geo/xigongdi"))
    >>> bool((taken["high_m"] > taken["low_m"]).all())
    True
    """
    spans = gate_spans(area)
    return spans[spans["low_m"].notna()]


def gates_that_stay(area: StudyArea, gone: Collection[str]) -> set[str]:
    """Name the gates of walls that go which stand on another wall, too: one drawn along the same line, which stays.

    A boundary is often drawn twice, once by each neighbour. While one of both lines stands, its gate does.

    Parameters
    ----------
    area
        The area in which all walls still stand.
    gone
        Ids of the walls that are to go.

    Returns
    -------
    set of str
        Ids of gates; of those that stand on one wall alone none.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> twice = today.walls.loc[["W01"]].rename(index={"W01": "W01b"})  # the neighbour drew it, too
    >>> drawn = today.with_layer("walls", pd.concat([today.walls, twice]))
    >>> sr.area.gates_that_stay(drawn, gone=["W01"]), sr.area.gates_that_stay(drawn, gone=["W01", "W01b"])
    ({'G02'}, set())
    """
    return {gate for gate, walls in doubled_walls_of_gates(area).items() if not set(walls) <= set(gone)}


def doubled_walls_of_gates(area: StudyArea) -> dict[str, list[str]]:
    """List for gates the walls besides their own that are drawn along it, near enough for the gate to stand there.

    Parameters
    ----------
    area
        Any study area; near enough is its constant ``gate_snap_m``.

    Returns
    -------
    dict of str to list of str
        Wall ids by gate id; a gate of one wall alone is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> twice = today.walls.loc[["W01"]].rename(index={"W01": "W01b"})  # the neighbour drew it, too
    >>> drawn = today.with_layer("walls", pd.concat([today.walls, twice]))
    >>> sr.area.doubled_walls_of_gates(drawn)
    {'G02': ['W01b']}
    """
    return area.derive(_doubles)


def parts_that_go(area: StudyArea) -> dict[tuple[str, str], str]:
    """Give, for stretches that gates take of walls that are not their own, the wall they go with: (gate, wall) to wall.

    Where a gate goes with its wall, what it took of the wall's next piece is a hole; not so while it stands
    on a double.

    Parameters
    ----------
    area
        The area in which all walls still stand.

    Returns
    -------
    dict of (str, str) to str
        By gate id and id of the wall it reaches into, the id of the gate's own wall (``gates["wall_id"]``).

    Examples
    --------
    >>> import spatialreno as sr
    >>> cut = sr.split_walls(sr.read_area("data/geo/xigongdi"), max_m=3)
    >>> {pair: wall for pair, wall in sr.area.parts_that_go(cut).items() if pair[0] == "G01"}
    {('G01', 'W02/8'): 'W02/9', ('G01', 'W02/10'): 'W02/9'}
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
