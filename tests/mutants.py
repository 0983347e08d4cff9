"""Sound inputs, spoiled at random: layers, tables, scenarios, a catalog of one's own and raw files of a survey.

Up to three places of one of them are changed.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import ROOT, at, make_area
from shapely import LineString, Point, box

from spatialreno import Scenario, alter, build, demolish, write_area, write_scenario

Dice = random.Random
#: Tables of a catalog that a plan rests on.
OWN_TABLES = ("costs", "constants", "facilities", "groups", "consent_rules", "bill_shares", "vote_rules", "indicators")
#: What people, programs and rogues put into a cell.
ODD: tuple[Any, ...] = (
    None, "", " ", "nan", "-", "无", "约60", "1e9", "1e400", "=1+1", "'", '"', "true", "C1", "甲" * 3000, "\u202e反",
    "\x1b[2J", "{{7*7}}", "<b>", "a\nb", "2026-02-30", "98", 0, -1, 0.5, 7, 1998, 35796, 1e9, 1e15, -1e308, 1e308,
    2**63, float("nan"), float("inf"), True, [], [1, [2]], {"a": 1},
)  # fmt: skip


def sound(folder: Path) -> Path:
    """Write two yards with a row in every layer, a plan, and the lists that people keep beside them."""
    area = write_area(make_area("mutant", **_rows()), folder / "area")
    (area / "area.manifest.json").unlink(missing_ok=True)
    shop = build("facilities", "F9", kind="bookstore", geometry=at(20, 40), crs="EPSG:4546", area_m2=60.0)
    acts = [demolish("walls", between=["C1", "C2"], phase=2), demolish("structures", where={"legality": "illegal"}),
            alter("paths", ids=["L1"], set={"width_m": 7.0}, phase=3), shop]  # fmt: skip
    write_scenario(Scenario("plan", title="拆墙", interventions=acts), folder / "scenarios" / "plan.toml")
    lists = folder / "lists"
    lists.mkdir()
    shutil.copy(ROOT / "data/programme/pingdingshan-2022.csv", lists / "programme.csv")
    shutil.copy(ROOT / "data/geo/xigongdi/community/menu.csv", lists / "menu.csv")
    (lists / "budgets.csv").write_text("payer,year,yuan\ncity,2026,2000000\ncentral,,500000\n", encoding="utf-8")
    (lists / "hazards.csv").write_text("编号,位置,隐患,照片,日期\nA,B1,roof_leak,,2025-03-01\n", encoding="utf-8")
    visits = "P1,张主任,2026-03-01,visited,产权证,土地证;规划许可,2026-04-01\nP1,,2026-03-10,signed,产权证;土地证,,\n"
    (lists / "casework.csv").write_text(
        "对象,包联责任人,走访日期,意见,已有材料,欠缺材料,期限\n" + visits, encoding="utf-8"
    )
    months = (
        "小区,月份,management,物业费,收缴率,党支部\nC1,2026-03,company,900,0.8,yes\nC1,2026-04,company,900,0.9,yes\n"
    )
    (lists / "management.csv").write_text(months, encoding="utf-8")
    _catalog(folder / "catalog")
    shutil.copytree(ROOT / "data" / "raw", folder / "survey")
    return folder


def _catalog(folder: Path) -> None:
    """Lay the first rows of our own tables over ours, and a standard."""
    ours = ROOT / "src" / "spatialreno" / "catalog"
    folder.mkdir()
    for name in OWN_TABLES:
        lines = (ours / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        rows = [f"{line},{'2026-01' if number else 'date'}" for number, line in enumerate(lines[:8])]
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "standards").mkdir()
    shutil.copy(ours / "standards" / "gb50180-2018.toml", folder / "standards" / "own.toml")


def _rows() -> dict[str, list[dict[str, Any]]]:
    homes: dict[str, Any] = {"use": "residential", "households": 12, "residents": 30, "storeys": 6, "built_year": 1985}
    return {
        "compounds": [{"id": f"C{k}", "name": f"{k}号院", "households": 12, "fee_rate": 0.3,
                       "geometry": box(42 * k - 42, 0, 42 * k, 60)} for k in (1, 2)],
        "buildings": [{"id": f"B{k}", **homes, "geometry": box(42 * k - 37, 5, 42 * k - 17, 15)} for k in (1, 2)],
        "entrances": [{"id": "E1", "building_id": "B1", "unit": 1, "geometry": Point(10, 15)}],
        "walls": [{"id": "W1", "kind": "wall", "thickness_m": 0.24, "geometry": LineString([(42, 0), (42, 60)])},
                  {"id": "W2", "kind": "fence", "geometry": LineString([(0, 0), (84, 0)])}],
        "gates": [{"id": "G1", "walkers": "residents", "width_m": 3.0, "geometry": Point(20, 0)}],
        "structures": [{"id": "S1", "legality": "illegal", "height_m": 2.5, "storeys": 1,
                        "geometry": box(10, 30, 20, 40)}],
        "paths": [{"id": "L1", "kind": "street", "width_m": 6.0, "geometry": LineString([(-10, -5), (95, -5)])}],
        "facilities": [{"id": "F1", "kind": "pharmacy", "capacity": 30.0, "geometry": Point(50, 40)}],
        "open_spaces": [{"id": "O1", "kind": "plaza", "geometry": box(60, 20, 70, 30)}],
        "trees": [{"id": "T1", "trunk_m": 0.4, "crown_m": 5.0, "geometry": Point(30, 50)}],
        "parking": [{"id": "K1", "kind": "car", "places": 3, "geometry": box(70, 45, 78, 52)}],
        "pipes": [{"id": "M1", "kind": "water", "diameter_mm": 200.0, "depth_m": 1.2,
                   "geometry": LineString([(-10, -6), (95, -6)])}],
        "parties": [{"id": "P1", "name": "毛纺厂", "kind": "unit"}, {"id": "P2", "name": "街道办"}],
        "rights": [{"feature_id": "C1", "party_id": "P1", "right": "land_use", "share": 1.0},
                   {"feature_id": "W1", "party_id": "P2", "right": "ownership", "share": 1.0}],
        "ballots": [{"voter": "B1-1-101", "matter": "open:C1", "choice": "yes", "area_m2": 70.0, "building_id": "B1"}],
        "listed": [{"id": "J1", "compound": "1号院", "legality": "illegal", "floor_area_m2": 12.0}],
    }  # fmt: skip


def spoil(folder: Path, kind: str, dice: Dice) -> list[str]:
    """Change one to three places of the files of a kind (area, scenarios, lists, catalog, survey), and tell which."""
    files = sorted(path for path in (folder / kind).rglob("*") if path.suffix in _WAYS)
    told = []
    for _ in range(dice.choice([1, 1, 2, 3])):
        path = dice.choice(files)
        way = dice.choice([*_WAYS[path.suffix] * 4, *_BYTES])
        try:
            way(path, dice)
        except (ValueError, LookupError):  # an earlier change left nothing to change in this way
            continue
        told.append(f"{path.name}: {way.__name__.strip('_')}")
    return told


# ---- features


def _features(path: Path, change: Callable[[list[Any]], None]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["features"])
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")


def _cell(path: Path, dice: Dice) -> None:
    def change(rows: list[Any]) -> None:
        cells = dice.choice(rows)["properties"]
        cells[dice.choice(sorted(cells))] = dice.choice(ODD)

    _features(path, change)


def _half_a_character(path: Path, dice: Dice) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"properties": {', '"properties": {"name": "\\ud800", ', 1), encoding="utf-8")


def _row(path: Path, dice: Dice) -> None:
    def change(rows: list[Any]) -> None:
        row = dice.choice(rows)
        dice.choice([rows.remove, rows.append, lambda one: one.pop(dice.choice(sorted(one)))])(row)

    _features(path, change)


def _shape(path: Path, dice: Dice) -> None:
    def change(rows: list[Any]) -> None:
        row = dice.choice(rows)
        row["geometry"] = dice.choice(_SHAPES)(row["geometry"], dice)

    _features(path, change)


def _each(numbers: Any, move: Callable[[list[float]], list[Any]]) -> Any:
    """Move every position of nested coordinates."""
    if numbers and isinstance(numbers[0], (int, float)):
        return move(numbers)
    return [_each(part, move) for part in numbers]


def _moved(move: Callable[[list[float]], list[Any]]) -> Callable[[Any, Dice], Any]:
    return lambda shape, dice: {**shape, "coordinates": _each(shape["coordinates"], move)}


def _first(numbers: Any) -> Any:
    return numbers if isinstance(numbers[0], (int, float)) else _first(numbers[0])


def _collapsed(shape: Any, dice: Dice) -> Any:
    return _moved(lambda _: _first(shape["coordinates"]))(shape, dice)


def _shaken(shape: Any, dice: Dice) -> Any:
    """Put the points of each line into another order: edges cross."""

    def shake(part: Any) -> Any:
        if part and isinstance(part[0], list) and isinstance(part[0][0], (int, float)):
            return dice.sample(part, len(part))
        return [shake(inner) for inner in part] if part and isinstance(part[0], list) else part

    return {**shape, "coordinates": shake(shape["coordinates"])}


_SHAPES: tuple[Callable[[Any, Dice], Any], ...] = (
    _collapsed,
    _shaken,
    _moved(lambda p: [p[1], p[0]]),
    _moved(lambda p: [p[0] * 1e6, p[1]]),
    _moved(lambda p: [p[0] + 0.01, p[1]]),
    _moved(lambda p: [round(p[0], 3), round(p[1], 3)]),
    _moved(lambda p: [*p, 1e300]),
    _moved(lambda p: [float("nan"), p[1]]),
    _moved(lambda p: [p[0], float("inf")]),
    _moved(lambda p: p[:1]),
    _moved(lambda p: ["x", None]),
    lambda shape, dice: None,
    lambda shape, dice: {},
    lambda shape, dice: {**shape, "coordinates": []},
    lambda shape, dice: {**shape, "coordinates": [shape["coordinates"]]},
    lambda shape, dice: {**shape, "type": dice.choice(["Point", "LineString", "Polygon", "MultiPolygon", "Circle"])},
    lambda shape, dice: {"type": "GeometryCollection", "geometries": [shape, shape]},
)


# ---- tables and scenarios


def _table_cell(path: Path, dice: Dice) -> None:
    rows = [line.split(",") for line in path.read_text(encoding="utf-8-sig").splitlines()]
    row = dice.choice(rows[1:] or rows)
    row[dice.randrange(len(row))] = str(dice.choice(ODD))
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")


def _table_line(path: Path, dice: Dice) -> None:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    line = dice.randrange(len(lines))
    lines[line : line + 1] = dice.choice([[], [lines[line]] * 2, [lines[line] + ",x"], [lines[line].replace(",", ";")]])
    path.write_text("\n".join(lines), encoding=dice.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))


def _value(path: Path, dice: Dice) -> None:
    """Put another value behind the = of one line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    line = dice.choice([n for n, text in enumerate(lines) if "=" in text])
    value = json.dumps(dice.choice(ODD), ensure_ascii=False)
    lines[line] = f"{lines[line].partition('=')[0]}= {value.replace('NaN', 'nan').replace('Infinity', 'inf')}"
    path.write_text("\n".join(lines), encoding="utf-8")


