"""Heat-exchange stations: sized by the load, three forms that compete, and numbers when none exists."""

import geopandas as gpd
import pytest
from land.yards import area, layer, there, two_yards
from shapely import LineString, Point, box

from spatialreno.area import heat_demand, heat_load, stations_needed
from spatialreno.errors import InfeasibleError, InputError
from spatialreno.siting import site_facilities
from spatialreno.works import supply_heat

KIND = "heat_exchange_station"
FULL = [
    {"id": "S1", "legality": "illegal", "geometry": box(0.5, 18, 39.5, 59.5)},
    {"id": "S2", "legality": "illegal", "geometry": box(42.5, 18, 81, 59.5)},
]


def crowded(*, rooms=(None, None), extra=(), structures=()):
    """Two yards with no open land left; rooms are the spare rooms of the two buildings."""
    homes = [
        {"id": name, "storeys": 6, "residents": 100, "geometry": shape, "spare_room_m2": room}
        for name, shape, room in zip(("B1", "B2"), (box(5, 5, 35, 17), box(47, 5, 77, 17)), rooms, strict=True)
    ]
    return two_yards(buildings=layer(*homes, *extra), structures=layer(*FULL, *structures))


def test_demand_is_what_waits():
    homes = layer(
        {"id": "B1", "storeys": 6, "heated": False, "geometry": box(5, 5, 35, 17)},
        {"id": "B2", "storeys": 6, "heated": True, "geometry": box(5, 25, 35, 37)},
        {"id": "B3", "heated_area_m2": 900.0, "geometry": box(5, 45, 35, 57)},
        {"id": "B4", "use": "office", "storeys": 2, "geometry": box(47, 5, 77, 17)},
        {"id": "B5", "floor_area_m2": 5000.0, "geometry": box(47, 25, 77, 37)},
    )
    yards = two_yards().compounds.reset_index().assign(heated=[None, True])
    waits = heat_demand(two_yards(buildings=homes))
    assert waits.to_dict() == {"B1": pytest.approx(360 * 6), "B3": 900.0, "B5": 5000.0}
    assert set(heat_demand(area(compounds=yards, buildings=homes)).index) == {"B1", "B3"}


def test_stations_by_load():
    limits = two_yards().catalog.constants
    loads = [1.0, 100_000.0, 149_000.0, 151_000.0, 249_000.0, 320_000.0]
    assert [stations_needed(load, limits) for load in loads] == [1, 1, 1, 2, 2, 3]


def test_a_station_on_free_land():
    today = two_yards()
    found = site_facilities(today, KIND)
    (site,) = found.sites.itertuples()
    assert (found.status, site.form, site.area_m2) == ("optimal", "land", pytest.approx(100))
    homes = today.buildings.geometry.union_all()
    assert site.geometry.distance(homes) >= 10 - 1e-6  # the setback to homes
    table, limits = found.assignment, today.catalog.constants
    way = limits["heat_way_yuan_m2_m"] * (table["distance_m"] * table["weight"]).sum()
    assert found.objective == pytest.approx(limits["heat_station_set_yuan"] + 100 * 2750 + way)
    after = found.as_scenario("station", title="热力站").apply(today)
    (built,) = after.facilities.itertuples()
    assert (built.Index, built.kind, built.capacity) == ("HES1", KIND, pytest.approx(2 * 360 * 6))
    assert site_facilities(after, KIND).sites.index.tolist() == ["HES2"]


def test_size_grows_with_the_load():
    high = [
        {"id": "B1", "heated_area_m2": 40_000.0, "geometry": box(5, 5, 35, 17)},
        {"id": "B2", "heated_area_m2": 30_000.0, "geometry": box(47, 5, 77, 17)},
    ]
    found = site_facilities(two_yards(buildings=layer(*high)), KIND, count=None)
    assert found.sites[["width_m", "depth_m", "capacity"]].to_numpy().tolist() == [[10, 15, 70_000]]
    two = site_facilities(two_yards(buildings=layer(*high)), KIND, count=2)
    assert sorted(two.assignment["site"]) == ["HES1", "HES2"]
    left, right = two.sites.geometry
    assert left.intersection(right).area == 0


def test_nowhere_is_told_in_numbers():
    none = site_facilities(crowded(rooms=(40.0, 60.0)), KIND)
    assert none.status == "infeasible"
    assert none.sites.empty
    assert none.missing["footprint_m2"] == 100
    assert none.missing["largest_spare_room_m2"] == 60
    assert none.missing["largest_boiler_house_m2"] == 0
    assert 0 <= none.missing["largest_free_rectangle_m2"] < 100
    assert none.missing["heated_area_m2"] == pytest.approx(2 * 360 * 6)
    with pytest.raises(InfeasibleError, match="largest_spare_room_m2 = 60"):
        none.as_scenario("full")


def test_a_spare_room_will_do():
    found = site_facilities(crowded(rooms=(40.0, 100.0)), KIND)
    (site,) = found.sites.itertuples()
    assert (site.form, site.building_id, site.candidate) == ("spare_room", "B2", "spare_room:B2")
    (act,) = found.as_scenario("room").interventions
    assert dict(act.values)["building_id"] == "B2"
    assert act.geometry.geom_type == "Point"


