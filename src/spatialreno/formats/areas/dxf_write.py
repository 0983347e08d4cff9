"""Layers as a drawing: a drawing layer for each, closed lines for polygons, cells hung on every entity."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.errors import InputError
from spatialreno.formats.readers.drawings.shapes import DATA

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_METRES = 6  # $INSUNITS
_CHUNK = 250  # bytes that one string of such data may hold, and some less


def write_drawing(frames: dict[str, Any], path: Path) -> None:
    """Write layers into one DXF R2018 in metres, the same bytes each time.

    Polygons with holes become hatches, others closed lines.

    Raises
    ------
    InputError
        ezdxf is missing.
    """
    with new_drawing("export") as drawing:
        drawing.appids.add(DATA)
        for name, frame in frames.items():
            drawing.layers.add(name)
            for row in frame.to_dict("records"):
                entity = _drawn(drawing.modelspace(), row.pop("geometry"), {"layer": name})
                entity.set_xdata(DATA, [(1000, text) for text in _chunks(row)])
        drawing.saveas(path)


@contextmanager
def new_drawing(what: str, *, setup: Sequence[str] = ()) -> Iterator[Any]:
    """Make a drawing in metres, which has the same bytes each time if it is saved within.

    Parameters
    ----------
    what
        Who asks, for the message.
    setup
        Parts of ezdxf's own set-up that the drawing needs, such as ``linetypes``.

    Yields
    ------
    ezdxf.document.Drawing
        Empty, DXF R2018.

    Raises
    ------
    InputError
        ezdxf is missing; `what` says who asks.

    Examples
    --------
    >>> with new_drawing("paper") as drawing:
    ...     print(drawing.dxfversion, len(drawing.modelspace()))
    AC1032 0
    """
    try:
        import ezdxf
    except ImportError as error:
        raise InputError(f"{what}: a DXF needs ezdxf. Install it with pip install 'spatialreno[cad]'.") from error
    kit: Any = ezdxf
    settings = kit.options
    kept, settings.write_fixed_meta_data_for_testing = settings.write_fixed_meta_data_for_testing, True
    try:
        yield kit.new("R2018", setup=list(setup), units=_METRES)
    finally:
        settings.write_fixed_meta_data_for_testing = kept


def _drawn(space: Any, shape: BaseGeometry, on: dict[str, str]) -> Any:
    if shape.geom_type == "Point":
        return space.add_point((shape.x, shape.y), dxfattribs=on)
    if shape.geom_type == "LineString":
        return space.add_lwpolyline(shapely.get_coordinates(shape), dxfattribs=on)
    outer = shapely.get_coordinates(shape.exterior)[:-1]
    if not shape.interiors:
        return space.add_lwpolyline(outer, close=True, dxfattribs=on)
    hatch = space.add_hatch(dxfattribs=on)
    hatch.paths.add_polyline_path(outer, is_closed=True, flags=1)
    for ring in shape.interiors:
        hatch.paths.add_polyline_path(shapely.get_coordinates(ring)[:-1], is_closed=True, flags=16)
    return hatch


def _chunks(row: dict[str, Any]) -> list[str]:
    """Write cells as JSON in plain letters, cut to the length that a drawing allows."""
    said = {k: v.item() if hasattr(v, "item") else v for k, v in row.items() if not pd.isna(v)}
    text = json.dumps(said, ensure_ascii=True)
    return [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
