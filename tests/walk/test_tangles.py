"""Walls drawn over one another within millimetres: they stop people as one wall does, at little cost."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from conftest import ORIGIN
from shapely.geometry import Polygon, box
from worlds import distance, spots, wall, yard

from spatialreno.errors import InputError
from spatialreno.walk import isochrones
from spatialreno.walk.millimetres.split_pieces import LEFT, RIGHT, Pieces, node_pieces
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


HOUSE = [(48.376, 31.682), (45.719, 40.373), (37.233, 37.779), (39.890, 29.087)]
SIDE = [(48.376, 31.682), (45.719, 40.373)]
OFF = [(48.376, 31.681), (45.718, 40.372)]  # the same side, digitised again


@pytest.mark.parametrize("drawn", [[SIDE, OFF], [OFF, [(23.67, 22.542), HOUSE[1]]], [SIDE, OFF, [(30, 30), HOUSE[1]]]])
def test_walls_drawn_along_a_house_do_not_shut_its_corners(drawn: list) -> None:  # type: ignore[type-arg]
    """Rounding draws both edges of a corner onto one piece, a millimetre long: people still walk round it."""
    walls = [wall(f"W{at}", *line) for at, line in enumerate(drawn)]
    area = yard(60, walls=walls, buildings=[{"id": "B", "geometry": Polygon(HOUSE)}])
    ends = (46.0, 29.5), (44.5, 42.0)
    way = [ends[0], *SIDE, ends[1]]
    true = sum(np.hypot(*np.subtract(b, a)) for a, b in pairwise(way))
    assert distance(area, *ends) == pytest.approx(true, abs=0.006)


def test_a_spike_is_solid_on_no_side_and_a_slit_on_both() -> None:
    """A corner of a house drawn onto one piece, and two houses a millimetre apart (solid is left of each piece)."""
    rings = [[(0, 0), (90, 0), (90, 90), (91, 91), (90, 90), (0, 90)], [(200, 0), (290, 0), (290, 90), (200, 90)],
             [(290, 90), (290, 0), (400, 0), (400, 90)]]  # fmt: skip
    edges = np.array([(*a, *b) for ring in rings for a, b in pairwise([*ring, ring[0]])], float)
    count = len(edges)
    found = node_pieces(Pieces(edges[:, :2], edges[:, 2:], np.full(count, -1), np.full(count, LEFT)))
    side = {(*a, *b): s for a, b, s in zip(found.start.tolist(), found.end.tolist(), found.side.tolist(), strict=True)}
    assert side[90, 90, 91, 91] == 0
    assert side[290, 0, 290, 90] == LEFT | RIGHT
    assert sorted(side.values()) == sorted([0, LEFT | RIGHT] + [s for s in side.values() if s in (LEFT, RIGHT)])


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
