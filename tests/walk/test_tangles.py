"""Walls drawn over one another within millimetres: they stop people as one wall does, at little cost."""

from __future__ import annotations

import time

import numpy as np
import pytest
from conftest import ORIGIN
from shapely.geometry import box
from worlds import distance, spots, wall, yard

from spatialreno.errors import InputError
from spatialreno.walk import isochrones
from spatialreno.walk.millimetres.split_pieces import Pieces, node_pieces
from spatialreno.walk.reach.mesh import mesh_of
from spatialreno.walk.state.standing import fabric_of


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_wall_drawn_many_times_is_a_wall(seed: int) -> None:
    dice = np.random.default_rng(seed)
    rows = [np.array([[0, 15], [30, 15.013]]) + dice.integers(-3, 4, (2, 2)) * [0, 0.001] for _ in range(7)]
    area = yard(walls=[wall(f"W{at}", *map(tuple, row)) for at, row in enumerate(rows)])
    assert distance(area, (10, 10), (10, 20)) == float("inf")
    drawn = isochrones(area, spots(p=(10, 10)), minutes=(1,)).geometry.iloc[0]
    behind = box(ORIGIN[0], ORIGIN[1] + 15.03, ORIGIN[0] + 30, ORIGIN[1] + 30)
    assert drawn.area == pytest.approx(30 * 15, rel=0.01)
    assert drawn.intersection(behind).area < 0.01


@pytest.mark.parametrize("kind", ["twins", "fan", "heap"])
def test_any_tangle_can_be_covered(kind: str) -> None:
    dice = np.random.default_rng(4)
    rows = []
    for _ in range(6):
        turn = dice.random() * 2 * np.pi
        row = {
            "twins": np.array([[2, 3], [20.3, 25.017]]),
            "fan": np.array([[15, 15], [15 + 13 * np.cos(turn), 15 + 13 * np.sin(turn)]]),
            "heap": 15 + dice.integers(0, 25, (2, 2)) * 0.001,
        }[kind]
        rows.append(row + dice.integers(-1, 2, (2, 2)) * 0.001)
    area = yard(walls=[wall(f"W{at}", *map(tuple, row)) for at, row in enumerate(rows) if np.ptp(row, 0).max() > 0.002])
    mesh = mesh_of(fabric_of(area))
    assert mesh.shapes(np.flatnonzero(mesh.ground)).size
    drawn = isochrones(area, spots(p=(1.37, 1.41)), minutes=(1,)).geometry.iloc[0]
    assert drawn.is_valid
    assert drawn.area == pytest.approx(900, rel=0.02)


def test_twenty_walls_through_one_point_are_joined_in_a_moment() -> None:
    dice = np.random.default_rng(0)
    turn = dice.random(20) * 2 * np.pi
    start = 15_000.0 + dice.integers(-1, 2, (20, 2))
    end = 15_000 + np.rint(13_000 * np.column_stack([np.cos(turn), np.sin(turn)]))
    began = time.process_time()
    found = node_pieces(Pieces(start, end, np.arange(20), np.zeros(20, np.int64)))
    assert time.process_time() - began < 2.0  # looking at every double again took 15 s
    assert sorted(set(found.owner.tolist())) == list(range(20))


def test_walls_that_do_not_settle_are_told_with_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were crossings not rounded, two crossing walls would share no point: an error, never a leak."""
    monkeypatch.setattr("spatialreno.walk.millimetres.split_pieces.rounded", lambda start, end: np.empty((0, 3)))
    area = yard(walls=[wall("W1", (15, 0), (15, 30)), wall("W2", (0, 15), (30, 15))])
    with pytest.raises(InputError, match=rf"near {ORIGIN[0]:.1f} {ORIGIN[1] + 15:.1f} does not settle"):
        fabric_of(area)
