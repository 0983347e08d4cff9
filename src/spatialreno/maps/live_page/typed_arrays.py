"""Columns of whole numbers as text: little-endian typed arrays in base64, as small as their largest value allows."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from spatialreno._types import Indices

_TYPES = (("u1", 0, 2**8), ("u2", 0, 2**16), ("i4", -(2**31), 2**31))


def packed(values: ArrayLike) -> list[str]:
    """Write whole numbers as ``[type, base64]``.

    Parameters
    ----------
    values : array of int
        Each from -2³¹ to 2³¹ - 1.

    Raises
    ------
    OverflowError
        A number is larger.

    Examples
    --------
    >>> packed([1, 2, 300])
    ['u2', 'AQACACwB']
    """
    whole = np.asarray(values, np.int64)
    low, high = (int(whole.min()), int(whole.max())) if len(whole) else (0, 0)
    for name, least, most in _TYPES:
        if least <= low and high < most:
            return [name, base64.b64encode(whole.astype(f"<{name}").tobytes()).decode("ascii")]
    raise OverflowError(f"{high}: too large for a page")


@dataclass
class LabelSets:
    """Sets of labels, each stored once."""

    number: dict[tuple[int, ...], int] = field(default_factory=lambda: {(): 0})

    def of(self, carrier: Indices, label: Indices, count: int) -> Any:
        """Number the set of labels of each of ``count`` carriers, given sorted pairs (carrier, label)."""
        order = np.lexsort((label, carrier))
        carrier, label = carrier[order], label[order]
        found = np.zeros(count, np.int64)
        bounds = [*np.flatnonzero(np.diff(carrier, prepend=-1)), len(carrier)]
        for low, high in pairwise(bounds):
            key = tuple(label[low:high].tolist())
            found[carrier[low]] = self.number.setdefault(key, len(self.number))
        return found

    def table(self) -> dict[str, list[str]]:
        """Write all sets: where each begins, and its labels."""
        sizes = [len(key) for key in self.number]
        return {
            "begin": packed(np.concatenate([[0], np.cumsum(sizes)])),
            "labels": packed([label for key in self.number for label in key]),
        }
