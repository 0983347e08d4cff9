"""Angles that come out alike on every processor.

numpy works out sines and angles of doubles by whatever instructions a processor has, and their last digit differs from
one to the next. Where sight runs along a wall that digit decides on which side of a corner it passes, and an outline
gets a vertex more or less. Long doubles have one way everywhere, and rounded to doubles they are right to the last
digit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def sin(angle: ArrayLike) -> Any:
    """Sine of angles in radians."""
    return _rounded(np.sin(_long(angle)))


def cos(angle: ArrayLike) -> Any:
    """Cosine of angles in radians."""
    return _rounded(np.cos(_long(angle)))


def tan(angle: ArrayLike) -> Any:
    """Tangent of angles in radians."""
    return _rounded(np.tan(_long(angle)))


def arccos(cosine: ArrayLike) -> Any:
    """Angles in radians, 0 to pi, of cosines."""
    return _rounded(np.arccos(_long(cosine)))


def arctan2(y: ArrayLike, x: ArrayLike) -> Any:
    """Angles in radians, -pi to pi, from the x axis."""
    return _rounded(np.arctan2(_long(y), _long(x)))


def unit(angle: ArrayLike) -> Any:
    """Vectors of length one in directions in radians, shape (n, 2)."""
    return np.column_stack([cos(angle), sin(angle)])


def _long(numbers: ArrayLike) -> Any:
    return np.asarray(numbers, np.longdouble)


def _rounded(numbers: ArrayLike) -> Any:
    return np.asarray(numbers, np.float64)[()]
