"""Types of arrays, shapes, rows and cells: each is named here, once, and everybody takes it from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import shapely
    from pyproj import CRS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]  # numbers that are kept or written
Indices = NDArray[np.intp]  # places in arrays
Bools = NDArray[np.bool_]
Array = NDArray[Any]  # of whatever kind
Geometries = NDArray[np.object_]
Shapes: TypeAlias = "shapely.Geometry | Geometries"  # one, or many

Row: TypeAlias = "pd.Series[Any]"  # one row of a table, by column
Cell: TypeAlias = "str | float | bool | None"  # what stands in one column of it

Crs: TypeAlias = "CRS | str | int | None"  # whatever names a coordinate system
ToDegrees: TypeAlias = Callable[..., tuple[Any, Any]]  # x, y to longitude, latitude
