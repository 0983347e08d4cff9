"""Houses shared out among stations that have too little for all of them."""

import numpy as np
import pandas as pd
import pytest

from spatialreno.works.heat.assign import assign_stations
from spatialreno.works.heat.share_out import share_out


def town(seed, houses=120, stations=25):
    """Houses and stations strewn over a square, with room for half of the floor area."""
    dice = np.random.default_rng(seed)
    here, there = dice.uniform(0, 1000, (houses, 2)), dice.uniform(0, 1000, (stations, 2))
    way = np.hypot(*(here[:, None] - there[None, :]).transpose(2, 0, 1))
    weight = dice.integers(2000, 5000, houses).astype(float)
    return way, weight, np.full(stations, weight.sum() / 2 / stations)


def served(way, weight, at):
    """What the programme counts: floor area, less what its way costs."""
    who = np.flatnonzero(at >= 0)
    return (weight[who] * (1e4 - way[who, at[who]])).sum()


@pytest.mark.parametrize("seed", range(3))
def test_room_is_kept_and_no_change_of_two_gains(seed):
    way, weight, room = town(seed, houses=24, stations=5)
    worth = np.where(way <= 600.0, weight[:, None] * (1e4 - way), -np.inf)
    at = share_out(worth, weight, room, np.full(len(way), -1))
    assert (np.bincount(at[at >= 0], weight[at >= 0], len(room)) <= room + 1e-6).all()
    whole = served(way, weight, at)
    for one in range(len(way)):
        for other in range(len(way)):
            for to in range(-1, len(room)):
                tried = at.copy()
                tried[one], tried[other] = (at[other], at[one]) if one != other else (to, to)
                on = np.flatnonzero(tried >= 0)
                if np.isfinite(worth[on, tried[on]]).all() and (
                    np.bincount(tried[on], weight[on], len(room)) <= room + 1e-9
                ).all():
                    assert served(way, weight, tried) <= whole + 1e-3


def test_many_houses_are_shared_out_nearly_as_well_as_can_be():
    way, weight, room = town(7)
    table = pd.DataFrame(way, index=[f"B{k:03d}" for k in range(len(way))], columns=[f"S{k}" for k in range(len(room))])
    capacity = pd.Series(room, table.columns)
    given = assign_stations(table, pd.Series(weight, table.index), capacity, 2000.0)
    at = np.array([-1 if station is np.nan else table.columns.get_loc(station) for station in given])
    loads = np.bincount(at[at >= 0], weight[at >= 0], len(room))
    assert (loads <= room + 1e-6).all()
    assert loads.sum() > 0.99 * room.sum()
    again = assign_stations(table, pd.Series(weight, table.index), capacity, 2000.0)
    pd.testing.assert_series_equal(given, again)


def test_where_there_is_room_for_all_everybody_goes_to_the_nearest():
    way, weight, room = town(3)
    table = pd.DataFrame(way, index=range(len(way)), columns=[f"S{k}" for k in range(len(room))])
    given = assign_stations(table, pd.Series(weight, table.index), pd.Series(np.inf, table.columns), 2000.0)
    assert given.tolist() == table.idxmin(axis=1).tolist()
