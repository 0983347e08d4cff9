"""The example quarter keeps what it promises: published totals, a lane of two metres, no place for the station."""

import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
import shapely

from spatialreno.scenario import read_scenario
from spatialreno.siting import site_facilities

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data" / "geo" / "xigongdi"
SCRIPTS = ROOT / "scripts"
OPTIONS = ("clear", "opened", "partial", "full")
SOLID = ("ground", "attached")


@pytest.fixture(scope="module")
def today(example):
    return example


@pytest.fixture(scope="module")
def options(today):
    return {name: read_scenario(FOLDER / "scenarios" / f"{name}.toml").apply(today) for name in OPTIONS}


@pytest.fixture(scope="module")
def checks():
    sys.path.insert(0, str(SCRIPTS))
    try:
        from xigongdi import checks

        yield checks
    finally:
        sys.path.remove(str(SCRIPTS))


def walls_as_bodies(area):
    return [
        wall.buffer(t / 2, cap_style="flat")
        for wall, t in zip(area.walls.geometry, area.walls.thickness_m, strict=True)
    ]


def standing(area):
    """Everything on the ground that a new building may not touch."""
    low = area.structures.loc[area.structures.position.isin(SOLID)]
    return shapely.union_all([*walls_as_bodies(area), *area.buildings.geometry, *low.geometry])


def test_full_takes_the_published_length_of_wall(today, options):
    assert today.walls.length_m.sum() - options["full"].walls.length_m.sum() == pytest.approx(1200, rel=0.01)


def test_walls_towards_streets_stay(today, options):
    outer = today.walls.index[today.walls.compound_b.isna()]
    assert list(options["full"].walls.index) == list(outer)


def test_full_takes_the_published_floor_area(today, options):
    illegal = today.structures.loc[today.structures.legality == "illegal"]
    assert illegal.floor_area_m2.sum() == pytest.approx(1500, rel=0.01)
    assert set(options["full"].structures.index) == set(today.structures.index) - set(illegal.index)


def test_floor_area_is_plan_area_times_storeys(today):
    rows = today.structures
    assert rows.floor_area_m2.to_numpy() == pytest.approx((rows.area_m2 * rows.storeys).to_numpy(), abs=0.02)


def test_illegal_structures_are_mostly_on_the_ground(today):
    count = today.structures.loc[today.structures.legality == "illegal"].position.value_counts()
    assert count["ground"] > 0.7 * count.sum()
    assert {"attached", "roof", "balcony"} <= set(count.index)
    assert {"undecided", "historical", "temporary", "legal", "extension"} <= set(today.structures.legality)


def test_the_lane_is_two_metres_today_and_seven_are_clear_afterwards(today, options):
    lane = today.paths.geometry["L1"]
    assert today.paths.width_m["L1"] == 2.0
    assert 2 * min(body.distance(lane) for body in walls_as_bodies(today)) == pytest.approx(2.0, abs=0.01)
    for name in ("opened", "partial", "full"):
        assert options[name].paths.width_m["L1"] == 7.0
        assert 2 * standing(options[name]).distance(lane) >= 7.0


def test_density_is_that_of_old_compounds(today):
    homes = today.buildings.loc[today.buildings.households > 0]
    assert len(today.compounds) == 10
    assert set(homes.storeys) == {5.0, 6.0}
    assert homes.built_year.between(1970, 1989).all()
    assert not today.buildings.heated.any()
    assert 1.2 < homes.floor_area_m2.sum() / today.compounds.area_m2.sum() < 1.5
    assert homes.residents.sum() / homes.households.sum() == pytest.approx(2.5, abs=0.1)
    assert 50_000 < homes.heated_area_m2.sum() < 100_000


def test_every_household_has_a_stair_door(today):
    doors = today.entrances.groupby("building_id").households.sum()
    homes = today.buildings.loc[today.buildings.households > 0].households
    assert (doors[homes.index] == homes).all()