@pytest.mark.long
def test_an_old_boiler_house_counts_when_it_stands_empty_and_legal():
    house = {"id": "K", "use": "boiler_house", "geometry": box(90, 0, 102, 10)}
    found = site_facilities(crowded(extra=[house]), KIND)
    assert found.sites["form"].tolist() == ["boiler_house"]
    hut = {"id": "H", "kind": "boiler_house", "legality": "legal", "geometry": box(90, 0, 102, 10)}
    assert site_facilities(crowded(structures=[hut]), KIND).sites["candidate"].tolist() == ["boiler_house:H"]
    for wrong in ({"legality": "illegal"}, {"use": "仓库"}, {"geometry": box(90, 0, 99, 10)}):
        assert site_facilities(crowded(structures=[hut | wrong]), KIND).status == "infeasible"


def test_too_far_and_too_much():
    far = gpd.GeoDataFrame(geometry=[there(Point(2000, 0))], index=["X"], crs="EPSG:4546")
    beyond = site_facilities(two_yards(), KIND, candidates=far)
    assert beyond.missing["buildings_beyond_radius"] == ["B1", "B2"]
    reached = site_facilities(two_yards(), KIND, candidates=far, radius_m=3000)
    assert reached.sites["candidate"].tolist() == ["X"]
    heavy = layer({"id": "B1", "heated_area_m2": 400_000.0, "geometry": box(5, 5, 35, 17)})
    much = site_facilities(two_yards(buildings=heavy), KIND)
    assert (much.status, much.missing["stations_needed"]) == ("infeasible", 4)


def test_nothing_waits():
    warm = layer({"id": "B1", "heated": True, "geometry": box(5, 5, 35, 17)})
    found = site_facilities(two_yards(buildings=warm), KIND)
    assert (found.status, found.missing["buildings_waiting"]) == ("infeasible", 0)


def test_a_main_decides_where_two_places_are_alike():
    """Place E is 10 m from a main with room; the other main has none. With 200 kW it lacks the rest of the load."""
    pipes = [
        {"id": "N1", "kind": "heat_primary", "capacity": 300.0, "geometry": LineString([(110, -30), (110, 80)])},
        {"id": "N0", "kind": "heat_primary", "capacity": 0.0, "geometry": LineString([(-20, -30), (-20, 80)])},
    ]
    places = [there(Point(x, 11)) for x in (20, 100)]
    sites = gpd.GeoDataFrame(geometry=places, index=["W", "E"], crs="EPSG:4546")
    found = site_facilities(two_yards(pipes=layer(*pipes)), KIND, candidates=sites.iloc[1:])
    assert found.sites[["candidate", "main"]].to_numpy().tolist() == [["E", "N1"]]
    kw = heat_load(two_yards())["load_kw"].sum()
    only = site_facilities(two_yards(pipes=layer(*[pipes[0] | {"capacity": 200.0}])), KIND, candidates=sites.iloc[1:])
    assert (only.missing["binding"], only.missing["short_by"]) == ("main_power", pytest.approx(kw - 200, abs=1e-3))


def test_the_least_count_that_carries_the_load():
    """Five homes of 60 000 m²: three stations of 100 000 would do by the sum, but two homes do not go into one."""
    homes = [
        {"id": f"B{k}", "heated_area_m2": 60_000.0, "geometry": box(5 + 15 * k, 5, 15 + 15 * k, 17)} for k in range(5)
    ]
    places = [there(Point(x, 45)) for x in range(10, 80, 12)]
    sites = gpd.GeoDataFrame({"capacity": 100_000.0}, geometry=places, index=list("UVWXYZ"), crs="EPSG:4546")
    ask = two_yards(buildings=layer(*homes))
    found = site_facilities(ask, KIND, count=None, candidates=sites)
    assert len(found.sites) == 5
    three = site_facilities(ask, KIND, count=3, candidates=sites)
    assert (three.missing["binding"], three.missing["short_by"]) == ("capacity", pytest.approx(40_000.0))
    assert three.missing["stations_needed"] == 5 and "count 2.0 piece" in three.missing["also"]


@pytest.mark.parametrize("opened", [False, True], ids=["walled", "opened"])
def test_siting_and_works_name_the_same_place(opened):
    area = two_yards(walls=not opened)
    found = site_facilities(area, KIND, count=None)
    assert found.feasible
    told = supply_heat(area).reason
    assert [f"{r.candidate} ({r.area_m2:,.0f} m²)" in told for r in found.sites.itertuples()] == [True]
    full = crowded(rooms=(40.0, 60.0))
    assert site_facilities(full, KIND, count=None).shortfall() in supply_heat(full).reason


def test_faults_are_named():
    with pytest.raises(InputError, match=r"no kind teahouse.*no objective guess"):
        site_facilities(two_yards(), "teahouse", objective="guess")
    with pytest.raises(InputError, match="sited at least cost; leave objective out"):
        site_facilities(two_yards(), KIND, objective="coverage")
    bare = gpd.GeoDataFrame(geometry=[Point(0, 0)])
    with pytest.raises(InputError, match="no CRS"):
        site_facilities(two_yards(), KIND, candidates=bare)
    with pytest.raises(InputError, match="at least one"):
        site_facilities(two_yards(), KIND, count=0)
    for odd in ("2", 1.5):
        with pytest.raises(InputError, match="in whole numbers"):
            site_facilities(two_yards(), KIND, count=odd)
