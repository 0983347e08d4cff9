"""A fabric saved beside its area and loaded again, so that a planner's second run does not weave it anew."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import numpy as np
import shapely

from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.errors import InputError
from spatialreno.files import put_whole
from spatialreno.walk.fabric.fabric import Fabric
from spatialreno.walk.fabric.sectors import Rays
from spatialreno.walk.state.standing import fabric_of, geometry_key, keep_fabric, source_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatialreno.area import StudyArea

_NOT_KEPT = ("memory",)
_INTS = (np.int8, np.int16, np.int32)
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, shapely.errors.GEOSException)


def save_fabric(area: StudyArea, path: str | Path) -> Path:
    """Save the walk fabric of an area, built if need be; a fabric serves every state that only opens something.

    Parameters
    ----------
    area
        The study area; the fabric of its survey is saved where that serves it.
    path
        File to write, such as ``fabric.npz`` beside the area. It is written whole or not at all.

    Returns
    -------
    pathlib.Path
        The file: plain arrays (NumPy's npz, nothing pickled) and the fingerprint of all that the fabric depends on.

    Raises
    ------
    InputError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = sr.walk.save_fabric(area, f"{folder}/fabric.npz")
    ...     sr.walk.load_fabric(area, saved)
    True
    """
    path = Path(path)
    fabric = fabric_of(area)
    arrays: dict[str, Any] = {"fingerprint": np.array(_fingerprint(source_of(area)))}
    _write(fabric, "fabric", arrays)
    put_whole(path.parent, lambda new: _save(new / path.name, arrays), what=path)
    return path


def _save(path: Path, arrays: dict[str, Any]) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_fabric(area: StudyArea, path: str | Path) -> bool:
    """Load a saved fabric for an area; whatever walks in this process then uses it.

    Parameters
    ----------
    area
        The study area.
    path
        File written by ``save_fabric``.

    Returns
    -------
    bool
        False when the file is of other obstacles, gates, paths or constants, or of another version; then nothing
        changes, and the fabric is built when it is needed.

    Raises
    ------
    InputError
        The file cannot be read or is broken.

    Examples
    --------
    >>> import tempfile, spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = sr.walk.save_fabric(area, f"{folder}/fabric.npz")
    ...     sr.walk.load_fabric(sr.split_walls(area, max_m=20), saved)
    False
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as store:
            if str(store["fingerprint"]) != _fingerprint(source_of(area)):
                return False
            fabric = _read(Fabric, "fabric", store)
        _check(fabric)
    except _BROKEN as error:
        message = f"{path}: no whole fabric ({error})."
        raise InputError(f"{message} Delete it, or write it again with save_fabric.") from error
    keep_fabric(area, fabric)
    return True


def _fingerprint(area: StudyArea) -> str:
    """Name all that a fabric depends on: what stands, and the code and libraries that weave."""
    digest = hashlib.sha256(geometry_key(area).encode())
    digest.update(f"{shapely.geos_version_string} {np.__version__}".encode())
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):  # the whole room of walking
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _write(value: object, name: str, arrays: dict[str, Any]) -> None:
    """Take a fabric apart into plain arrays, whole numbers as narrow as they fit."""
    if is_dataclass(value):
        for part in fields(value):
            if part.name not in _NOT_KEPT:
                _write(getattr(value, part.name), f"{name}.{part.name}", arrays)
    elif isinstance(value, list) or (isinstance(value, tuple) and all(isinstance(one, np.ndarray) for one in value)):
        arrays[f"{name}.count"] = np.array(len(value))
        for at, one in enumerate(value):
            _write(one, f"{name}.{at}", arrays)
    elif isinstance(value, tuple):
        arrays[name] = np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8)
    elif isinstance(value, np.ndarray) and value.dtype == object:
        shapes = [shapely.to_wkb(one) for one in value]
        arrays[name] = np.frombuffer(b"".join(shapes), np.uint8)
        arrays[f"{name}.size"] = np.array([len(one) for one in shapes], np.int64)
    else:
        arrays[name] = _narrow(np.asarray(value))


