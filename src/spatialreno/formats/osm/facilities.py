"""Facilities from OpenStreetMap: one row a place and kind, each real place once."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.formats.osm.clip import Desk, Row, layer
from spatialreno.formats.osm.layers import title
from spatialreno.formats.osm.read import Feature, RawOsm
from spatialreno.formats.osm.tags import number, state

_CLOSED_KEYS = ("disused", "abandoned", "closed")


def facilities(raw: RawOsm, desk: Desk, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make facilities of every tag the catalog knows; the others are counted in the notes.

    Parameters
    ----------
    raw
        Features in longitude and latitude.
    desk
        Bounds, CRS, kinds and notes.
    buildings
        A facility drawn on or as one of them gets its ``building_id``.

    Returns
    -------
    GeoDataFrame
        Points and polygons; index ``n7-market``, so that a place of two kinds has two rows.
    """
    found = [one for feature in chain(raw.points, raw.areas) for one in _kinds_of(feature, desk)]
    kinds = {id(feature): kind for feature, kind in found}

    def row(feature: Feature) -> Row:
        tags = feature.tags
        kind = kinds[id(feature)]
        return {
            "id": f"{feature.id}-{kind}", "kind": kind, "name": title(tags), "status": "open",
            "capacity": number(tags.get("capacity")),
        }  # fmt: skip

    frame = layer(desk, "facilities", [feature for feature, _ in found], row)
    _count_unknown(raw, desk)
    return _in_buildings(_once(frame, desk), buildings) if len(frame) else frame


def _kinds_of(feature: Feature, desk: Desk) -> list[tuple[Feature, str]]:
    kinds = [kind.kind for kind in desk.kinds.of(feature.tags, "facilities")]
    if not kinds:
        return []
    unused = any(feature.tags.get(key) == "yes" for key in _CLOSED_KEYS)
    if unused or state(feature.tags.get("access")) == "closed":
        desk.acts.add("facilities", feature.id, "closed", "is closed or out of use; left out")
        return []
    return [(Feature(feature.id, feature.tags, feature.shape), kind) for kind in kinds]


def _once(frame: gpd.GeoDataFrame, desk: Desk) -> gpd.GeoDataFrame:
    """Leave out a point that lies in an area of the same kind: the same place mapped twice."""
    shapes, kinds = frame.geometry.to_numpy(), frame["kind"].to_numpy()
    point = shapely.get_dimensions(shapes) == 0
    inner, outer = shapely.STRtree(shapes).query(shapes, "within")
    twice = point[inner] & ~point[outer] & (kinds[inner] == kinds[outer])
    gone = frame.index[np.unique(inner[twice])]
    desk.acts.add("facilities", gone, "duplicate", "lies in an area of the same kind; left out")
    return frame.drop(index=gone)


def _in_buildings(frame: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    home = pd.Series([None] * len(frame), index=frame.index, dtype="object")
    if len(buildings):
        shapes = frame.geometry.to_numpy()
        near, hit = shapely.STRtree(buildings.geometry.to_numpy()).query(shapes, "within")
        home.iloc[near[::-1]] = buildings.index.to_numpy()[hit[::-1]]  # the first id stays
        own = pd.Series(frame.index.str.rsplit("-", n=1).str[0], index=frame.index)
        home = home.mask(own.isin(buildings.index), own)
    area = pd.Series(frame.area.round(1), index=frame.index)
    return frame.assign(building_id=home, area_m2=area.where(area > 0))


def _count_unknown(raw: RawOsm, desk: Desk) -> None:
    counter: Counter[str] = Counter()
    for feature in chain(raw.points, raw.lines, raw.areas):
        if desk.box.intersects(feature.shape):
            desk.kinds.unmatched(feature.tags, counter)
    for tag, count in sorted(counter.items()):
        desk.acts.add("facilities", "", "unmatched_tag", f"{tag} ({count}) stands for nothing in the catalog")
