"""The boundary between neighbouring compounds as numbers: what faces whom, and what each thing shuts off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.area import on_ground
from spatialreno.blocks.openings import (
    blocked_zones,
    edge_zones,
    facing_edges,
    joined_spans,
    near_edges,
    obstacles,
    projections,
    spans_by_edge,
)

if TYPE_CHECKING:
    from spatialreno._types import Geometries, Indices
    from spatialreno.area import StudyArea

Span = tuple[float, float]
Owner = tuple[str, str]


@dataclass(frozen=True)
class Frontage:
    """One straight edge of a compound that faces a neighbour.

    Attributes
    ----------
    a, b : int
        Positions of the compound and its neighbour.
    ring, along_m, ring_m
        The ring of the edge, where on it the edge begins, and how long the ring is.
    start, heading
        Where the edge begins, in metres, and its direction of length 1.
    spans : list
        Stretches of the edge, in metres from its start, that face the neighbour.
    shut : list
        Stretches shut for good, by buildings and public paths.
    shut_by : list
        Stretches shut by one wall or structure: layer and id, from, to.
    """

    a: int
    b: int
    ring: int
    along_m: float
    ring_m: float
    start: tuple[float, float]
    heading: tuple[float, float]
    spans: list[Span]
    shut: list[Span]
    shut_by: list[tuple[Owner, float, float]]


def frontages(area: StudyArea) -> list[Frontage]:
    """Measure every edge between neighbouring compounds, once, so that what-ifs need no geometry.

    With any set of walls and structures taken away, the stretches of ``spans`` that no remaining ``shut`` or
    ``shut_by`` covers are those that ``open_frontages`` finds.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    list of Frontage
        In the order in which ``open_frontages`` works; positions of compounds, lengths in metres along the ring.

    Examples
    --------
    >>> import spatialreno as sr
    >>> edge = sr.blocks.frontages(sr.read_area("data/geo/xigongdi"))[0]
    >>> edge.a < edge.b, edge.along_m <= edge.ring_m
    (True, True)
    """
    edges = near_edges(area)
    facing = facing_edges(edge_zones(edges, area), area) if len(edges) else edges
    if not len(facing):
        return []
    faces = spans_by_edge(projections(facing, np.arange(len(facing)), facing["face"].to_numpy()))
    shut, shut_by = _shadows(facing, area)
    rows: list[dict[Any, Any]] = facing.to_dict("records")
    return [
        Frontage(
            a=int(row["a"]),
            b=int(row["b"]),
            ring=int(row["ring"]),
            along_m=float(row["along"]),
            ring_m=float(row["ring_m"]),
            start=(float(row["x0"]), float(row["y0"])),
            heading=(float(row["ux"]), float(row["uy"])),
            spans=joined_spans(faces.get(at, [])),
            shut=sorted(shut.get(at, [])),
            shut_by=sorted(shut_by.get(at, [])),
        )
        for at, row in enumerate(rows)
    ]


def _shadows(
    facing: pd.DataFrame, area: StudyArea
) -> tuple[dict[int, list[Span]], dict[int, list[tuple[Owner, float, float]]]]:
    solid, paths = obstacles(area)
    owners = _owners(area)
    shut: dict[int, list[Span]] = {}
    shut_by: dict[int, list[tuple[Owner, float, float]]] = {}
    zone, thing, parts = _blocking_by(facing, solid)
    for at, owner, low, high in _rows(_by_thing(facing, zone, thing, parts)):
        if owner < len(owners):
            shut_by.setdefault(at, []).append((owners[owner], low, high))
        else:
            shut.setdefault(at, []).append((low, high))
    lanes = projections(facing, *blocked_zones(facing, paths))
    for at, spans in spans_by_edge(lanes[lanes["high"] - lanes["low"] > lanes["across"]]).items():
        shut.setdefault(at, []).extend(spans)
    return shut, shut_by


def _owners(area: StudyArea) -> list[Owner]:
    """Name what may go, in the order of ``obstacles``: walls, low structures; buildings follow and stay."""
    low = on_ground(area.structures)
    walls = [("walls", str(name)) for name in area.walls.index]
    return walls + [("structures", str(name)) for name in area.structures.index[low]]


def _blocking_by(facing: pd.DataFrame, shapes: Geometries) -> tuple[Any, Any, Any]:
    between = facing["between"].to_numpy()
    zone, thing = shapely.STRtree(shapes).query(between, predicate="intersects")
    return zone, thing, shapely.intersection(between[zone], shapes[thing])


def _by_thing(facing: pd.DataFrame, zone: Indices, thing: Indices, shapes: Geometries) -> pd.DataFrame:
    """Project each thing apart: the row number of the pair stands for its zone until it is measured."""
    pairs = facing.iloc[zone].reset_index(drop=True)
    measured = projections(pairs, np.arange(len(pairs)), shapes)
    return measured.assign(zone=zone[measured["i"]], thing=thing[measured["i"]])


def _rows(measured: pd.DataFrame) -> list[tuple[int, int, float, float]]:
    columns = (measured[name].tolist() for name in ("zone", "thing", "low", "high"))
    return [(int(at), int(owner), float(low), float(high)) for at, owner, low, high in zip(*columns, strict=True)]
