"""Buildings, their doors and the people in them."""

from __future__ import annotations

import random

from shapely.geometry import Point, Polygon

from .frame import rect

UNIT_M, DEPTH_M, STOREY_M = 14.4, 10.4, 3.0
HOMES_PER_LANDING = 2
LOAD_W_M2 = 55.0

# south-west corner, stair units, storeys; in the order of the house numbers
SLABS = {
    "C01": [(-0.4, 147.0, 3, 5), (50.2, 147.4, 3, 6), (-1.4, 181.2, 3, 5), (49.8, 181.0, 3, 5)],
    "C02": [(1.6, 77.6, 4, 5), (66.4, 78.2, 2, 5), (1.2, 110.5, 3, 5), (51.2, 110.7, 3, 6)],
    "C03": [(3.0, 6.0, 3, 5), (51.8, 6.0, 3, 5), (2.6, 39.6, 3, 5), (52.2, 39.6, 3, 6)],
    "C04": [(106.0, 149.2, 3, 5), (156.0, 149.2, 3, 5), (105.0, 183.2, 2, 5), (140.2, 183.2, 4, 5)],
    "C05": [(107.0, 78.6, 3, 6), (106.4, 114.2, 3, 6)],
    "C06": [(160.2, 83.0, 3, 6), (159.8, 116.6, 3, 6)],
    "C07": [(106.2, 6.0, 3, 5), (157.0, 6.0, 3, 5), (107.0, 39.5, 3, 5), (157.4, 39.6, 3, 6)],
    "C08": [(228.2, 149.6, 4, 5), (228.0, 183.0, 4, 5)],
    "C09": [(228.6, 78.5, 4, 5), (228.4, 111.8, 4, 5)],
    "C10": [(228.4, 7.0, 4, 5), (228.6, 40.5, 4, 5)],
}
BUILT = {
    "C01": 1978,
    "C02": 1976,
    "C03": 1981,
    "C04": 1984,
    "C05": 1975,
    "C06": 1986,
    "C07": 1979,
    "C08": 1983,
    "C09": 1982,
    "C10": 1988,
}
SHOPFRONTS = {("C03", 0): 310.0, ("C03", 1): 300.0, ("C07", 0): 290.0, ("C07", 1): 320.0}
SPARE_M2 = {
    ("C01", 1): 36.0,
    ("C02", 3): 28.0,
    ("C04", 3): 42.0,
    ("C06", 1): 24.0,
    ("C07", 3): 45.0,
    ("C09", 1): 38.0,
}

# id: name, use, rectangle, storeys, year, spare room, side of its door
OTHERS = {
    "B31": ("棉纺厂老食堂", "other", (109.0, 24.6, 13.0, 9.0), 1, 1979, 0.0, "n"),
    "B32": ("粮食局老锅炉房", "boiler_house", (230.4, 98.6, 9.0, 7.0), 1, 1982, 0.0, "s"),
    "B33": ("社区用房", "public", (186.0, 102.2, 12.0, 8.0), 2, 1990, 30.0, "s"),
    "B34": ("印刷厂机修间", "other", (108.5, 127.8, 22.0, 9.0), 1, 1975, 45.0, "s"),
    "B35": ("建筑公司老办公楼", "office", (264.0, 168.6, 15.0, 8.0), 2, 1983, 40.0, "s"),
    "B41": ("健康西路门面房（西）", "commercial", (56.0, -7.3, 34.0, 5.6), 1, 1992, 0.0, ""),
    "B42": ("健康西路门面房（东）", "commercial", (160.0, -8.0, 38.0, 5.6), 1, 1993, 0.0, ""),
    "B43": ("健康西路农贸市场", "commercial", (40.0, -62.0, 44.0, 28.0), 1, 1996, 0.0, ""),
    "B44": ("纱厂路小学教学楼", "public", (-92.0, 118.0, 14.0, 56.0), 4, 1987, 0.0, ""),
    "B45": ("光明幼儿园", "public", (236.0, 240.0, 36.0, 14.0), 3, 1991, 0.0, ""),
    "B46": ("西工地社区卫生服务中心", "public", (330.0, 40.0, 16.0, 34.0), 4, 2001, 0.0, ""),
    "B47": ("街道办事处", "office", (-70.0, 232.0, 40.0, 14.0), 4, 1989, 0.0, ""),
    "B48": ("派出所", "public", (334.0, 150.0, 14.0, 26.0), 3, 1995, 0.0, ""),
    "B49": ("第八中学教学楼", "public", (100.0, 262.0, 60.0, 14.0), 5, 1990, 0.0, ""),
    "B50": ("健康西路商场", "commercial", (235.0, -76.0, 46.0, 38.0), 3, 1998, 0.0, ""),
}

