"""An area in parts: what lies on some ground, as an area of its own; walls cut shorter, so that one can come down."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from numbers import Real
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.ops import substring

from spatialreno.area.place.relate import relate
from spatialreno.area.place.sides import in_pieces
from spatialreno.area.study_area import StudyArea
from spatialreno.area.under_catalog import freeze
from spatialreno.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry


def part_of(area: StudyArea, ground: shapely.Geometry, name: str) -> StudyArea:
    """Take what lies on some ground, each feature whole; tables (parties, rights, ballots) stay behind.

    Nothing is checked: the whole was.

    Parameters
    ----------
    area
        The whole.
    ground
        Polygon or MultiPolygon in the area's CRS.
    name
        Of the part.

    Returns
    -------
    StudyArea
        Features that meet the ground, with the same ids and CRS; its survey is the same part of the survey.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> part = part_of(area, area.compounds.geometry["C01"], "part")
    >>> len(part.compounds) < len(area.compounds), len(part.ballots)
    (True, 0)
    """
    survey = None if area.survey is area else part_of(area.survey, ground, name)
    shapely.prepare(ground)
    layers = {k: area.layer(k) for k in area}
    return replace(
        area, name=name, _layers=freeze({k: frame[_on(frame, ground)] for k, frame in layers.items()}), _survey=survey
    )


def _on(frame: pd.DataFrame, ground: shapely.Geometry) -> Any:
    if not isinstance(frame, gpd.GeoDataFrame):
        return np.zeros(len(frame), bool)
    return shapely.intersects(ground, frame.geometry.to_numpy())


def split_walls(area: StudyArea, *, max_m: float) -> StudyArea:
    """Cut every wall longer than ``max_m`` into equal pieces; nothing else changes.

    Parameters
    ----------
    area
        The area, which stays as it is.
    max_m
        Longest piece wanted, in metres.

    Returns
    -------
    StudyArea
        ``W12`` becomes ``W12/1``, ``W12/2``, each at most ``max_m`` long; ``report`` names each wall cut.

    Raises
    ------
    InputError
        When ``max_m`` is not more than zero.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> bool(split_walls(area, max_m=20).walls["length_m"].max() <= 20)
    True
    """
    if not isinstance(max_m, Real) or not max_m > 0:
        raise InputError(f"max_m is {max_m!r}, expected more than 0. Give the longest piece in metres, such as 20.")
    walls = area.walls
    pieces = [_equal_parts(line, max_m) for line in walls.geometry]
    layers = {name: area.layer(name) for name in area.catalog.layers} | {"walls": in_pieces(walls, pieces)}
    acts = [
        {"layer": "walls", "id": str(wall), "rule": "split", "reason": f"cut into {len(parts)} of at most {max_m:g} m"}
        for wall, parts in zip(walls.index, pieces, strict=True)
        if len(parts) > 1
    ]
    return replace(area, _layers=freeze(relate(layers, area.catalog)), _acts=(*area._acts, *acts))


def _equal_parts(line: BaseGeometry, max_m: float) -> list[Any]:
    number = int(np.ceil(line.length / max_m - 1e-9))  # 40 m by 20 m is two, whatever the last bit says
    if number <= 1:
        return [line]
    return [substring(line, a, b) for a, b in pairwise(np.linspace(0.0, line.length, number + 1))]
