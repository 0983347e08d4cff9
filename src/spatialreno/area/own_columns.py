"""Columns that no dictionary knows: an office's own words, kept beside the layer's own and read by no rule."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.area.cells import texts

if TYPE_CHECKING:
    from spatialreno.catalog import Layer

_LONGEST = 60  # of a name: PostgreSQL holds 63 bytes
#: Names that file formats and joins of tables take for themselves.
_TAKEN = frozenset({"fid", "ogc_fid", "geom", "wkb_geometry", "index", "index_left", "index_right", "level_0", "wkt"})

_JOINED = frozenset({"name", "kind", "party", "party_kind"})  # what is looked up for the rows of tables


def own_columns(frame: pd.DataFrame, layer: Layer) -> list[str]:
    """Name the columns of a layer that its dictionary does not know.

    Parameters
    ----------
    frame
        Rows of the layer.
    layer
        Its dictionary: ``catalog.layers["walls"]``.

    Returns
    -------
    list of str
        In the order of the table; never the geometry.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> rows = pd.DataFrame({"height_m": [2.0], "巡查人": ["王"]})
    >>> own_columns(rows, sr.read_catalog().layers["walls"])
    ['巡查人']
    """
    return [str(c) for c in frame.columns if c != "geometry" and c not in layer.columns]


def that_can_stay(names: Iterable[str], layer: Layer) -> list[str]:
    """Choose those names under which a column can be written to every format: said once, short, not taken."""
    seen = {name.casefold() for name in layer.columns} | _TAKEN | (_JOINED if layer.is_table else set())
    stay = []
    for name in names:
        plain = " ".join(name.split()).casefold()
        if name.isprintable() and 0 < len(name.encode()) <= _LONGEST and plain not in seen:
            stay.append(name)
            seen.add(plain)
    return stay


def own_cells(raw: pd.Series[Any]) -> pd.Series[Any]:
    """Read cells as what they are: yes and no, whole numbers, numbers, else text."""
    kind = pd.api.types.infer_dtype(raw, skipna=True)  # a column with gaps arrives as objects
    if kind == "boolean":
        return raw.astype("boolean")
    if kind in ("integer", "floating", "mixed-integer-float"):
        return _numbers(raw)
    told = raw.map(lambda v: json.dumps(v, ensure_ascii=False, default=str) if isinstance(v, list | dict) else v)
    return texts(told)


def _numbers(raw: pd.Series[Any]) -> pd.Series[Any]:
    values = pd.to_numeric(raw).astype("Float64").astype("float64").where(lambda v: np.isfinite(v))
    there = values.dropna()
    whole = bool((there == there.round()).all()) and bool((there.abs() < 2**53).all())
    return values.astype("Int64") if whole else values
