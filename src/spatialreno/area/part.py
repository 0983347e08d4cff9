"""Part of an area: what lies on some ground, as an area of its own, unchecked because the whole was checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno.area.study_area import StudyArea
from spatialreno.area.under_catalog import freeze


def part_of(area: StudyArea, ground: Any, name: str) -> StudyArea:
    """Take what lies on some ground, each feature whole; tables (parties, rights, ballots) stay behind.

    Parameters
    ----------
    area
        The whole.
    ground
        Polygon or MultiPolygon in the area's CRS.
    name
        Of the part.

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


def _on(frame: Any, ground: Any) -> Any:
    if not isinstance(frame, gpd.GeoDataFrame):
        return np.zeros(len(frame), bool)
    return shapely.intersects(ground, frame.geometry.to_numpy())
