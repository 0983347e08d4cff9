"""Walks are exact: snapped worlds, two hundred every day and 1 100 in the long run, against an independent measure."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from conftest import ORIGIN, throw
from snapped import World, area_of, measured, places, random_world
from worlds import gate, house, shed, spots, wall, without, yard

from spatialreno.area import StudyArea
from spatialreno.walk import travel_times

BATCHES, WORLDS = 11, 100
# The independent measure bends a hundredth of a millimetre from corners, so it is longer by no more than this.
HAIRS_M = 3e-4
HOPS = 12


@functools.cache
def batch(seed: int) -> tuple[list[World], StudyArea]:
    dice = np.random.default_rng(throw(seed))
    worlds = [random_world(number, dice) for number in range(WORLDS)]
    return worlds, area_of(worlds)


def removed(area: StudyArea, gone: frozenset[str]) -> StudyArea:
    walls = [name for name in area.walls.index if name.split("/")[0] in gone]
    sheds = [name for name in area.structures.index if name in gone]
    return without(area, walls=walls, structures=sheds) if walls or sheds else area


def some(worlds: list[World], share: float, seed: int) -> frozenset[str]:
    dice = np.random.default_rng(seed)
    return frozenset(name for w in worlds for name in (*w.walls, *w.sheds) if dice.random() < share)


def walked(area: StudyArea, worlds: list[World], *, back: bool = False, degrees: float = 0.0) -> pd.Series:
    """Metres between the two ends of each world, perhaps turned; infinite where there is no way."""
    one, two = (places(worlds, int(end)).rotate(degrees, origin=ORIGIN) for end in (back, not back))
    table = travel_times(area, one, two, limit_m=500)
    table = table[table["origin"] == table["destination"]].set_index("origin")["distance_m"]
    return table.reindex([f"{w.number}" for w in worlds]).fillna(np.inf)


def for_residents(worlds: list[World]) -> frozenset[str]:
    """Both ends lie in the compound whose gates these are."""
    return frozenset(name for w in worlds for name, gate in w.gates.items() if gate[4] != "closed")


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, BATCHES))])
def test_as_long_as_an_independent_measure_says(seed: int) -> None:
    worlds, area = batch(seed)
    opened = for_residents(worlds)
    for share in (0.0, 0.4, 0.8):
        gone = some(worlds, share, seed)
        found = walked(removed(area, gone), worlds).to_numpy()
        truth = np.array([measured(world, gone, opened) for world in worlds])
        assert (np.isinf(found) == np.isinf(truth)).all()
        reached = np.isfinite(truth)
        found, truth = found[reached], truth[reached]
        assert (found >= truth - HAIRS_M).all()
        assert (found - truth <= np.maximum(1e-6 * truth, 0.001 * (HOPS + 1))).all()
        assert np.median(found - truth) < 0.002


@pytest.mark.spread(1)
@pytest.mark.parametrize("seed", range(2))
def test_a_mask_is_as_good_as_building_anew(seed: int) -> None:
    """The survey's fabric under a mask, the same area without its survey, and the area assembled anew."""
    worlds, area = batch(seed)
    after = removed(area, some(worlds, 0.5, seed))
    assert after.survey is not after
    names = [name for name in after.catalog.layers if len(after.layer(name)) and "geometry" in after.layer(name)]
    from spatialreno.area import assemble

    fresh = assemble({name: after.layer(name).reset_index() for name in names}, name="fresh", crs=area.crs)
    masked, anew = walked(after, worlds).to_numpy(), walked(fresh, worlds).to_numpy()
    assert (np.isinf(masked) == np.isinf(anew)).all()
    both = np.isfinite(anew)
    assert np.abs(masked[both] - anew[both]).max() <= 0.001 * (HOPS + 1)


def turned(area: StudyArea, degrees: float) -> StudyArea:
    """The same area on a turned map, assembled anew."""
    from spatialreno.area import assemble

    frames = {}
    for name in ("compounds", "buildings", "walls", "gates", "structures"):
        layer = area.layer(name).reset_index()
        frames[name] = layer.set_geometry(layer.geometry.rotate(degrees, origin=ORIGIN))
    return assemble(frames, name="turned", crs=area.crs)


@pytest.mark.parametrize("seed", [0, 2])
def test_walks_are_the_same_when_the_world_is_turned(seed: int) -> None:
    """Sheds that share edges, walls along sheds, joints of all kinds: none lies on whole millimetres any more."""
    worlds, area = batch(seed)
    before = walked(area, worlds).to_numpy()
    after = walked(turned(area, 37.0), worlds, degrees=37.0).to_numpy()
    assert (np.isinf(before) == np.isinf(after)).all()
    both = np.isfinite(before)
    assert np.abs(before[both] - after[both]).max() <= 0.001 * (HOPS + 1)


def test_laws() -> None:
    """Opening never lengthens, there is as far as back, and all open is the best of all."""
    worlds, area = batch(3)
    before = walked(area, worlds)
    order = sorted(some(worlds, 1.0, 3))
    steps = [frozenset(order[::3]), frozenset(order[::3] + order[1::3]), frozenset(order)]
    for gone in steps:
        after = walked(removed(area, gone), worlds)
        assert (after <= before).all()
        before = after
    back = walked(removed(area, steps[0]), worlds, back=True)
    assert (back == walked(removed(area, steps[0]), worlds)).all()


def test_triangle() -> None:
    """No walk is longer than by way of a third place, to the millimetre of a hop."""
    area = yard(walls=[wall("W1", (15, 0), (15, 20)), wall("W2", (5, 10), (15, 10))],
                structures=[shed("S1", 18, 5, 22, 9)],
                buildings=[house("B1", 20, 12, 26, 16)], gates=[gate("G1", 15, 5)])  # fmt: skip
    points = spots(a=(2, 2), b=(12, 12), c=(20, 3), d=(28, 28), e=(14, 8))
    table = travel_times(area, points, points).set_index(["origin", "destination"])["distance_m"]
    for one in points.index:
        for two in points.index:
            for via in points.index:
                direct = table[one, two] if one != two else 0.0
                first = table[one, via] if one != via else 0.0
                second = table[via, two] if via != two else 0.0
                assert direct <= first + second + 0.004