Rows = dict[str, tuple[object, dict[str, object]]]


def draw_buildings(dice: random.Random) -> tuple[dict[str, tuple[Polygon, dict[str, object]]], Rows]:
    """Slabs of flats facing south with their stair doors on the north, and the other buildings."""
    buildings: dict[str, tuple[Polygon, dict[str, object]]] = {}
    doors: Rows = {}
    for compound, slabs in SLABS.items():
        for place, slab in enumerate(slabs):
            bid = f"B{len(buildings) + 1:02d}"
            buildings[bid] = _slab(compound, place, slab, dice)
            doors |= _stair_doors(bid, slab)
    for bid, (name, use, (x, y, w, d), storeys, year, spare, door) in OTHERS.items():
        shape = rect(x, y, w, d)
        columns: dict[str, object] = {
            "name": name,
            "use": use,
            "storeys": storeys,
            "structure": "brick",
            "height_m": storeys * 3.6,
            "floor_area_m2": round(shape.area * storeys, 1),
            "built_year": year,
            "households": 0,
            "residents": 0,
            "heated": False,
            "heated_area_m2": 0.0,
            "spare_room_m2": spare,
        }
        buildings[bid] = (shape, columns)
        if door:
            at = Point(x + w / 2, y + d if door == "n" else y)
            doors[f"{bid}-1"] = (
                at,
                {"building_id": bid, "unit": "正门", "storeys": storeys, "households": 0},
            )
    return buildings, doors


def _slab(
    compound: str, place: int, slab: tuple[float, float, int, int], dice: random.Random
) -> tuple[Polygon, dict[str, object]]:
    x, y, units, storeys = slab
    shape = rect(x, y, units * UNIT_M, DEPTH_M)
    floor = round(shape.area * storeys, 1)
    households = units * storeys * HOMES_PER_LANDING
    shop = SHOPFRONTS.get((compound, place))
    return shape, {
        "name": f"{place + 1}号楼",
        "use": "mixed" if shop else "residential",
        "ground_use": "commercial" if shop else "residential",
        "shop_area_m2": shop,
        "storeys": storeys,
        "structure": "mixed" if BUILT[compound] > 1980 else "brick",
        "height_m": storeys * STOREY_M,
        "floor_area_m2": floor,
        "built_year": BUILT[compound] + place // 2,
        "households": households,
        "residents": round(households * 2.5 + dice.randint(-5, 5)),
        "units": units,
        "heated": False,
        "heated_area_m2": floor,
        "heat_load_w_m2": LOAD_W_M2,
        "spare_room_m2": SPARE_M2.get((compound, place), 0.0),
    }


def _stair_doors(bid: str, slab: tuple[float, float, int, int]) -> Rows:
    x, y, units, storeys = slab
    doors: Rows = {}
    for unit in range(units):
        at = Point(x + (unit + 0.5) * UNIT_M, y + DEPTH_M)
        columns = {
            "building_id": bid,
            "unit": f"{unit + 1}单元",
            "storeys": storeys,
            "households": storeys * HOMES_PER_LANDING,
        }
        doors[f"{bid}-{unit + 1}"] = (at, columns)
    return doors
