"""The account of the land adds up by compound, by cause and by owner; floor area is another number."""

import pandas as pd
import pytest
from land.yards import area, layer, two_yards
from shapely import LineString, box

from spatialreno import read_scenario
from spatialreno.land import free_land, freed_land, land_balance, parking_change

PARTIES = pd.DataFrame([{"id": "P1", "name": "纺机厂"}, {"id": "P2", "name": "商业局"}])
RIGHTS = pd.DataFrame(
    [
        {"feature_id": "C1", "party_id": "P1", "right": "land_use"},
        {"feature_id": "C2", "party_id": "P2", "right": "land_use"},
    ]
)


def test_what_goes_frees_its_ground_under_its_own_name():
    yard = layer({"id": "C1", "name": "院", "geometry": box(0, 0, 100, 100)})
    home = layer({"id": "B1", "geometry": box(-90, -90, -80, -80)}, {"id": "B2", "geometry": box(10, 10, 20, 20)})
    more = {
        "paths": layer({"id": "L", "kind": "lane", "width_m": 4.0, "geometry": LineString([(0, 50), (100, 50)])}),
        "parking": layer({"id": "K", "kind": "car", "places": 4, "geometry": box(60, 60, 70, 65)}),
        "open_spaces": layer({"id": "O", "kind": "plaza", "geometry": box(80, 80, 90, 90)}),
        "facilities": layer({"id": "F", "kind": "bookstore", "geometry": box(30, 80, 50, 90)}),
    }
    before, after = area(compounds=yard, buildings=home, **more), area(compounds=yard, buildings=home.iloc[:1])
    freed = freed_land(before, after).set_index("cause")["area_m2"]
    assert freed.to_dict() == pytest.approx(
        {"building": 144, "facility": 200, "lane": 400, "open_space": 100, "parking": 50}
    )
    lost = parking_change(before, after)
    assert lost[["places", "change"]].to_numpy().tolist() == [[4, "lost"]]


def test_the_owner_is_named_and_the_strip_between_belongs_to_nobody():
    before = two_yards(parties=PARTIES, rights=RIGHTS)
    freed = freed_land(before, two_yards(walls=False, shed=False, parties=PARTIES, rights=RIGHTS))
    by = freed.groupby(["owner", "cause"], dropna=False)["area_m2"].sum()
    assert by[("纺机厂", "structure")] == pytest.approx(100)
    assert by[("商业局", "wall")] == pytest.approx(0.12 * 60)
    strip = freed[freed["owner"].isna()]
    assert strip["area_m2"].sum() == pytest.approx(2 * 60)
    assert (freed["usable_m2"] <= freed["area_m2"] + 1e-9).all()


def test_places_built_over_are_counted():
    cars = layer({"id": "K", "kind": "car", "places": 3, "formal": False, "geometry": box(1, 40, 9, 50)})
    before = two_yards(parking=cars)
    after = two_yards(parking=cars, open_spaces=layer({"id": "O", "kind": "plaza", "geometry": box(5, 45, 25, 55)}))
    assert parking_change(before, after)["change"].tolist() == ["built_over"]
    assert parking_change(before, before).empty


@pytest.mark.spread(2)
@pytest.mark.parametrize("name", ["clear", "opened", "partial", "full"])
@pytest.mark.long
def test_the_example_adds_up_by_compound(example, name):
    after = read_scenario(f"data/geo/xigongdi/scenarios/{name}.toml").apply(example)
    table = land_balance(example, after)
    items = table.pivot_table(
        index="compound_id", columns="item", values="area_m2", aggfunc="sum", dropna=False, fill_value=0.0
    )
    taken = items.get("taken", 0.0)
    gap = items["free_before"] + items["freed"] + taken - items["free_after"]
    assert gap.abs().max() < 1e-6
    total = table.groupby("item")["area_m2"].sum()
    assert total["free_after"] == pytest.approx(free_land(after)["area_m2"].sum(), abs=1e-6)
    assert total["free_before"] + total["freed"] + total.get("taken", 0.0) == pytest.approx(
        total["free_after"], abs=1e-6
    )


def test_floor_area_taken_down_and_land_freed_are_two_numbers(example):
    after = read_scenario("data/geo/xigongdi/scenarios/clear.toml").apply(example)
    floors = example.structures.query("legality == 'illegal'")["floor_area_m2"].sum()
    freed = freed_land(example, after)["area_m2"].sum()
    roofs = example.structures.query("legality == 'illegal' and position in ['roof', 'balcony']")["area_m2"].sum()
    assert floors == pytest.approx(1500, rel=0.01)
    assert roofs > 80
    assert freed < floors - roofs


def test_two_states_that_are_one_and_layers_that_are_empty_balance_too():
    bare = area(compounds=layer({"id": "C1", "name": "院", "geometry": box(0, 0, 20, 20)}))
    assert freed_land(bare, bare).empty
    table = land_balance(bare, bare)
    assert table["area_m2"].tolist() == pytest.approx([400.0, 400.0])
