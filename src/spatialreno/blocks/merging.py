"""Which walls must all go so that two neighbours become one block: every least set, found once by numbers alone."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import hypot
from typing import TYPE_CHECKING, TypeVar

from spatialreno.blocks.spans import Frontage, Owner, frontages

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

Point = tuple[float, float]
Thing = TypeVar("Thing", bound=Hashable)


@dataclass(frozen=True)
class Merging:
    """Two neighbouring compounds, and what must go to make them one block.

    Attributes
    ----------
    a, b
        Ids of the compounds.
    sets
        Every least set of things (layer, id) that opens them to one another when all of it goes, sorted; one empty set
        where they are open already.
    """

    a: str
    b: str
    sets: tuple[frozenset[Owner], ...]


def merging_sets(area: StudyArea, removable: Collection[Owner]) -> list[Merging]:
    """Find for each two neighbours every least set of things whose removal makes them one block.

    Method: the edge between them is cut into cells where anything that shuts it off begins or ends. Each row of cells
    that is wide enough (the catalog's ``merge_open_m``) asks for all that shuts any of them off; the least of these
    sets are kept. Two compounds are one block after any removal if and only if it holds one of their sets.

    Parameters
    ----------
    area
        Any study area.
    removable
        What may go: layer (``walls`` or ``structures``) and id. All else stays.

    Returns
    -------
    list of Merging
        Sorted by ids; neighbours that nothing removable can open to one another are left out.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> found = merging_sets(area, [("walls", name) for name in area.walls.index])
    >>> all(pair.sets for pair in found)
    True
    """
    ids, constants = area.compounds.index, area.catalog.constants
    least, snap = constants["merge_open_m"], constants["snap_m"]
    loose = frozenset(removable)
    edges = sorted(frontages(area), key=lambda edge: (edge.a, edge.b, edge.ring, edge.along_m))
    found: dict[tuple[int, int], list[frozenset[Owner]]] = {}
    for (a, b, _), row in groupby(edges, key=lambda edge: (edge.a, edge.b, edge.ring)):
        asked = list(_asked(list(row), loose, least - snap, snap))
        found.setdefault((a, b), []).extend(asked)
    pairs = [Merging(str(ids[a]), str(ids[b]), least_sets(sets)) for (a, b), sets in found.items() if sets]
    return sorted(pairs, key=lambda pair: (pair.a, pair.b))


def least_sets(sets: Collection[frozenset[Thing]]) -> tuple[frozenset[Thing], ...]:
    """Keep the sets that hold no other, sorted.

    Parameters
    ----------
    sets
        Sets of things (layer, id).

    Returns
    -------
    tuple of frozenset
        The smaller first, then by what they hold; each once.

    Examples
    --------
    >>> one, two = ("walls", "W1"), ("walls", "W2")
    >>> least_sets([frozenset({one, two}), frozenset({one})]) == (frozenset({one}),)
    True
    """
    kept: list[frozenset[Thing]] = []
    for one in sorted(set(sets), key=lambda s: (len(s), sorted(map(str, s)))):
        if not any(other <= one for other in kept):
            kept.append(one)
    return tuple(kept)


@dataclass(frozen=True)
class _Cell:
    """A piece of an edge: where it lies on the ring, its ends, and what shuts it off (None: for good)."""

    begin: float
    end: float
    ends: tuple[Point, Point]
    by: frozenset[Owner] | None


def _asked(edges: list[Frontage], loose: frozenset[Owner], least: float, snap: float) -> Iterator[frozenset[Owner]]:
    """Give what each least row of cells that is wide enough asks for, over the seam of the ring as well."""
    cells = [(cell, edge) for edge in edges for cell in _cells(edge, loose)]
    if not cells:
        return
    joints = [_joint(one, two, loose, snap) for one, two in pairwise(cells)]
    last, first = cells[-1], cells[0]
    over = first[0].begin <= snap and last[0].end >= edges[0].ring_m - snap
    joints.append(_shut_at(last[0].end, last, loose, snap, first[0].begin, first) if over else None)
    for begin in range(len(cells)):
        yield from _row_from(begin, [cell for cell, _ in cells], joints, least)


def _row_from(
    begin: int, cells: Sequence[_Cell], joints: Sequence[frozenset[Owner] | None], least: float
) -> Iterator[frozenset[Owner]]:
    """Lengthen a row of cells until it is wide enough, or something stays in its way."""
    ends: list[Point] = []
    asked: frozenset[Owner] = frozenset()
    for step in range(len(cells)):
        at = (begin + step) % len(cells)
        joint = joints[at - 1] if step else frozenset()
        by = cells[at].by
        if by is None or joint is None:
            return
        asked |= by | joint
        ends.extend(cells[at].ends)
        if any(hypot(x - u, y - v) >= least for x, y in cells[at].ends for u, v in ends):
            yield asked
            return


def _cells(edge: Frontage, loose: frozenset[Owner]) -> Iterator[_Cell]:
    """Cut the spans of an edge wherever something that shuts it off begins or ends."""
    shadows = [(low, high, owner) for owner, low, high in edge.shut_by]
    cuts = sorted({x for low, high, _ in shadows for x in (low, high)} | {x for span in edge.shut for x in span})
    for low, high in edge.spans:
        stops = [low, *(x for x in cuts if low < x < high), high]
        for a, b in pairwise(stops):
            fixed = any(p < b and q > a for p, q in edge.shut)
            by = frozenset(owner for p, q, owner in shadows if p < b and q > a)
            held = None if fixed or not by <= loose else by
            yield _Cell(edge.along_m + a, edge.along_m + b, (_at(edge, a), _at(edge, b)), held)


def _at(edge: Frontage, along: float) -> Point:
    (x, y), (u, v) = edge.start, edge.heading
    return x + u * along, y + v * along


def _joint(
    one: tuple[_Cell, Frontage], two: tuple[_Cell, Frontage], loose: frozenset[Owner], snap: float
) -> frozenset[Owner] | None:
    """Give what stands where two cells meet; None where they do not meet, or something there stays."""
    if two[0].begin > one[0].end + snap:
        return None
    if one[1] is two[1]:
        return _cutting(one[0].end - one[1].along_m, one[1], loose)
    return _shut_at(one[0].end, one, loose, snap, two[0].begin, two)


def _cutting(at: float, edge: Frontage, loose: frozenset[Owner]) -> frozenset[Owner] | None:
    """Give what cuts an edge in one point without any width."""
    points = frozenset(owner for owner, low, high in edge.shut_by if low == high and abs(low - at) < _HAIR)
    fixed = any(low == high and abs(low - at) < _HAIR for low, high in edge.shut)
    return None if fixed or not points <= loose else points


def _shut_at(
    end: float, one: tuple[_Cell, Frontage], loose: frozenset[Owner], snap: float, begin: float,
    two: tuple[_Cell, Frontage],
) -> frozenset[Owner] | None:  # fmt: skip
    """Give what stands at the end of one cell or at the beginning of the next on another edge."""
    places = [(one[1], end - one[1].along_m), (two[1], begin - two[1].along_m)]
    by = frozenset(owner for edge, at in places for owner, low, high in edge.shut_by if low - snap <= at <= high + snap)
    fixed = any(low - snap <= at <= high + snap for edge, at in places for low, high in edge.shut)
    return None if fixed or not by <= loose else by


_HAIR = 1e-9