def test_rights_are_held_by_twenty_parties_and_more(today):
    assert today.rights.party_id.nunique() >= 20
    shares = today.rights.dropna(subset="share").groupby(["feature_id", "right"]).share.sum()
    assert shares.to_numpy() == pytest.approx(1.0)
    walls = today.rights.loc[
        today.rights.feature_id.str.startswith("W") & (today.rights.right == "ownership")
    ]
    assert walls.groupby("feature_id").party_id.nunique().min() >= 2
    assert set(today.rights.consent) == {"not_visited", "visited", "agreed_in_principle", "signed", "against"}


@pytest.mark.long
def test_no_place_for_the_station_exists_today(today, checks):
    """Erosion of the free ground by the footprint, at every fifth degree, forgiving trees and unmarked parking."""
    homes = shapely.union_all(today.buildings.loc[today.buildings.households > 0].geometry)
    used = [*today.parking.loc[today.parking.formal].geometry, *today.open_spaces.geometry]
    paths = today.paths
    used += [p.buffer(w / 2, cap_style="square") for p, w in zip(paths.geometry, paths.width_m, strict=True)]
    used += [f for f in today.facilities.geometry if f.area > 0]
    ground = shapely.union_all(today.compounds.geometry)
    quiet = ground.difference(shapely.union_all([standing(today), homes.buffer(checks.SETBACK_M), *used]))
    angles = [a + 6.5 for a in range(0, 90, 5)]
    assert not any(checks.fits(piece, checks.STATION, angles) for piece in shapely.get_parts(quiet))
    assert today.buildings.loc[today.buildings.use == "boiler_house"].area.max() < 80
    assert today.buildings.spare_room_m2.max() < 50


@pytest.mark.long
def test_siting_says_no_until_the_walls_are_open(today, options):
    for area in (today, options["clear"]):
        assert not len(site_facilities(area, "heat_exchange_station", count=1).sites)
    found = site_facilities(options["opened"], "heat_exchange_station", count=1).sites
    assert found.area.to_list() == pytest.approx([150.0], rel=1e-6)


def test_what_the_full_option_builds_fits_the_freed_ground(options, checks):
    full = options["full"]
    built = pd.concat([full.facilities.geometry[["HX1", "F41"]], full.open_spaces.geometry[["O11", "O12"]]])
    assert built.area.to_dict() == pytest.approx(
        {"HX1": 150.0, "F41": 160.0, "O11": 200.0, "O12": 350.0}, abs=0.01
    )
    homes = shapely.union_all(full.buildings.loc[full.buildings.households > 0].geometry)
    assert built["HX1"].distance(homes) >= checks.SETBACK_M
    taken = shapely.union_all([standing(full), *full.trees.geometry, *full.parking.geometry])
    roads = [p.buffer(w / 2) for p, w in zip(full.paths.geometry, full.paths.width_m, strict=True)]
    for shape in built:
        assert shape.distance(taken) > 0
        assert shape.distance(shapely.union_all(roads)) > 0
    assert all(a.distance(b) > 1 for i, a in enumerate(built) for b in built.iloc[:i])


def test_the_main_can_carry_the_load(today):
    homes = today.buildings.loc[today.buildings.households > 0]
    load_kw = (homes.heated_area_m2 * homes.heat_load_w_m2).sum() / 1000
    mains = today.pipes.loc[(today.pipes.kind == "heat_primary") & (today.pipes.status == "existing")]
    assert mains.capacity.min() > load_kw


def test_it_says_that_it_is_invented(today):
    meta = tomllib.loads((FOLDER / "area.toml").read_text("utf-8"))
    assert meta["invented"] is True
    assert meta["note"] == "示意数据（虚构几何，公开总量）"
    assert today.meta["invented"] is True


@pytest.mark.long
def test_the_script_draws_the_committed_bytes(tmp_path):
    sys.path.insert(0, str(SCRIPTS))
    try:
        import draw_xigongdi

        draw_xigongdi.main(tmp_path)
    finally:
        sys.path.remove(str(SCRIPTS))
    drawn = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert drawn
    assert drawn == {name: (FOLDER / name).read_bytes() for name in drawn}
