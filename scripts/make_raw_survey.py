"""Make ``data/raw``: an invented quarter as a survey office and a sub-district hand it over.

Four yards of factory housing, as a shapefile in GBK without a coordinate system, a drawing with the habits of CASS, a
ledger by building and a list of illegal structures that nobody has drawn yet. Everything is invented.
Run ``python scripts/make_raw_survey.py [folder]``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import openpyxl
import pyogrio
from ezdxf.document import Drawing
from openpyxl.styles import Alignment, Font
from pyproj import Transformer
from shapely.geometry import LineString, box

from spatialreno.area.place.shift import to_gcj02

FOLDER = Path(__file__).parents[1] / "data" / "raw"
X, Y = 632_400.0, 3_839_200.0  # south-west corner, EPSG:4546, which no file says
THICK = 0.24
_TO_DEGREES = Transformer.from_crs(4546, 4326, always_xy=True)
Corner = tuple[float, float]
Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Yard:
    """One compound: its name as the red line says it and as the ledger writes it, its corners, its houses."""

    name: str
    written: str
    year: str
    unit: str
    corners: Corners


@dataclass(frozen=True)
class House:
    """One house: corners, texts of the drawing, and what the ledger says of it."""

    yard: int
    number: str
    corners: Corners
    text: str
    year: Any
    households: Any


YARDS = (
    Yard("纺织厂家属院（南院）", "纺织厂家属院(南院)", "1983", "市纺织厂", (0, 0, 90, 100)),
    Yard("交通局家属院", "交通局家属院 ", "1992", "市交通局", (90, 0, 190, 100)),
    Yard("印刷厂家属院", "印刷厂家属院", "1979", "市印刷厂", (0, 100, 90, 190)),
    Yard("西关小学家属院", "西关小学家属院", "1995", "西关小学　", (90, 100, 190, 190)),
)
HOUSES = (
    House(0, "1号楼", (12, 12, 56, 24), "混5", "1983年", 50),
    House(0, "2号楼", (12, 42, 56, 54), "混5", 1984, "约50"),
    House(0, "3号楼", (12, 72, 56, 84), "混6", 1986, "60户"),
    House(1, "1号楼", (104, 12, 152, 24), "混6", 1992, 72),
    House(1, "2号楼", (104, 42, 152, 54), "混6", "1993年", 72),
    House(2, "1号楼", (12, 112, 52, 124), "砖4", 1979, "40户"),
    House(2, "2号楼", (12, 142, 52, 154), "砖4", "1979年", 40),
    House(2, "3号楼", (12, 168, 52, 179), "混6", 1990, 48),
    House(3, "1号楼", (104, 112, 152, 124), "混6", 1995, 60),
    House(3, "2号楼", (104, 144, 152, 156), "混6", 1996, 60),
)
WALLS: tuple[tuple[Corner, ...], ...] = (
    ((90, 0), (90, 100), (90, 190)),
    ((0, 100), (90, 100)),
    ((90, 100), (190, 100)),
    ((0, 0), (0, 46)),
    ((0, 52), (0, 146)),
    ((0, 152), (0, 190), (90, 190)),
    ((90, 190), (190, 190), (190, 152)),
    ((190, 146), (190, 62)),
    ((190, 56), (190, 0), (0, 0)),
)
GATES: tuple[Corner, ...] = ((0, 49), (0, 149), (190, 149), (190, 59))
SHEDS: tuple[Corners, ...] = ((70, 28, 86, 34), (70, 60, 84, 66), (94, 70, 108, 78), (64, 128, 86, 136))
ILLEGAL: tuple[Corners, ...] = ((60, 104, 84, 110), (94, 104, 112, 110), (160, 88, 180, 96))
LANES: tuple[tuple[Corner, ...], ...] = (
    ((-8, -8), (198, -8), (198, 198), (-8, 198), (-8, -8)),
    ((-8, 49), (62, 49), (62, 10)),
    ((62, 49), (62, 94)),
    ((-8, 149), (58, 149), (58, 110)),
    ((198, 59), (158, 59), (158, 14)),
    ((198, 149), (158, 149), (158, 110)),
)
PIPE: tuple[Corner, ...] = ((-6, -6), (196, -6))
PLACES: tuple[tuple[str, str, Corner], ...] = (
    ("西关幼儿园", "幼儿园", (-14, 120)),
    ("惠民药店", "药店", (204, 30)),
    ("西关菜市场", "菜市场或生鲜超市", (204, 170)),
    ("西关社区卫生服务站", "社区卫生服务站", (60, -14)),
    ("便民超市", "便利店", (-14, 20)),
)
LIST: tuple[tuple[Any, ...], ...] = (
    (1, "纺织厂家属院(南院)", "2号楼东侧住户", "棚", 18.5, "违建", "西执认字〔2025〕11号"),
    (2, "纺织厂家属院(南院)", "门卫旁", "储藏室", "约12", "待认定", None),
    (3, "交通局家属院", "1号楼3单元楼顶", "阳光房", 26, "违建", "西执认字〔2025〕12号"),
    (4, "印刷厂家属院", "原锅炉房北", "平房", 64, "历史遗留", None),
    (5, "印刷厂家属院", "2号楼西山墙", "棚", "9㎡", "违建", "西执认字〔2025〕15号"),
    (6, "西关小学家属院", "操场边", "车库", 31, "待认定", None),
)


def main(folder: Path) -> None:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_red_lines(folder / "小区红线.shp")
    draw_survey(folder / "地形图.dxf")
    write_ledger(folder / "楼栋台账.xlsx")
    write_list(folder / "违建清单.xlsx")
    write_places(folder / "设施点.csv")


def write_red_lines(path: Path) -> None:
    """Write the compounds in GBK, with initials of pinyin for names of columns, and without .prj and .cpg."""
    rows = gpd.GeoDataFrame(
        {
            "XQMC": [f"{yard.name} " for yard in YARDS],  # a blank behind the name, as forms leave it
            "JCND": [yard.year for yard in YARDS],
            "CQDW": [yard.unit for yard in YARDS],
        },
        geometry=[box(*_moved(yard.corners)) for yard in YARDS],
    )
    pyogrio.write_dataframe(rows, path, driver="ESRI Shapefile", encoding="GBK")
    for suffix in (".prj", ".cpg"):
        path.with_suffix(suffix).unlink(missing_ok=True)


def draw_survey(path: Path) -> None:
    """Draw what a survey at 1:500 holds, on the layers of CASS, told apart by its codes."""
    drawing = ezdxf.new("R2000", units=6)
    drawing.encoding = "gbk"
    drawing.appids.add("SOUTH")
    for name in ("JMD", "DLSS", "ZBTZ", "GXYZ", "KZD", "TK", "GCD", "ZJ", "大门", "违建"):
        drawing.layers.add(name)
    for house in HOUSES:
        _ring(drawing, house.corners, "JMD", "141161")
        _text(drawing, house.number, house.corners, 6)
        _text(drawing, house.text, house.corners, 1)
    for corners in SHEDS:
        _ring(drawing, corners, "JMD", "141200")
    for corners in ILLEGAL:
        _ring(drawing, corners, "违建")
    for wall in WALLS:
        _wall(drawing, wall)
    _put_gates(drawing)
    for lane in LANES:
        _line(drawing, lane, "DLSS", "164000")
    _line(drawing, PIPE, "GXYZ")
    _draw_rest(drawing)
    drawing.saveas(path)


def _draw_rest(drawing: Drawing) -> None:
    """Draw what no layer of ours is: heights, control points, a frame; and trees."""
    space = drawing.modelspace()
    for n, (x, y) in enumerate([(30, 33), (120, 33), (30, 133), (120, 133)]):
        space.add_point(_at(x, y), dxfattribs={"layer": "GCD"})
        space.add_text(f"15{n}.4{n}", height=1, dxfattribs={"layer": "GCD", "insert": _at(x + 1, y)})
    space.add_point(_at(-6, 100), dxfattribs={"layer": "KZD"})
    _line(drawing, ((-20, -20), (210, -20), (210, 210), (-20, 210), (-20, -20)), "TK")
    tree = drawing.blocks.new("gc120")
    tree.add_circle((0, 0), 0.8)
    for x, y in [(30, 35), (120, 34), (30, 135), (130, 134), (36, 62), (170, 30)]:
        space.add_blockref("gc120", _at(x, y), dxfattribs={"layer": "ZBTZ"})


def _put_gates(drawing: Drawing) -> None:
    gate = drawing.blocks.new("gc121")
    gate.add_line((-3, 0), (3, 0))
    for x, y in GATES:
        drawing.modelspace().add_blockref("gc121", _at(x, y), dxfattribs={"layer": "大门", "rotation": 90})


def _wall(drawing: Drawing, wall: tuple[Corner, ...]) -> None:
    """Draw the two faces of a wall, as a survey shows one that is wide enough for its scale."""
    middle = LineString([_at(x, y) for x, y in wall])
    for side in (-THICK / 2, THICK / 2):
        face = middle.offset_curve(side, join_style="mitre")
        line = drawing.modelspace().add_lwpolyline(list(face.coords), dxfattribs={"layer": "JMD"})
        line.set_xdata("SOUTH", [(1000, "144301")])


def _ring(drawing: Drawing, corners: Corners, layer: str, code: str = "") -> None:
    x0, y0, x1, y1 = _moved(corners)
    points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    shape = drawing.modelspace().add_lwpolyline(points, close=True, dxfattribs={"layer": layer})
    if code:
        shape.set_xdata("SOUTH", [(1000, code)])


def _line(drawing: Drawing, points: tuple[Corner, ...], layer: str, code: str = "") -> None:
    shape = drawing.modelspace().add_lwpolyline([_at(x, y) for x, y in points], dxfattribs={"layer": layer})
    if code:
        shape.set_xdata("SOUTH", [(1000, code)])


def _text(drawing: Drawing, text: str, corners: Corners, up: float) -> None:
    place = _at(corners[0] + 4, corners[1] + up)
    drawing.modelspace().add_text(text, height=2, dxfattribs={"layer": "ZJ", "insert": place})


def write_ledger(path: Path) -> None:
    """Write the ledger by building: a title, yards as merged cells, numbers as people type them, a total."""
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = "楼栋台账"
    heads = ["序号", "小区\n名称", "楼号", "结构", "层 数", "建成年代", "户数（户）", "备注"]
    _title(page, "西关街道2025年老旧小区楼栋台账", heads)
    for n, house in enumerate(HOUSES, start=1):
        structure = {"混": "砖混", "砖": "砖木"}[house.text[0]]
        cells = [n, YARDS[house.yard].written, house.number, structure, int(house.text[1:]), house.year]
        page.append([*cells, house.households, None])
    total = sum(int(str(house.households).strip("约户")) for house in HOUSES)
    page.append(["合计", None, None, None, None, None, total, None])
    first = 3
    for yard in range(len(YARDS)):
        last = first + sum(house.yard == yard for house in HOUSES) - 1
        page.merge_cells(start_row=first, end_row=last, start_column=2, end_column=2)
        first = last + 1
    book.create_sheet("Sheet2")
    book.save(path)


def write_list(path: Path) -> None:
    """Write the list of illegal structures, as a patrol keeps it: by yard, without a place on the map."""
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = "违建清单"
    _title(page, "西关街道违法建设清单", ["序号", "所属小区", "位置", "类型", "面积（㎡）", "认定", "认定文书"])
    for row in LIST:
        page.append(list(row))
    book.save(path)


def write_places(path: Path) -> None:
    """Write points as a map service gives them: shifted degrees (GCJ-02), a table in GBK."""
    rows = [["名称", "类型", "lng", "lat"]]
    for name, kind, (x, y) in PLACES:
        lon, lat = to_gcj02(*_TO_DEGREES.transform(*_at(x, y)))
        rows.append([name, kind, f"{float(lon):.6f}", f"{float(lat):.6f}"])
    path.write_bytes("".join(",".join(row) + "\r\n" for row in rows).encode("gbk"))


def _title(page: Any, title: str, heads: list[str]) -> None:
    page.append([title])
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(heads))
    page["A1"].font = Font(bold=True, size=14)
    page["A1"].alignment = Alignment(horizontal="center")
    page.append(heads)


def _at(x: float, y: float) -> Corner:
    return X + x, Y + y


def _moved(corners: Corners) -> Corners:
    return (*_at(*corners[:2]), *_at(*corners[2:]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
