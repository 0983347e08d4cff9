"""Where the gates of an area stand: what they take of walls, and which gaps they close."""

from __future__ import annotations

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