def _line(path: Path, dice: Dice) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    line, other = dice.randrange(len(lines)), dice.choice(lines)
    lines[line : line + 1] = dice.choice([[], [lines[line]] * 2, [other], [lines[line], other]])
    path.write_text("\n".join(lines), encoding="utf-8")


# ---- bytes


def _flip(path: Path, dice: Dice) -> None:
    raw = bytearray(path.read_bytes())
    raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    path.write_bytes(raw)


def _cut(path: Path, dice: Dice) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: dice.randrange(len(raw))])


def _put_in(path: Path, dice: Dice) -> None:
    raw = path.read_bytes()
    place = dice.randrange(len(raw))
    new = dice.choice([b"\0", b"\xff\xfe", b"\n", b'"', b"[[", dice.randbytes(9)])
    path.write_bytes(raw[:place] + new + raw[place:])


def _number(path: Path, dice: Dice) -> None:
    """Put other digits in the place of a number, as long as it was."""
    raw = bytearray(path.read_bytes())
    places = [match.span() for match in re.finditer(rb"\d+\.\d+|\d{3,}", raw)]
    low, high = dice.choice(places)
    odd = dice.choice([b"9" * 400, b"0" * 400, b"1e999" + b" " * 400, b"-" + b"9" * 400, b"nan" + b" " * 400])
    raw[low:high] = odd[: high - low]
    path.write_bytes(raw)


def _sheet_cell(path: Path, dice: Dice) -> None:
    """Put another value into one cell of a workbook."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path)
    except Exception as error:
        raise ValueError("no workbook any more") from error
    sheet = dice.choice(book.worksheets)
    odd = dice.choice([value for value in ODD if not isinstance(value, (list, dict)) and value != "\x1b[2J"])
    cell = sheet.cell(dice.randrange(sheet.max_row) + 1, dice.randrange(sheet.max_column) + 1)
    if not isinstance(cell, openpyxl.cell.MergedCell):  # of cells joined the first one holds the value
        cell.value = odd
    book.save(path)


_BYTES = [_flip, _cut, _put_in]
_WAYS: dict[str, list[Callable[[Path, Dice], None]]] = {
    ".geojson": [_cell, _cell, _cell, _shape, _shape, _row, _half_a_character],
    ".csv": [_table_cell, _table_cell, _table_line],
    ".toml": [_value, _value, _line],
    ".shp": _BYTES,
    ".dbf": [*_BYTES, _number],
    ".dxf": [*_BYTES, _number, _number, _number],
    ".xlsx": [*_BYTES, _sheet_cell, _sheet_cell, _sheet_cell],
}
