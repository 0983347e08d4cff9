"""What fits where, for the live page: rectangles by kind and point of the ground, and the rooms of buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.area import STATION, empty_rooms, may_go
from spatialreno.land import built_conflicts, footprint_fits, kind_sides, kinds_alike, solid_bodies
from spatialreno.maps.live_page.typed_arrays import LabelSets, packed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

_SHAPE = ["width_m", "depth_m", "angle_deg"]
_MM = 1000.0


def fit_model(area: StudyArea, points: gpd.GeoSeries) -> dict[str, Any]:
    """Work out for every kind with a footprint where it fits, and what must go first.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    points : GeoSeries
        The points on which something may be put.

    Returns
    -------
    dict
        ``class`` by kind (its number among ``classes``); ``classes``: ``shapes`` (width and depth in millimetres, and
        degrees), and by point ``count``, ``shape`` and ``need`` (number of a set); ``labels`` and ``sets``: the
        walls and structures that must go; ``m2`` by kind; ``rooms``: m² that stand empty in each building, None where
        nobody has looked; ``station``: the kind that goes into such rooms only.
    """
    labels = removable(area)
    number = {label: at for at, label in enumerate(labels)}
    sets = LabelSets()
    classes: list[dict[str, Any]] = []
    of_kind: dict[str, int] = {}
    m2: dict[str, float] = {}
    for kinds in kinds_alike(area):
        found = footprint_fits(area, kinds[0], points)
        of_kind |= dict.fromkeys(kinds, len(classes))
        sides = kind_sides(area, kinds[0])
        m2 |= dict.fromkeys(kinds, round(sides[0][0] * sides[0][1], 1))
        classes.append(_class(found, points, sides, number, sets))
    return {
        "class": of_kind, "classes": classes, "m2": m2, "labels": [list(label) for label in labels],
        "sets": sets.table(), "rooms": _rooms(area), "station": STATION,
    }  # fmt: skip


def removable(area: StudyArea) -> list[tuple[str, str]]:
    """List the walls and structures that may go."""
    frames = [(layer, area.layer(layer)) for layer in ("walls", "structures")]
    return [
        (layer, str(name)) for layer, frame in frames
        for name in frame.index[may_go(frame)]
    ]  # fmt: skip


def _class(
    found: pd.DataFrame,
    points: gpd.GeoSeries,
    sides: Sequence[tuple[float, float]],
    number: dict[tuple[str, str], int],
    sets: LabelSets,
) -> dict[str, Any]:
    """Write the rectangles of one class by point; the first shape stands for points that hold none."""
    shapes = [(*sides[0], 0.0), *dict.fromkeys(found[_SHAPE].itertuples(index=False, name=None))]
    place = {shape: at for at, shape in enumerate(shapes)}
    own = [place[shape] for shape in found[_SHAPE].itertuples(index=False, name=None)]
    carrier = [at for at, needs in enumerate(found["needs"]) for _ in needs]
    label = [number[one] for needs in found["needs"] for one in needs if one in number]
    at = points.index.get_indexer(found["point"])
    return {
        "shapes": [[round(w * _MM), round(d * _MM), round(angle, 4)] for w, d, angle in shapes],
        "count": packed(np.bincount(at, minlength=len(points))),
        "shape": packed(own),
        "need": packed(sets.of(np.array(carrier, np.int64), np.array(label, np.int64), len(found))),
    }


def _rooms(area: StudyArea) -> list[float | None]:
    return [None if pd.isna(m2) else round(float(m2), 1) for m2 in empty_rooms(area)]


def outlines(area: StudyArea, scenario: Scenario, origin: list[float]) -> dict[str, dict[str, Any]]:
    """Say how the facilities that an option builds with an outline lie, and what stands in each today.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    scenario : Scenario
        The option.
    origin : list of float
        The corner from which the page counts millimetres.

    Returns
    -------
    dict
        By id: ``ring`` (millimetres, flat), ``needs`` (layer and id of what must go) and ``never`` (the option itself
        leaves something in its way).
    """
    after = scenario.apply(area)
    built = after.facilities[~after.facilities.index.isin(area.facilities.index)]
    built = built[(shapely.get_dimensions(built.geometry.to_numpy()) == 2) & built["building_id"].isna()]
    if built.empty:
        return {}
    refused = set(built_conflicts(area, scenario)["feature_id"])
    names, bodies = solid_bodies(area)
    inner = shapely.buffer(built.geometry.to_numpy(), -area.catalog.constants["tolerance_m"])
    own, met = shapely.STRtree(bodies).query(inner, predicate="intersects")
    return {
        str(name): {
            "ring": np.rint((shapely.get_coordinates(shape.exterior)[:-1] - origin) * _MM).astype(int).ravel().tolist(),
            "needs": [list(names[k]) for k in sorted(met[own == at])],
            "never": str(name) in refused,
        }
        for at, (name, shape) in enumerate(built.geometry.items())
    }
