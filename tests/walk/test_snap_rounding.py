"""Pieces cut where they meet: afterwards no two have more in common than ends, and nothing has come apart."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
import shapely
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from spatialreno.walk.millimetres.compiled import EndlessError
from spatialreno.walk.millimetres.snap_rounding import check_joints, crossings, rounded
from spatialreno.walk.millimetres.split_pieces import Pieces, node_pieces

Line = tuple[int, int, int, int]
MOVED_MM = 1.0 + 2 * 0.7072  # drawn to an end, then through the squares of hot points; both ways for two pieces


def pieces_of(lines: list[Line]) -> Pieces:
    table = np.array(lines, float)
    return Pieces(table[:, :2], table[:, 2:], np.arange(len(lines)), np.zeros(len(lines), np.int64))


def in_common(one: Line, two: Line) -> bool:
    """Whether two different pieces have more in common than ends."""
    lines = [LineString([row[:2], row[2:]]) for row in (one, two)]
    shared = shapely.intersection(*lines)
    ends = {one[:2], one[2:]} & {two[:2], two[2:]}
    return not shared.is_empty and (shared.geom_type != "Point" or (shared.x, shared.y) not in ends)


def lines_within(size: int, most: int) -> st.SearchStrategy[list[Line]]:
    place = st.integers(0, size)
    line = st.tuples(place, place, place, place).filter(lambda row: row[:2] != row[2:])
    return st.lists(line, min_size=2, max_size=most)


@settings(max_examples=examples(150), deadline=None)
@given(st.one_of(lines_within(6, 7), lines_within(40, 12), lines_within(3000, 9), lines_within(10_000_000, 6)))
def test_pieces_that_have_been_cut_meet_in_ends_only_and_hold_together(lines: list[Line]) -> None:
    found = node_pieces(pieces_of(lines))
    rows: list[Line] = [tuple(row) for row in np.column_stack([found.start, found.end]).astype(int).tolist()]
    assert not any(in_common(one, two) for one, two in combinations(sorted(set(rows)), 2))
    owned: dict[int, nx.Graph] = {owner: nx.Graph() for owner in range(len(lines))}
    for row, owner in zip(rows, found.owner.tolist(), strict=True):
        owned[owner].add_edge(row[:2], row[2:])
    for owner, line in enumerate(lines):
        assert nx.has_path(owned[owner], line[:2], line[2:])  # what was drawn in one stroke is whole
        far = shapely.hausdorff_distance(
            shapely.MultiLineString(list(owned[owner].edges)), LineString([line[:2], line[2:]])
        )
        assert far <= MOVED_MM
    for one, two in combinations(range(len(lines)), 2):
        drawn = [LineString([lines[k][:2], lines[k][2:]]) for k in (one, two)]
        if drawn[0].intersects(drawn[1]):
            assert set(owned[one]) & set(owned[two])  # what met still meets, in a point


def test_cut_pieces_stay_as_they_are() -> None:
    """A crossing at a whole millimetre, a T-joint a millimetre short of its wall, and ends a millimetre apart."""
    found = node_pieces(pieces_of([(0, 0, 100, 0), (90, -50, 90, 50), (20, 40, 20, 1), (101, 0, 200, 0)]))
    rows = set(map(tuple, np.column_stack([found.start, found.end, found.owner]).astype(int).tolist()))
    assert {(0, 0, 20, 1, 0), (20, 1, 90, 0, 0), (90, 0, 100, 0, 0), (90, -50, 90, 0, 1), (90, 0, 90, 50, 1)} <= rows
    assert (100, 0, 101, 0, 0) in rows
    again = node_pieces(found)
    assert np.array_equal(again.start, found.start)
    assert np.array_equal(again.end, found.end)


@given(st.lists(st.integers(-9, 9), min_size=8, max_size=8))
def test_crossings_are_rounded_exactly(xy: list[int]) -> None:
    """Halves go up, as by fractions; what crosses just below a half goes down."""
    (a, b, c, d) = (np.array([xy[k : k + 2]], float) for k in (0, 2, 4, 6))
    u, v = (b - a)[0].astype(int), (d - c)[0].astype(int)
    turn = int(u[0] * v[1] - u[1] * v[0])
    if turn == 0:
        return
    share = Fraction(int((c - a)[0, 0] * v[1] - (c - a)[0, 1] * v[0]), turn)
    expected = [(Fraction(int(a[0, k])) + share * int(u[k]) + Fraction(1, 2)).__floor__() for k in (0, 1)]
    assert crossings(a, b, c, d)[0].tolist() == expected


def test_a_square_that_is_touched_at_a_corner_is_entered_at_the_lower_left_one_only() -> None:
    """Four lines touch the square round (2, 2) at its corners: one of them is drawn through that point."""
    lines = np.array([(0, 3, 3, 0), (0, 5, 5, 0), (0, 1, 4, 5), (1, 0, 5, 4), (2, 2, 2, 3)], float)
    found = rounded(lines[:, :2], lines[:, 2:]).astype(int).tolist()
    assert [piece for piece, x, y in found if (x, y) == (2, 2)] == [0]


def test_pieces_that_still_cross_are_told_with_the_place() -> None:
    for lines in ([(7, 0, 7, 10), (0, 5, 10, 5)], [(7, 0, 7, 10), (0, 5, 7, 5)], [(7, 0, 7, 10), (7, 0, 7, 20)]):
        table = np.array(lines, float)
        with pytest.raises(EndlessError) as told:
            check_joints(table[:, :2], table[:, 2:])
        assert told.value.args == (7, 0)
