"""A mapping that nobody can change, which pickles and copies like any other value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ReadOnly(Mapping[K, V]):
    """A closed mapping.

    Examples
    --------
    >>> ReadOnly({"snap_m": 0.001})["snap_m"]
    0.001
    """

    __slots__ = ("_known",)

    def __init__(self, known: Mapping[K, V]) -> None:
        self._known = dict(known)

    def __getitem__(self, key: K) -> V:
        return self._known[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        return repr(self._known)

    def __copy__(self) -> Self:
        return self
