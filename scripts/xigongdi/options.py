"""The four written options: scenario files, and the planned sites that stand in the full one."""

from __future__ import annotations

import shapely
from shapely.geometry import Point, Polygon

from .frame import rect, to_lonlat
from .ground import COMPOUNDS

SITES = {
    "HX1": rect(172.0, 61.4, 15.0, 10.0),
    "O11": rect(60.0, 58.9, 20.0, 10.0),
    "O12": rect(146.0, 95.0, 20.0, 17.5),
    "F41": rect(246.0, 133.2, 16.0, 10.0),
}
BOOKSTORE = Point(119.5, 127.8)
LANE_SIX = ["C01", "C02", "C03", "C04", "C05", "C07"]

WIDEN = """[[alter]]
layer  = "paths"
ids    = ["L1"]
set    = { width_m = 7.0 }
reason = "拆墙后巷道由 2 米拓宽到 7 米"
phase  = 3
"""
VACATE = """[[alter]]
layer  = "buildings"
ids    = ["B34"]
set    = { spare_room_m2 = 198.0 }
expect = 1
reason = "印刷厂机修间停用，整幢腾空"
phase  = 4

"""


def scenario_files(illegal: int, heated_m2: float) -> dict[str, str]:
    """Text of every scenario file by its name."""
    return {
        "clear.toml": _head("clear", "拆违") + _demolish_illegal(illegal),
        "opened.toml": _head("opened", "拆违 + 拆墙并院", "clear")
        + _open(list(COMPOUNDS), "十院连片")
        + "\n"
        + WIDEN,
        "partial.toml": _head("partial", "拆违 + 沿巷六院并院", "clear")
        + _open(LANE_SIX, "先拆工农巷两侧六个院")
        + "\n"
        + WIDEN,
        "full.toml": _head("full", "集中连片", "opened") + VACATE + "\n".join(_builds(heated_m2)),
    }


def _head(name: str, title: str, base: str = "") -> str:
    stacked = f'base  = "{base}"\n' if base else ""
    return f'name  = "{name}"\ntitle = "{title}"\n{stacked}\n'


def _demolish_illegal(illegal: int) -> str:
    return (
        f'[[demolish]]\nlayer  = "structures"\nwhere  = {{ legality = "illegal" }}\nexpect = {illegal}\n'
        'reason = "已认定的违法建设全部拆除"\nphase  = 1\n'
    )


def _open(compounds: list[str], reason: str) -> str:
    names = ", ".join(f'"{c}"' for c in compounds)
    head = f'[[demolish]]\nlayer   = "walls"\nbetween = [{names}]\n'
    return f'{head}reason  = "{reason}，院间围墙拆除"\nphase   = 1\n'


def _builds(heated_m2: float) -> list[str]:
    return [
        _build(
            "facilities",
            "HX1",
            "heat_exchange_station",
            "西工地热力交换站",
            _outline(SITES["HX1"]),
            f'area_m2  = 150.0\ncapacity = {heated_m2:.1f}\nreason   = "站房终于有地可落"\nphase    = 3\n',
        ),
        _build(
            "open_spaces",
            "O11",
            "cluster_green",
            "纺机—商业口袋花园",
            _outline(SITES["O11"]),
            'access   = "public"\nreason   = "两院围墙和棚屋腾出"\nphase    = 4\n',
        ),
        _build(
            "open_spaces",
            "O12",
            "plaza",
            "西工地小广场",
            _outline(SITES["O12"]),
            'access   = "public"\nreason   = "两院围墙和违建腾出"\nphase    = 4\n',
        ),
        _build(
            "facilities",
            "F40",
            "bookstore",
            "河洛书苑（工农巷）",
            _at(BOOKSTORE),
            'building_id = "B34"\narea_m2  = 198.0\nreason   = "印刷厂机修间改建"\nphase    = 4\n',
        ),
        _build(
            "facilities",
            "F41",
            "outdoor_fitness",
            "建筑—粮食健身广场",
            _outline(SITES["F41"]),
            'area_m2  = 160.0\nreason   = "两院夹道和棚屋腾出"\nphase    = 4\n',
        ),
    ]


def _build(layer: str, fid: str, kind: str, name: str, place: str, rest: str) -> str:
    head = f'[[build]]\nlayer    = "{layer}"\nid       = "{fid}"\nkind     = "{kind}"\n'
    return f'{head}name     = "{name}"\n{place}{rest}'


def _outline(shape: Polygon) -> str:
    ring = shapely.get_coordinates(to_lonlat(shape))[:-1]
    return "outline  = [" + ", ".join(f"[{x:.10f}, {y:.10f}]" for x, y in ring) + "]\n"


def _at(point: Point) -> str:
    placed = to_lonlat(point)
    return f"at       = [{placed.x:.10f}, {placed.y:.10f}]\n"


AREA_TOML = """name     = "xigongdi"
title    = "西工地片区（示意）"
crs      = "EPSG:4546"
source   = "scripts/draw_xigongdi.py 绘制；总量取自公开报道（拆墙 1200 米、拆违 1500 平方米）"
licence  = "CC0-1.0"
date     = "2025-03"
invented = true
note     = "示意数据（虚构几何，公开总量）"
standard = "gb50180-2018"
"""

PLAN_PY = '''"""Which walls come down in Xigongdi, and where does the heat-exchange station go?"""
import spatialreno as sr

today = sr.read_area("data/geo/xigongdi")

clear = sr.Scenario("clear", title="拆违", interventions=[
    sr.demolish("structures", where={"legality": "illegal"}),
])
opened = clear | sr.Scenario("opened", title="拆墙并院", interventions=[
    sr.demolish("walls", between=list(today.compounds.index)),
    sr.alter("paths", ids=["L1"], set={"width_m": 7.0}),
])
station = sr.site_facilities(opened.apply(today), "heat_exchange_station", count=1)
full = opened | station.as_scenario("full", title="集中连片")

options = sr.compare(today, [clear, opened, full], standard="gb50180-2018")
print(options.change())                              # indicators down, options across, against today
options.write("out/xigongdi")                        # tables, layers, provenance
sr.draw(options).save("maps/xigongdi.html")          # one offline page
'''
