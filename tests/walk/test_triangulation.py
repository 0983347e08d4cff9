"""Triangles over thin ground: every loop ends, all triangles are positive, and their areas add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import throw

from spatialreno.walk.millimetres.compiled import EndlessError
from spatialreno.walk.reach.mesh import _frame, _in_rows
from spatialreno.walk.reach.triangulation import triangulate

CHAINS = [3000, pytest.param(20_000, marks=pytest.mark.long)]


def chain(dice: np.random.Generator) -> tuple[Any, Any]:
    """An almost straight row of points, joined one to the next, with a chord that spans some of them on one side."""
    count, along = int(dice.integers(4, 24)), 2 * np.pi * dice.random()
    place, bend = np.cumsum(dice.integers(3, 4000, count)), int(dice.integers(1, 6))
    off = dice.integers(-bend, bend + 1, count)
    turn = np.array([[np.cos(along), np.sin(along)], [-np.sin(along), np.cos(along)]])
    spots = np.rint(np.column_stack([place, off]) @ turn).astype(np.int64)
    spots = spots[np.sort(np.unique(spots, axis=0, return_index=True)[1])]
    low, high = np.sort(dice.choice(len(spots), 2, replace=False)).tolist()
    links = [(at, at + 1) for at in range(len(spots) - 1)]
    return spots, np.array([*links, (low, high)] if _clear(spots, low, high) else links)


def _clear(spots: Any, low: int, high: int) -> bool:
    """Whether a chord crosses nothing: all points it spans lie on one side of it, and it is no link itself."""
    ahead, away = spots[high] - spots[low], spots[low + 1 : high] - spots[low]
    side = ahead[0] * away[:, 1] - ahead[1] * away[:, 0]
    return len(side) > 0 and bool((side > 0).all() or (side < 0).all())


def covered(spots: Any, sides: Any) -> tuple[Any, Any, int]:
    """Points sorted as in a cover, with the frame round them; twice the area of each triangle; sides not had."""
    order = np.lexsort(spots.T[::-1])
    rank = np.argsort(order)
    xy = np.concatenate([spots[order], _frame(spots)])
    tri, _, mark, lost = triangulate(xy, _in_rows(spots[order]), np.ascontiguousarray(rank[sides]))
    had = {tuple(sorted((int(tri[t, (i + 1) % 3]), int(tri[t, (i + 2) % 3])))) for t, i in np.argwhere(mark >= 0)}
    wanted = {tuple(sorted(pair)) for pair in rank[sides].tolist()}
    assert len(had) >= len(wanted)  # a side through a point is had in parts
    return xy, _areas(xy, tri), lost


def _areas(xy: Any, tri: Any) -> Any:
    one, two = xy[tri[:, 1]] - xy[tri[:, 0]], xy[tri[:, 2]] - xy[tri[:, 0]]
    return one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]


@pytest.mark.parametrize("count", CHAINS)
@pytest.mark.long
def test_thin_chains_with_a_chord_are_covered(count: int) -> None:
    dice, chords = np.random.default_rng(throw(14)), 0
    for _ in range(count):
        spots, sides = chain(dice)
        chords += len(sides) == len(spots)
        xy, areas, lost = covered(spots, sides)
        assert (areas > 0).all()
        assert areas.sum() == _areas(xy, np.arange(len(xy) - 3, len(xy))[None])[0]
        if lost:
            assert _crossing(spots, sides)
    assert chords > count / 4


def _crossing(spots: Any, sides: Any) -> bool:
    """Whether some links of a chain cross (rounding may fold a chain of millimetres)."""
    import shapely

    drawn = shapely.linestrings(spots[sides].astype(float))
    one, two = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    touching = shapely.get_num_points(shapely.intersection(drawn[one], drawn[two])) != 1
    return bool((touching | shapely.crosses(drawn[one], drawn[two]))[one != two].any())


def test_a_verge_that_once_never_ended() -> None:
    """A verge a few millimetres off straight, with a chord along it."""
    x = [8949, 8952, 8969, 8971, 9000, 9109, 9209, 9457, 9462, 9521, 9707, 11499]
    y = [453704, 453700, 453674, 453671, 453625, 453457, 453303, 452925, 452917, 452826, 452538, 449771]
    spots = np.column_stack([x, y])
    sides = np.array([(0, 1), (1, 2), *((at, at + 1) for at in range(3, 11)), (6, 10)])
    xy, areas, lost = covered(spots, sides)
    assert lost == 0
    assert (areas > 0).all()
    assert areas.sum() == _areas(xy, np.array([[12, 13, 14]]))[0]


def test_a_long_side_through_many_points_turns_all_it_crosses() -> None:
    dice = np.random.default_rng(3)
    spots = np.unique(dice.integers(1, 100_000, (1500, 2)), axis=0)
    far = np.array([[0, 0], [100_001, 100_003]])
    _, areas, lost = covered(np.concatenate([far, spots]), np.array([[0, 1]]))
    assert lost == 0
    assert (areas > 0).all()


def test_a_loop_past_its_bound_names_the_place() -> None:
    """A point outside the frame is in no triangle; before, the last triangle looked at was taken."""
    xy = np.array([(500, 7000), (-100, -100), (100, -100), (0, 100)])
    with pytest.raises(EndlessError) as told:
        triangulate(xy, np.array([0]), np.empty((0, 2), np.int64))
    assert told.value.args == (500, 7000)
