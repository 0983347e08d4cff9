"""Columns of whole numbers as text: little-endian typed arrays in base64, as small as their largest value allows."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from spatialreno._types import Indices

_TYPES = (("u1", 0, 2**8), ("u2", 0, 2**16), ("i4", -(2**31), 2**31))


class Column(list[str]):
    """A column as it stands in a page: ``[type, base64]``; only ``packed`` makes it."""


def packed(values: ArrayLike) -> Column:
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
            return Column([name, base64.b64encode(whole.astype(f"<{name}").tobytes()).decode("ascii")])
    raise OverflowError(f"{high}: too large for a page")


def columns_apart(tree: Any) -> tuple[Any, bytes]:
    """Take the columns out of a tree, where they are compressed better as bytes than as text.

    Parameters
    ----------
    tree
        Dictionaries, lists and values, among them what ``packed`` wrote.

    Returns
    -------
    tuple
        The tree with ``[type, first byte, count]`` in place of each column, and all their bytes, each column from a
        multiple of four on.

    Examples
    --------
    >>> columns_apart({"x": packed([1, 2, 300]), "y": packed([7])})
    ({'x': ['u2', 0, 3], 'y': ['u1', 8, 1]}, b'\\x01\\x00\\x02\\x00,\\x01\\x00\\x00\\x07\\x00\\x00\\x00')
    """
    written = bytearray()

    def apart(part: Any) -> Any:
        if isinstance(part, Column):
            own, begin = base64.b64decode(part[1]), len(written)
            written.extend(own + bytes(-len(own) % 4))
            return [part[0], begin, len(own) // int(part[0][1])]
        if isinstance(part, dict):
            return {key: apart(value) for key, value in part.items()}
        return [apart(value) for value in part] if isinstance(part, (list, tuple)) else part

    return apart(tree), bytes(written)


def _alike(label: Indices, begin: Indices, size: Indices) -> tuple[Any, Any]:
    """Number runs of labels by their content, given where each begins and its size; and find the first of each."""
    code, most = size.astype(np.int64), int(label.max(initial=0)) + 1
    for at in range(int(size.max(initial=0))):
        left = np.flatnonzero(size > at)  # runs that were alike so far stay so where their next label is the same
        code[left] = np.unique(code[left] * most + label[begin[left] + at], return_inverse=True)[1]
    _, first, same = np.unique(size * len(size) + code, return_index=True, return_inverse=True)
    return same, first


@dataclass
class LabelSets:
    """Sets of labels, each stored once."""

    number: dict[tuple[int, ...], int] = field(default_factory=lambda: {(): 0})

    def of(self, carrier: Indices, label: Indices, count: int) -> Any:
        """Number the set of labels of each of ``count`` carriers, given sorted pairs (carrier, label)."""
        order = np.lexsort((label, carrier))
        carrier, label = carrier[order], label[order]
        begin = np.flatnonzero(np.diff(carrier, prepend=-1))
        size = np.diff(begin, append=len(carrier))
        same, first = _alike(label, begin, size)
        # New sets are numbered as their first carriers come.
        number = np.zeros(len(first), np.int64)
        for one in np.argsort(first, kind="stable").tolist():
            low = begin[first[one]]
            key = tuple(label[low : low + size[first[one]]].tolist())
            number[one] = self.number.setdefault(key, len(self.number))
        found = np.zeros(count, np.int64)
        found[carrier[begin]] = number[same]
        return found

    def table(self) -> dict[str, Column]:
        """Write all sets: how many labels each has, and these."""
        return {
            "sizes": packed([len(key) for key in self.number]),
            "labels": packed([label for key in self.number for label in key]),
        }
