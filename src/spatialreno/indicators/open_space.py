"""Open space (开放空间) by kind, in m2 and per person; kinds are never added up."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.area import open_facilities
from spatialreno.indicators.rows import Row, cite, marks, surveyed

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea
    from spatialreno.catalog import OpenSpace, Standard

KINDS = ("public_green", "cluster_green", "plaza", "sport")
_DRAWING = 1e-3  # metres: a strip drawn exactly as wide as asked is wide enough


def ground(area: StudyArea, norm: Standard) -> dict[str, Any]:
    """Gather the open ground of each kind that people may use.

    Open spaces that are not closed, and open facilities drawn as polygons whose catalog kind says that
    they are such ground (``public_space``); ground drawn in both layers counts once. Kinds to which the
    standard sets a least width without a least size (cluster green, 集中绿地) count only where they are
    that wide.

    Returns
    -------
    dict
        A geometry (perhaps empty) by kind; the area's CRS.
    """
    spaces, built = area.open_spaces, open_facilities(area)
    spaces = spaces[spaces["access"].fillna("public") != "closed"]
    built = built[built.geom_type.isin(["Polygon", "MultiPolygon"])]
    kinds = pd.concat([spaces["kind"], built["kind"].map(area.catalog.facilities["public_space"])])
    shapes = np.concatenate([spaces.geometry.to_numpy(), built.geometry.to_numpy()])
    union = {kind: shapely.union_all(shapes[(kinds == kind).to_numpy()]) for kind in KINDS}
    for row in norm.open_spaces:
        if row.least_width_m and not row.least_size_m2:
            union[row.kind] = wide_part(union[row.kind], row.least_width_m)
    return union


def wide_part(shape: BaseGeometry, width_m: float) -> Any:
    """Keep the part of a polygon in which a square of this width, in metres, can be moved about."""
    half = width_m / 2.0 - _DRAWING
    core = shapely.buffer(shape, -half, join_style="mitre")
    return shapely.intersection(shapely.buffer(core, half, join_style="mitre"), shape)


def open_space_rows(area: StudyArea, norm: Standard, residents: float, *, estimated: bool) -> list[Row]:
    """Measure open space of the whole area, by kind, against the figures for new building and for renewal.

    Figures of several living circles add up (they are not nested): those count whose least population
    the area has, and always that of the smallest circle.

    Parameters
    ----------
    area, norm
        The area and the standard.
    residents
        Residents of the area's homes; NaN when unknown.
    estimated
        Whether their number was estimated.

    Returns
    -------
    list of Row
        open_space_m2:KIND, open_space_person:KIND, open_space_renewal:KIND (where there is such a figure) and
        largest_park_m2, at level area; all NaN when no open space was ever surveyed.
    """
    shapes = ground(area, norm)
    known = surveyed(area, "open_spaces") or any(not s.is_empty for s in shapes.values())
    drawn = marks(inferred=bool(area.open_spaces["inferred"].any()))
    rows = []
    for kind, shape in shapes.items():
        size = shape.area if known else nan
        held = targets(norm, kind, residents)
        rows.append(Row("area", area.name, f"open_space_m2:{kind}", size, mark=drawn))
        rows += per_person("area", area.name, kind, size, residents, norm=norm, held=held, estimated=estimated)
    return [*rows, _largest_park(area, norm, shapes["public_green"], residents if known else None)]


def block_green_rows(area: StudyArea, norm: Standard, blocks: gpd.GeoDataFrame, people: pd.DataFrame) -> list[Row]:
    """Measure the cluster green (集中绿地) of each contiguous block.

    Parameters
    ----------
    area, norm
        The area and the standard.
    blocks
        As from ``spatialreno.blocks.merge_blocks``.
    people
        Homes with a ``block`` column.
    """
    if not surveyed(area, "open_spaces") and area.facilities.empty:
        return []
    kind = "cluster_green"
    sizes = shapely.area(shapely.intersection(blocks.geometry.to_numpy(), ground(area, norm)[kind]))
    residents = people["residents"].groupby(people["block"]).sum(min_count=1).reindex(blocks.index)
    guessed = people["estimated"].groupby(people["block"]).any().reindex(blocks.index, fill_value=False)
    rows = []
    for block, size, count, guess in zip(blocks.index, sizes, residents, guessed, strict=True):
        rows.append(Row("block", str(block), f"open_space_m2:{kind}", float(size)))
        held = targets(norm, kind, float(count))
        rows += per_person("block", str(block), kind, size, count, norm=norm, held=held, estimated=bool(guess))
    return rows


def targets(norm: Standard, kind: str, residents: float) -> list[OpenSpace]:
    """List the rows of a standard that so many residents are held to, from the smallest circle up."""
    rows = sorted((r for r in norm.open_spaces if r.kind == kind), key=lambda r: norm.levels[r.level].least_residents)
    return [r for i, r in enumerate(rows) if i == 0 or norm.levels[r.level].least_residents <= residents]


def per_person(
    level: str,
    place: str,
    kind: str,
    size_m2: float,
    residents: float,
    *,
    norm: Standard,
    held: list[OpenSpace],
    estimated: bool,
) -> list[Row]:
    """Divide open space by residents, and hold it to both figures of a standard."""
    share = size_m2 / residents if residents > 0 else nan
    source, mark = cite(norm, *held) if held else "", marks(estimated=estimated)
    new = [r.m2_per_person for r in held if r.m2_per_person]
    renewal = [r.renewal_m2_per_person for r in held if r.renewal_m2_per_person]
    rows = [
        Row(
            level,
            place,
            f"open_space_person:{kind}",
            share,
            sum(new) if new else nan,
            source if new else "",
            mark,
        )
    ]
    if renewal:
        rows.append(Row(level, place, f"open_space_renewal:{kind}", share, sum(renewal), source, mark))
    return rows


def _largest_park(area: StudyArea, norm: Standard, green: shapely.Geometry, residents: float | None) -> Row:
    parts = shapely.get_parts(green)
    largest = float(shapely.area(parts).max()) if len(parts) else 0.0
    held = [r for r in targets(norm, "public_green", residents or 0.0) if r.least_size_m2]
    least = held[-1].least_size_m2 or nan if held else nan
    return Row(
        "area",
        area.name,
        "largest_park_m2",
        nan if residents is None else largest,
        least,
        cite(norm, held[-1]) if held else "",
    )
