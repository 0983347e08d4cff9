"""A study area from OpenStreetMap: small towns with the answer by arithmetic."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from conftest import examples
from formats.osm_town import CRS, EAST, NORTH, Town, two_compounds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatialreno.area import StudyArea
from spatialreno.catalog import read_catalog
from spatialreno.formats.osm.import_osm import import_osm

CM = 0.1  # coordinates of OpenStreetMap are good to about a centimetre


def imported(town: Town, tmp_path: Path) -> StudyArea:
    return import_osm(town.save(tmp_path / "town.osm"), crs=CRS)


def at(area: StudyArea, layer: str, key: str) -> tuple[float, float]:
    point = area.layer(layer).geometry[key]
    return point.x - EAST, point.y - NORTH


def near(x: float, y: float) -> object:
    return pytest.approx((x, y), abs=CM)


def rules(area: StudyArea, layer: str, rule: str) -> list[str]:
    report = area.report
    return list(report.loc[(report["layer"] == layer) & (report["rule"] == rule), "id"])


def test_two_compounds_share_one_inferred_wall(tmp_path: Path) -> None:
    area = imported(two_compounds(), tmp_path)
    assert list(area.compounds["name"]) == ["甲院", "未命名小区 1"]
    walls = area.walls
    assert walls.loc[walls["inferred"], "length_m"].sum() == pytest.approx(600, abs=1)
    between = walls[(walls["compound_a"] == "w10") & (walls["compound_b"] == "w11")]
    assert between["length_m"].sum() == pytest.approx(100, abs=1)
    assert list(walls.index[~walls["inferred"]]) == ["w30"]
    assert area.meta["licence"].startswith("ODbL")
    assert not area.meta["invented"]


def test_gates_mapped_and_inferred(tmp_path: Path) -> None:
    area = imported(two_compounds(), tmp_path)
    gates = area.gates
    assert sorted(gates.index[gates["inferred"]]) == ["w11-g0", "w42-g1"]
    (mapped,) = gates.index[~gates["inferred"]]
    assert (gates.walkers[mapped], gates.width_m[mapped], gates.wall_id[mapped]) == ("residents", 4.0, "w30")
    assert at(area, "gates", mapped) == near(50, 0)
    assert at(area, "gates", "w42-g1") == near(100, 50)
    crossing = gates.loc["w42-g1"]
    assert (crossing["walkers"], crossing["vehicles"], crossing["width_m"]) == ("public", "closed", 2.0)
    assert crossing["estimated"] == "vehicles,walkers,width_m"
    x, y = at(area, "gates", "w11-g0")  # no path reaches the second yard: a way out to the street
    assert y == pytest.approx(0, abs=CM)
    assert -60 < x < -40
    assert gates["wall_id"].notna().all()


def test_people_from_floor_area(tmp_path: Path) -> None:
    buildings = imported(two_compounds(), tmp_path).buildings
    tower = buildings.loc["w20"]  # 40 x 10 m, 6 storeys: 2400 m2 / 78 = 30.8 households
    assert (tower["households"], tower["residents"]) == (31, 78)
    assert tower["estimated"] == "floor_area_m2,households,residents"
    untyped = buildings.loc["w21"]  # 200 m2 in a compound: a home of the default 6 storeys
    assert (untyped["use"], untyped["storeys"], untyped["households"]) == ("residential", 6, 15)
    assert untyped["estimated"] == "use,storeys,floor_area_m2,households,residents"
    shed = buildings.loc["w22"]  # 25 m2: no home
    assert (shed["use"], shed["storeys"]) == ("other", 1)
    assert buildings["residents"].isna()["w22"]


def test_storeys_from_height_and_households_from_flats(tmp_path: Path) -> None:
    town = two_compounds()
    town.box(23, -80, 20, -60, 40, building="apartments", height="12.4 m", building__flats="16")
    town.box(24, -40, 20, -30, 30, building="house")
    town.box(25, -40, 60, -20, 80, building="residential", shop="convenience", building__levels="5;6")
    buildings = imported(town, tmp_path).buildings
    assert (buildings.storeys["w23"], buildings.households["w23"], buildings.residents["w23"]) == (4, 16, 40)
    assert buildings.estimated["w23"] == "storeys,floor_area_m2,residents"
    assert (buildings.storeys["w24"], buildings.households["w24"]) == (2, 1)
    assert buildings.use["w25"] == "mixed"
    assert buildings.households["w25"] == 21  # 400 m2 x 4 upper storeys / 78 = 20.5


def test_private_path_gives_a_residents_gate_and_a_bridge_none(tmp_path: Path) -> None:
    town = two_compounds()
    town.way(43, [(-50, 50), (-50, 150)], highway="footway", access="private")
    town.way(44, [(30, 50), (30, 150)], highway="footway", bridge="yes", layer="1")
    town.way(45, [(20, 50), (20, 150)], highway="footway", foot="no")
    area = imported(town, tmp_path)
    assert area.gates.walkers["w43-g1"] == "residents"
    assert not area.paths.public["w43"]
    assert "w44" in area.paths.index
    assert not [key for key in area.gates.index if key.startswith(("w44", "w45"))]
    assert rules(area, "paths", "not_walkable") == ["w45"]


def test_mapped_wall_crossed_without_a_gate(tmp_path: Path) -> None:
    town = two_compounds()
    town.way(31, [(-120, 150), (120, 150)], barrier="wall")
    town.way(46, [(110, 190), (110, 120)], highway="path")
    town.way(47, [(60, 190), (60, 150)], highway="path")  # ends at the wall: goes nowhere
    area = imported(town, tmp_path)
    assert at(area, "gates", "w46-g1") == near(110, 150)
    assert area.gates.wall_id["w46-g1"] == "w31"
    assert not [key for key in area.gates.index if key.startswith("w47")]


def test_gate_in_an_opening_closes_it_and_a_gate_nowhere_is_kept(tmp_path: Path) -> None:
    town = two_compounds()
    town.way(32, [(-120, 150), (100, 150)], barrier="wall")
    town.way(33, [(110, 150), (140, 150)], barrier="wall")
    gate = town.node(105, 150, barrier="lift_gate", foot="yes", motor_vehicle="private")
    town.way(48, [(105, 190), (105, 150), (105, 120)], highway="service")
    lost = town.node(200, 100, barrier="gate")
    area = imported(town, tmp_path)
    bridge = area.walls.loc[f"n{gate}-w"]
    assert (bridge["kind"], bool(bridge["inferred"])) == ("wall", True)
    assert bridge["length_m"] == pytest.approx(10, abs=CM)
    assert (area.gates.walkers[f"n{gate}"], area.gates.vehicles[f"n{gate}"]) == ("public", "residents")
    assert f"n{lost}" in area.gates.index
    assert rules(area, "gates", "no_wall") == [f"n{lost}"]


def test_gate_mapped_inside_its_yard_goes_to_the_crossing(tmp_path: Path) -> None:
    town = two_compounds()
    gate = town.node(92, 50, barrier="gate", access="no")
    town.ways = [way for way in town.ways if 'id="42"' not in way]
    town.way(42, [(50, 50), (92, 50), (140, 50)], highway="footway")
    area = imported(town, tmp_path)
    assert at(area, "gates", f"n{gate}") == near(100, 50)
    assert area.gates.walkers[f"n{gate}"] == "closed"
    assert "w42-g1" not in area.gates.index


def test_relation_of_open_ways_and_one_that_lacks_a_member(tmp_path: Path) -> None:
    town = two_compounds()
    town.way(50, [(120, 0), (200, 0), (200, 80)])
    town.way(51, [(200, 80), (120, 80), (120, 0)])
    town.box(52, 150, 30, 160, 40)
    town.relation(60, [(50, "outer"), (51, "outer"), (52, "inner")], landuse="residential", name="乙院")
    town.way(53, [(120, 100), (200, 100)])
    town.relation(61, [(53, "outer"), (999, "outer")], landuse="residential", name="丙院")
    area = imported(town, tmp_path)
    assert area.compounds.area_m2["r60"] == pytest.approx(80 * 80 - 100, abs=2)
    assert "丙院" not in set(area.compounds["name"])
    assert "r61" in rules(area, "file", "no_shape")


def test_a_lane_between_two_compounds_keeps_both_walls(tmp_path: Path) -> None:
    town = Town()
    town.box(10, 0, 0, 100, 100, landuse="residential", name="甲")
    town.box(11, 102, 0, 200, 100, landuse="residential", name="乙")
    town.box(20, 20, 20, 60, 30, building="apartments")
    town.way(40, [(-140, -10), (101, -10), (240, -10)], highway="residential")
    alone = imported(town, tmp_path).walls["length_m"].sum()
    town.way(41, [(101, -10), (101, 150)], highway="footway")
    with_lane = imported(town, tmp_path).walls["length_m"].sum()
    assert alone == pytest.approx(400 + 300 - 4 + 4, abs=3)  # the second wall is left out and its ends joined
    assert with_lane == pytest.approx(400 + 396, abs=1)


def test_a_wall_drawn_inside_moves_the_edge_onto_it(tmp_path: Path) -> None:
    town = Town()
    town.box(10, 0, 0, 100, 100, landuse="residential", name="甲")
    town.box(20, 20, 20, 60, 30, building="apartments")
    town.way(30, [(0, 2), (100, 2)], barrier="wall")
    town.way(40, [(-140, -10), (240, -10)], highway="residential")
    area = imported(town, tmp_path)
    assert area.compounds.area_m2["w10"] == pytest.approx(100 * 98, abs=5)
    assert area.walls.compound_a["w30"] == "w10"
    assert area.walls["compound_b"].isna().all()
    assert rules(area, "compounds", "trimmed") == ["w10"]


def test_compounds_drawn_twice_or_one_in_another(tmp_path: Path) -> None:
    town = two_compounds()
    town.box(12, -100, 0, 0, 100.3, landuse="residential", name="丁院")  # the second one again, with a name
    town.box(13, -100, 100, 100, 150, landuse="residential", name="大院")
    town.box(14, -50, 110, 0, 140, landuse="residential", name="小院")
    area = imported(town, tmp_path)
    assert sorted(area.compounds.index) == ["w10", "w11", "w13", "w14"]
    assert rules(area, "compounds", "duplicate") == ["w12"]
    assert area.compounds.name["w11"] == "丁院"
    assert area.compounds.area_m2["w13"] == pytest.approx(200 * 50 - 50 * 30, abs=5)
    assert area.compounds.area_m2["w14"] == pytest.approx(50 * 30, abs=2)


def test_clipping_infers_no_wall_on_the_edge_of_the_extract(tmp_path: Path) -> None:
    town = two_compounds()
    town.bounds = (-150, -50, 50, 200)  # cuts the first compound and one building in half
    area = imported(town, tmp_path)
    east = gpd.GeoSeries([shapely.box(*town.lonlat())], crs=4326).to_crs(CRS).boundary.iloc[0]
    assert area.compounds.area_m2["w10"] == pytest.approx(5000, rel=0.05)  # meridians lean a little
    assert shapely.length(shapely.intersection(area.walls.geometry.to_numpy(), east.buffer(0.4))).sum() < 5
    assert area.walls["length_m"].sum() > 450
    assert "w10" in rules(area, "compounds", "clipped")
    assert area.buildings.footprint_m2["w20"] == pytest.approx(400, abs=1)  # whole: its middle is inside
    assert rules(area, "buildings", "kept_whole") == ["w20"]
    assert rules(area, "buildings", "outside") == ["w22"]


def test_explicit_bounds_stand_for_those_of_the_file(tmp_path: Path) -> None:
    town = two_compounds()
    degrees = town.lonlat()
    with_box = imported(town, tmp_path)
    town.bounds = None
    bare = import_osm(town.save(tmp_path / "town.osm"), bounds=degrees, crs=CRS)
    assert bare == with_box
    assert import_osm(tmp_path / "town.osm", bounds=degrees).crs.to_epsg() == 4546


def test_pbf_and_xml_give_the_same_area(tmp_path: Path) -> None:
    import osmium

    town = two_compounds()
    xml = town.save(tmp_path / "town.osm")
    with osmium.SimpleWriter(str(tmp_path / "town.osm.pbf")) as writer:
        for item in osmium.FileProcessor(str(xml)):
            writer.add(item)
    assert import_osm(tmp_path / "town.osm.pbf", bounds=town.lonlat(), crs=CRS) == import_osm(xml, crs=CRS)


@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(10)))
@pytest.mark.long
def test_order_of_the_ways_changes_nothing(tmp_path: Path, order: list[int]) -> None:
    town = two_compounds()
    before = imported(town, tmp_path)
    town.ways = [town.ways[i] for i in order if i < len(town.ways)]
    assert imported(town, tmp_path) == before


def test_every_kind_of_the_table_exists() -> None:
    catalog = read_catalog()
    table = catalog.osm_kinds
    assert set(table.loc[table["layer"] == "facilities", "kind"]) <= set(catalog.facilities.index)
    for layer, column in (("walls", "kind"), ("open_spaces", "kind"), ("parking", "kind"), ("gates", "vehicles")):
        allowed = set(catalog.layers[layer].columns[column].allowed)
        assert set(table.loc[table["layer"] == layer, "kind"]) <= allowed
    uses = set(table.loc[table["layer"] == "buildings", "kind"]) - {"unknown"}
    assert uses <= set(catalog.layers["buildings"].columns["use"].allowed)
    assert set(table["storeys"]) - {""} <= set(catalog.constants)
    assert not table.duplicated().any()


def test_one_object_in_several_layers_has_several_ids(tmp_path: Path) -> None:
    town = two_compounds()
    town.box(13, 120, 0, 200, 80, landuse="residential", barrier="wall", name="乙院")
    town.box(23, -80, 20, -60, 40, building="yes", amenity="kindergarten")
    area = imported(town, tmp_path)
    assert "w13" in area.compounds.index
    assert area.walls.kind["w13-walls"] == "wall"
    assert area.walls.compound_a["w13-walls"] == "w13"
    assert area.facilities.building_id["w23-kindergarten"] == "w23"
    layers = [area.layer(name).index for name in ("compounds", "buildings", "walls", "gates", "facilities", "paths")]
    assert not layers[0].append(layers[1:]).duplicated().any()


def test_ways_before_their_nodes(tmp_path: Path) -> None:
    town = two_compounds()
    before = imported(town, tmp_path)
    lines = town.text().splitlines()
    nodes = [line for line in lines if line.startswith("<node")]
    rest = [line for line in lines[:-1] if not line.startswith("<node")]
    (tmp_path / "town.osm").write_text("\n".join([*rest, *nodes, lines[-1]]), encoding="utf-8")
    assert import_osm(tmp_path / "town.osm", crs=CRS) == before


def test_input_file_is_left_as_it_was(tmp_path: Path) -> None:
    path = two_compounds().save(tmp_path / "town.osm")
    before = path.read_bytes()
    import_osm(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["town.osm"]


def test_round_trip_through_a_folder(tmp_path: Path) -> None:
    sr = pytest.importorskip("spatialreno")
    area = imported(two_compounds(), tmp_path)
    sr.write_area(area, tmp_path / "town")
    back = sr.read_area(tmp_path / "town")
    assert list(back.walls.index) == list(area.walls.index)
    assert isinstance(back.walls, gpd.GeoDataFrame)
    apart = shapely.hausdorff_distance(back.walls.geometry.to_numpy(), area.walls.geometry.to_numpy())
    assert apart.max() < 1e-4
    assert list(back.gates["estimated"].fillna("")) == list(area.gates["estimated"].fillna(""))
