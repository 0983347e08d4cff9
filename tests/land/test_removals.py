"""The fewest removals: by arithmetic, against every subset, and on the example."""

import itertools

import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from land.yards import area, layer
from shapely import LineString, box

from spatialreno import Scenario, demolish, site_facilities
from spatialreno.errors import InfeasibleError, InputError
from spatialreno.land import candidate_sites, fewest_removals

YARDS = layer(
    {"id": "C1", "name": "东院", "geometry": box(0, 0, 20, 20)},
    {"id": "C2", "name": "西院", "geometry": box(20, 0, 40, 20)},
)
PLAZA = [(10.0, 12.0)]


def shed(name, *bounds, **more):
    return {"id": name, "legality": "illegal", "floor_area_m2": box(*bounds).area, "geometry": box(*bounds)} | more


def test_the_one_wall_between_two_slim_strips():
    sheds = layer(shed("A", 0, 0, 12, 20, removable=False), shed("B", 28, 0, 40, 20, removable=False))
    wall = layer({"id": "W", "geometry": LineString([(20, 0), (20, 20)])})
    today = area(compounds=YARDS, structures=sheds, walls=wall)
    found = fewest_removals(today, "plaza", sides=PLAZA)
    assert not found.fits_now
    assert found.table["id"].tolist() == ["W"]
    assert found.largest.rectangle.area == pytest.approx((8 - 0.12) ** 2 * 1.2, abs=0.05)
    after = found.as_scenario("open").apply(today)
    assert len(candidate_sites(after, "plaza", sides=PLAZA))
    plan = found.as_scenario("built", title="建成", build=True)
    assert (plan.name, plan.title) == ("built", "建成")  # not what is built
    built = plan.apply(today)
    assert built.open_spaces["kind"].tolist() == ["plaza"]


def test_cost_number_and_owners_choose_differently():
    big = shed("BIG", 0, 0, 20, 20, floor_area_m2=4000.0)  # one thing, dear
    small = [shed(f"S{k}", 20 + 5 * k, 0, 25 + 5 * k, 20, kind="shed") for k in range(4)]  # several, cheap
    today = area(compounds=YARDS, structures=layer(big, *small))
    assert fewest_removals(today, "plaza", sides=PLAZA, by="number").table["id"].tolist() == ["BIG"]
    cheap = fewest_removals(today, "plaza", sides=PLAZA, by="cost")
    assert cheap.number == 2
    assert cheap.cost_yuan == pytest.approx(2 * 100 * 70)


def test_nothing_to_remove_where_it_fits_and_nothing_helps_where_it_cannot():
    free = area(compounds=YARDS)
    found = fewest_removals(free, "plaza", sides=PLAZA)
    assert (found.fits_now, found.number, found.cost_yuan) == (True, 0, 0.0)
    full = area(compounds=YARDS, structures=layer(shed("A", 0, 0, 40, 20, removable=False)))
    none = fewest_removals(full, "plaza", sides=PLAZA)
    assert none.fit is None
    with pytest.raises(InfeasibleError, match="fits nowhere"):
        none.as_scenario("none")
    with pytest.raises(InputError, match="by = 'luck'"):
        fewest_removals(free, "plaza", by="luck")


def test_a_building_keeps_its_distance_from_the_walls_that_stay():
    wall = layer({"id": "W", "thickness_m": 0.24, "geometry": LineString([(20, 0), (20, 20)])})
    today = area(compounds=YARDS, walls=wall)
    assert fewest_removals(today, "bookstore", sides=[(17.8, 18.0)]).fits_now
    tight = fewest_removals(today, "bookstore", sides=[(18.0, 18.0)])
    assert tight.table["id"].tolist() == ["W"]


def test_the_example_names_three_sheds_and_a_wall(example):
    found = fewest_removals(example, "heat_exchange_station", by="number")
    assert not site_facilities(example, "heat_exchange_station").feasible
    assert found.table["id"].tolist() == ["V51", "V52", "V56", "W21"]
    after = found.as_scenario("room").apply(example)
    assert site_facilities(after, "heat_exchange_station").feasible
    for keep in found.table["id"]:  # none of them can stay
        fewer = found.table[found.table["id"] != keep]
        acts = [demolish(layer, ids=rows["id"].tolist()) for layer, rows in fewer.groupby("layer")]
        assert not site_facilities(
            Scenario("less", interventions=acts).apply(example), "heat_exchange_station"
        ).feasible


_sheds = st.lists(
    st.tuples(st.integers(0, 36), st.integers(0, 16), st.integers(3, 14), st.integers(3, 12)), min_size=3, max_size=5
)


@settings(max_examples=examples(8), deadline=None)
@given(_sheds, st.booleans())
@pytest.mark.long
def test_no_smaller_subset_makes_room(rows, walled):
    sheds = [shed(f"S{k}", x, y, min(x + w, 40), min(y + h, 20)) for k, (x, y, w, h) in enumerate(rows)]
    wall = {"walls": layer({"id": "W", "geometry": LineString([(20, 0), (20, 20)])})} if walled else {}
    today = area(compounds=YARDS, structures=layer(*sheds), **wall)
    found = fewest_removals(today, "plaza", sides=[(11.0, 17.0)], by="number")
    things = [("structures", row["id"]) for row in sheds] + ([("walls", "W")] if walled else [])
    fewest = next(
        count
        for count in range(len(things) + 1)
        if any(room_without(today, chosen) for chosen in itertools.combinations(things, count))
    )
    assert found.number == fewest


def room_without(today, things):
    acts = [demolish(layer, ids=[name]) for layer, name in things]
    after = Scenario("some", interventions=acts).apply(today)
    return len(candidate_sites(after, "plaza", sides=[(11.0, 17.0)])) > 0
