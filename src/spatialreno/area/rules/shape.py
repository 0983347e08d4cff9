"""Rules about shapes: there, of their type, whole, and all in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from spatialreno.area.rules.checked import Checked, Rule
from spatialreno.area.rules.checked import fault as _fault
from spatialreno.errors import Fault

PLACELESS = frozenset({"coordinate system", "degrees"})


def rows_are_there(checked: Checked) -> Iterator[Fault]:
    """Compounds and buildings must not be empty."""
    for name in ("compounds", "buildings"):
        if not len(checked.layers[name]):
            yield Fault(name, (), "empty layer", "has no rows", f"Give at least one row in {name}")


def geometry_is_there(checked: Checked) -> Iterator[Fault]:
    """Every row has a geometry that is not empty."""
    for name, frame in checked.mapped():
        shapes = frame.geometry.to_numpy()
        gone = shapely.is_missing(shapes) | shapely.is_empty(shapes)
        if gone.any():
            yield _fault(
                name,
                frame.index[gone],
                "geometry",
                f"{gone.sum()} rows have no geometry",
                "Draw them, or take the rows out",
            )


def geometry_is_of_its_type(checked: Checked) -> Iterator[Fault]:
    """Every geometry is of a type the dictionary names."""
    for name, frame in checked.mapped():
        allowed = checked.catalog.layers[name].geometry
        types = frame.geometry.geom_type.fillna("")
        wrong = ~types.isin(allowed) & (types != "")
        if wrong.any():
            seen = ", ".join(sorted(types[wrong].unique()))
            message = f"{wrong.sum()} rows are {seen}, expected {' or '.join(allowed)}"
            mend = _type_mend(set(types[wrong]), allowed, name)
            yield _fault(name, frame.index[wrong], "geometry type", message, mend)


def _type_mend(seen: set[str], allowed: tuple[str, ...], layer: str) -> str:
    """Say how shapes of one type become those of another."""
    if any(t.startswith(("Multi", "Geometry")) for t in seen):
        return "Split them, one part a row (QGIS: Multipart to singleparts)"
    if seen == {"Polygon"} and allowed == ("LineString",):
        wide = "; a strip of even width up to double_wall_max_m is read as it is" if layer == "walls" else ""
        return f"Draw the line in the middle (QGIS: polygon to centre line, or Polygons to lines for its edge){wide}"
    if seen == {"LineString"} and allowed[0] == "Polygon":
        return "Close the lines, or make areas of them (QGIS: Lines to polygons, Polygonize)"
    if allowed == ("Point",):
        wide = "; a line or an area up to gate_most_m wide is read as it is" if layer == "gates" else ""
        return f"Draw the point in the middle (QGIS: Centroids){wide}"
    return f"Redraw them as {' or '.join(allowed)}"


def geometry_is_valid(checked: Checked) -> Iterator[Fault]:
    """No polygon crosses itself."""
    for name, frame in checked.mapped():
        shapes = frame.geometry.to_numpy()
        valid = checked.valid[name] if name in checked.valid else shapely.is_valid(shapes)
        bad = ~valid & ~shapely.is_missing(shapes)
        bad[bad] = _finite(shapes[bad])
        if bad.any():
            where = "; ".join(
                f"{i}: {r}" for i, r in zip(frame.index[bad][:3], shapely.is_valid_reason(shapes[bad][:3]), strict=True)
            )
            yield _fault(
                name,
                frame.index[bad],
                "valid geometry",
                f"{bad.sum()} shapes are invalid [{where}]",
                _valid_mend(shapes[bad]),
            )


def coordinates_are_numbers(checked: Checked) -> Iterator[Fault]:
    """No coordinate is missing or infinite."""
    for name, frame in checked.mapped():
        endless = ~_finite(frame.geometry.to_numpy())
        if endless.any():
            yield _fault(
                name,
                frame.index[endless],
                "coordinates",
                f"{endless.sum()} shapes have coordinates that are missing or infinite",
                "Draw them again, and check the coordinate system of the file",
            )


def geometry_has_size(checked: Checked) -> Iterator[Fault]:
    """No line is without length, no polygon without area."""
    if checked.unplaced:
        return  # sizes mean nothing until the place is right
    least = checked.constant("snap_m")
    for name, frame in checked.mapped():
        shapes = frame.geometry.to_numpy()
        size = np.where(shapely.get_dimensions(shapes) == 2, shapely.area(shapes) ** 0.5, shapely.length(shapes))
        flat = ~shapely.is_empty(shapes) & (shapely.get_dimensions(shapes) > 0) & (size < least)
        flat[flat] = shapely.is_valid(shapes[flat])
        if flat.any():
            yield _fault(
                name,
                frame.index[flat],
                "size",
                f"{flat.sum()} shapes have no length or area",
                "Draw them in full, or take the rows out",
            )


def layers_lie_together(checked: Checked) -> Iterator[Fault]:
    """No layer lies far from the compounds: the sign of a wrong coordinate system."""
    compounds = checked.layers["compounds"]
    if not len(compounds) or "compounds" in checked.unplaced or not np.isfinite(compounds.total_bounds).all():
        return
    home = shapely.box(*compounds.total_bounds)
    for name, frame in checked.mapped():
        if name in checked.unplaced:
            continue
        shapes = frame.geometry.to_numpy()
        away = np.zeros(len(shapes))
        known = _finite(shapes)  # a rule of its own tells of lost coordinates
        away[known] = shapely.distance(shapes[known], home)
        far = away > checked.constant("far_m")
        if far.any():
            yield _fault(
                name,
                frame.index[far],
                "coordinate system",
                f"{far.sum()} rows lie up to {away[far].max() / 1000:.0f} km from the compounds",
                "Check the coordinate system of this layer",
            )


def _finite(shapes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(xy).all(axis=1)]] = False
    return finite


RULES: tuple[Rule, ...] = (
    rows_are_there,
    geometry_is_there,
    geometry_is_of_its_type,
    coordinates_are_numbers,
    geometry_is_valid,
    geometry_has_size,
    layers_lie_together,
)


def _valid_mend(bad: npt.NDArray[np.object_]) -> str:
    """Say how shapes that are invalid are mended: a ring crosses itself, a line goes nowhere."""
    if (shapely.get_dimensions(bad) < 2).all():
        return "Draw these lines from one place to another, or take the rows out"
    return "Redraw the ring so that it does not cross itself"
