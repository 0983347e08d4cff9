"""Make walls shorter, so that a part of one can come down."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from shapely.ops import substring

from spatialreno.area.place.relate import relate
from spatialreno.area.place.sides import in_pieces
from spatialreno.area.study_area import StudyArea
from spatialreno.area.under_catalog import freeze
from spatialreno.errors import InputError


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
    if not max_m > 0:
        raise InputError(f"max_m is {max_m:g}, expected more than 0. Give the longest piece in metres, such as 20.")
    walls = area.walls
    pieces = [_equal_parts(line, max_m) for line in walls.geometry]
    layers = {name: area.layer(name) for name in area.catalog.layers} | {"walls": in_pieces(walls, pieces)}
    acts = [
        {"layer": "walls", "id": str(wall), "rule": "split", "reason": f"cut into {len(parts)} of at most {max_m:g} m"}
        for wall, parts in zip(walls.index, pieces, strict=True)
        if len(parts) > 1
    ]
    return replace(area, _layers=freeze(relate(layers, area.catalog)), _acts=(*area._acts, *acts))


def _equal_parts(line: Any, max_m: float) -> list[Any]:
    number = int(np.ceil(line.length / max_m - 1e-9))  # 40 m by 20 m is two, whatever the last bit says
    if number <= 1:
        return [line]
    return [substring(line, a, b) for a, b in pairwise(np.linspace(0.0, line.length, number + 1))]
