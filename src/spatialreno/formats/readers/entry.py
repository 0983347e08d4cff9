"""Where a layer comes from: a file, a part of it, and how its columns, words and coordinates are to be read."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Act = dict[str, Any]
Unit = Literal["", "m", "cm", "mm"]
Shift = Literal["", "gcj02", "bd09"]


class Source(BaseModel):
    """One entry of ``[files]`` in ``area.toml``; a plain file name stands for ``{ file = … }``.

    Attributes
    ----------
    file
        Name of a file in the area's folder; a ``.zip`` may hold one shapefile or GeoPackage.
    layer
        Its layer, sheet, or drawing layers (joined by ``|``, ``*`` at the end stands for any rest).
    columns
        Our column = theirs. Usual Chinese names need no entry.
    values
        Our column = the value of every row that says nothing of it.
    words
        Our column = { theirs = ours }. Usual Chinese words need no entry.
    crs, unit, swap, shift
        What the file itself does not say: coordinate system; ``mm`` or ``cm`` of a drawing; northing
        written first; coordinates in ``gcj02`` or ``bd09``.
    datum_shift
        Metres east and north from a datum older than satellites (Beijing 1954, Xi'an 1980) to CGCS2000, as measured at
        control points; ``[0, 0]`` takes the rows as they lie.
    encoding
        Script of the text of a shapefile or drawing.
    x, y
        Columns of a table that hold easting or longitude, and northing or latitude; usual names need no entry.
    heading
        Number of the row of a table with the names of its columns, where it is not found.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    layer: str = ""
    columns: dict[str, str] = {}
    values: dict[str, str | bool | int | float] = {}
    words: dict[str, dict[str, str]] = {}
    crs: str = ""
    unit: Unit = ""
    swap: bool = False
    shift: Shift = ""
    datum_shift: tuple[float, float] | None = None
    encoding: str = ""
    x: str = ""
    y: str = ""
    heading: int = 0
