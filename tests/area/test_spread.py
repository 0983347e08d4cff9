"""A compound's own households, where its buildings state none: spread by floor area, summing to the ledger."""

from conftest import frame, make_area
from shapely import box

from spatialreno.area.assembly import findings
from spatialreno.catalog import read_catalog

YARD = {"id": "C1", "name": "一院", "households": 100, "geometry": box(0, 0, 100, 100)}
HOMES = [
    {"id": "B1", "storeys": 6, "geometry": box(10, 10, 40, 20)},  # 1 800 m²
    {"id": "B2", "storeys": 2, "geometry": box(10, 30, 40, 40)},  # 600 m²
    {"id": "B3", "use": "office", "storeys": 9, "geometry": box(10, 50, 40, 60)},
]


def test_a_compounds_households_live_in_its_homes():
    area = make_area(compounds=[YARD], buildings=HOMES)
    assert area.buildings["households"].dropna().to_dict() == {"B1": 75, "B2": 25}
    assert area.buildings["residents"].dropna().to_dict() == {"B1": 188, "B2": 62}  # × 2.5, to the even
    assert set(area.buildings.loc["B1", "estimated"].split(",")) >= {"households", "residents"}
    assert "spread" in set(area.report.rule)


def test_its_residents_come_before_what_follows_from_households():
    area = make_area(compounds=[YARD | {"residents": 260}], buildings=HOMES)
    assert area.buildings["residents"].dropna().to_dict() == {"B1": 195, "B2": 65}


def test_where_one_building_says_its_own_the_ledger_is_not_spread():
    homes = [HOMES[0] | {"households": 40}, HOMES[1]]
    area = make_area(compounds=[YARD], buildings=homes)
    assert area.buildings["households"].dropna().to_dict() == {"B1": 40}


def test_floors_are_storeys():
    homes = [{k: v for k, v in home.items() if k != "storeys"} | {"floors": 5} for home in HOMES[:2]]
    assert make_area(buildings=homes, compounds=[YARD]).buildings["storeys"].tolist() == [5, 5]


def test_a_ledger_of_a_yard_without_homes_is_told():
    """C2's ledger names 40 households and nothing is drawn there: they count nowhere, and that is said."""
    empty = {"id": "C2", "name": "二院", "households": 40, "geometry": box(200, 0, 300, 100)}
    layers = {"compounds": frame([YARD, empty]), "buildings": frame(HOMES)}
    told = findings(layers, crs="EPSG:4546", catalog=read_catalog())
    found = [fault for fault in told if fault.rule == "households"]
    assert [fault.ids for fault in found] == [("C2",)] and "buildings are used" in found[0].mend