def _narrow(values: NDArray[Any]) -> Any:
    if values.dtype != np.int64 or not values.size:
        return values
    low, high = int(values.min()), int(values.max())
    fits = (kind for kind in _INTS if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return values.astype(next(fits, np.int64))


def _read(kind: Any, name: str, store: Any) -> Any:
    """Put a value of some type together again."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        kept = [part.name for part in fields(kind) if part.name not in _NOT_KEPT]
        make: Any = kind
        return make(**{part: _read(hints[part], f"{name}.{part}", store) for part in kept})
    if kind == Geometries:
        ends = np.cumsum(store[f"{name}.size"]).tolist()
        data = store[name].tobytes()
        starts = [0, *ends[:-1]] if ends else []
        return np.array([shapely.from_wkb(data[a:b]) for a, b in zip(starts, ends, strict=True)], object)
    if kind in (Ints, Floats, Bools):
        found = store[name]
        # The first of the groups round a point is a table of flags among tables of numbers.
        return found if found.dtype == bool else found.astype(np.float64 if kind == Floats else np.int64)
    if kind is float:
        return float(store[name])
    one = get_args(kind)[0]
    if get_origin(kind) is list or one == Ints:
        several = [_read(one, f"{name}.{at}", store) for at in range(int(store[f"{name}.count"]))]
        return several if get_origin(kind) is list else tuple(several)
    rows = json.loads(store[name].tobytes().decode())
    return tuple(tuple(row) if isinstance(row, list) else str(row) for row in rows)


def _check(fabric: Fabric) -> None:
    """Refuse numbers that point nowhere: compiled code does not ask before it looks."""
    hops, sectors, points = fabric.hops, fabric.sectors, fabric.points
    nodes, labels, cells = len(fabric.xy), len(fabric.obstacles.labels), len(fabric.cells)
    _same(hops.first, hops.second, hops.length, hops.kind, hops.path)
    _same(hops.label_hop, hops.label)
    _same(fabric.xy, fabric.sector, fabric.kind, fabric.cell)
    _same(points.xy, points.code, points.free)
    _same(sectors.fill, sectors.fill_sector)
    _within(0, nodes, hops.first, hops.second)
    _within(0, len(hops), hops.label_hop)
    _within(0, labels, hops.label)
    _within(-1, len(fabric.path_ids), hops.path)
    _within(-1, nodes, fabric.of_sector, fabric.door_node)
    _within(-1, cells, fabric.cell)
    _within(0, 2 * len(sectors), fabric.sector)
    _within(0, len(sectors), sectors.fill_sector)
    _within(-1, labels, sectors.fill, fabric.obstacles.label)
    _within(0, len(fabric.building_ids), fabric.doors.building)
    _pointer(sectors.pointer, len(points) + 1, len(fabric.of_sector))
    _rays(points.rays, len(points), labels)
    for cell in fabric.cells:
        _same(cell.segs, cell.corner, cell.label)
        _within(0, len(points), cell.points)
        _within(-1, len(cell.points), cell.corner.ravel())
        _within(0, len(cell.points), cell.useful)
        _within(-1, labels, cell.label)
        _rays(cell.edges, len(cell.points), cells)
        free, group, ray, x, y = cell.bends
        _same(x, y)
        _same(free, cell.points)
        _pointer(group, len(cell.points) + 1, len(ray) - 1)
        _pointer(ray, len(ray), len(x))


def _rays(rays: Rays, points: int, labels: int) -> None:
    _same(rays.x, rays.y, rays.angle)
    _same(rays.label, rays.solid)
    _pointer(rays.pointer, points + 1, len(rays.x))
    _pointer(rays.label_pointer, len(rays.x) + 1, len(rays.label))
    _within(-1, labels, rays.label)


def _same(*columns: Any) -> None:
    if len({len(column) for column in columns}) != 1:
        raise ValueError("columns of unequal length")


def _within(least: int, most: int, *columns: Ints) -> None:
    if any(len(column) and not least <= column.min() <= column.max() < most for column in columns):
        raise ValueError("a number that points nowhere")


def _pointer(pointer: Ints, length: int, rows: int) -> None:
    if len(pointer) != length or pointer[0] != 0 or pointer[-1] != rows or (np.diff(pointer) < 0).any():
        raise ValueError("a pointer out of order")
