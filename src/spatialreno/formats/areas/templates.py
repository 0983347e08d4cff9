"""Templates to fill in: empty layers with the right columns for QGIS, and a workbook of ledgers with examples."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from spatialreno.area import metric_crs
from spatialreno.catalog import Catalog, Column, Layer
from spatialreno.errors import InputError
from spatialreno.files import FormField, ProjectLayer, embed_project, write_book, write_gpkg, write_sheet

FOLDER = "模板"
SURVEY = "调查.gpkg"
_WKB = {"Point": "Point", "LineString": "LineString", "Polygon": "MultiPolygon"}
_UNITS = {"household": "户", "person": "人", "m2": "㎡", "m": "米", "yuan": "元", "W/m2": "W/㎡", "mm": "毫米"}
_DTYPES = {"str": "str", "int": "Int64", "float": "float64", "bool": "boolean"}
_DERIVED = ("inferred", "estimated")
_YARD, _PLACE = "小区名称", ("经度", "纬度")
_LEDGERS: dict[str, tuple[str, tuple[str, ...], tuple[tuple[Any, ...], ...]]] = {
    "楼栋台账": (
        "buildings",
        ("name", "use", "structure", "storeys", "units", "built_year", "households", "residents", "floor_area_m2"),
        (
            ("示例小区", "1号楼", "住宅", "砖混", 6, 3, 1992, 36, "约90", 2880),
            ("示例小区", "2号楼", "住宅", "砖混", 6, 2, 1992, 24, None, 1920),
        ),
    ),
    "小区台账": (
        "compounds",
        ("built_year", "households", "residents", "management", "fee_yuan_month"),
        (("示例小区", 1992, 60, 150, "自管", None),),
    ),
    "违建清单": (
        "listed",
        ("id", "place", "kind", "floor_area_m2", "legality", "document"),
        (
            ("示例小区", "例1", "1号楼东侧", "棚", 18.5, "违建", "认定文书文号"),
            ("示例小区", "例2", "门卫旁", "储藏室", None, "待认定", None),
        ),
    ),
}


def write_templates(folder: Path, catalog: Catalog, crs: str) -> None:
    """Write the templates into a new folder: ``图层模板.gpkg`` and ``台账模板.xlsx``.

    Where workbooks cannot be written (extra ``report``) each ledger is a CSV.

    Parameters
    ----------
    folder
        A folder that is not there yet.
    catalog
        The dictionary of layers and words.
    crs
        Coordinate system of the layers.
    """
    folder.mkdir()
    aliases: dict[str, str] = {}
    for row in catalog.rows("layer_aliases"):
        aliases.setdefault(row["layer"], row["alias"])
    for name, layer in catalog.layers.items():
        if not layer.is_table:
            _write_empty(folder / "图层模板.gpkg", aliases.get(name, name), layer, crs)
    tables = {sheet: _ledger(catalog.layers[of], columns, rows) for sheet, (of, columns, rows) in _LEDGERS.items()}
    tables |= {"填写说明": _manual(catalog)}
    if find_spec("xlsxwriter"):
        write_book(tables, folder / "台账模板.xlsx")
        return
    for sheet, table in tables.items():
        write_sheet(table, folder / f"{sheet}.csv")


def _write_empty(path: Path, name: str, layer: Layer, crs: str) -> None:
    """Write one layer without rows, its columns by their Chinese titles."""
    asked = [c for c in layer.columns.values() if c.status != "derived" and c.column not in _DERIVED]
    columns = {c.title_zh: pd.Series(dtype=_DTYPES[c.dtype]) for c in asked}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=metric_crs(crs, "crs")))
    try:
        pyogrio.write_dataframe(
            frame, path, layer=name, driver="GPKG", geometry_type=layer.geometry[0], append=path.exists()
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise InputError(f"{path}: cannot be written ({error}). Choose a folder you may write to.") from error


def _ledger(layer: Layer, columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> pd.DataFrame:
    """Make a ledger of some columns of a layer, by yard, with rows that show how they are filled."""
    yard = "所属小区" if layer.name == "listed" else _YARD
    heads = [yard, *(_head(layer, column) for column in columns)]
    return pd.DataFrame(list(rows), columns=heads, dtype=object)


def _head(layer: Layer, column: str) -> str:
    said = layer.columns[column]
    title = "楼号" if (layer.name, column) == ("buildings", "name") else said.title_zh
    return f"{title}（{_UNITS[said.unit]}）" if said.unit in _UNITS else title


def _manual(catalog: Catalog) -> pd.DataFrame:
    """List all columns of all layers with their unit and the words that they take."""
    words: dict[tuple[str, str], list[str]] = {}
    for row in catalog.rows("words"):
        words.setdefault((row["layer"], row["column"]), []).append(row["title_zh"])
    kinds = [row["title_zh"] for row in catalog.rows("facilities")]
    rows = []
    for layer in catalog.layers.values():
        for column in layer.columns.values():
            if column.status == "derived" or column.column in _DERIVED:
                continue
            allowed = kinds if column.refers_to == "catalog:facilities" else words.get((layer.name, column.column), [])
            need = "必填" if column.status == "required" else "可空"
            unit = _UNITS.get(column.unit, column.unit)
            rows.append([layer.title_zh, column.title_zh, column.column, unit, need, "、".join(allowed)])
    return pd.DataFrame(rows, columns=["图层", "列", "英文列名", "单位", "是否必填", "可填的词"])


def write_survey(path: Path, catalog: Catalog, crs: str, title: str) -> None:
    """Write an empty GeoPackage to survey with in QGIS or QField: a project whose forms take only what is lawful.

    Columns keep their names, so that the file is read without a word; forms call them by their Chinese titles, offer
    the words of the catalog, fill ids and defaults, and refuse what is empty, double or out of bounds. Tables without
    a place (parties, rights, ballots) are ledgers of their own.

    Parameters
    ----------
    path
        A file that is not there yet.
    catalog
        The dictionary of layers and words.
    crs
        Coordinate system of the layers.
    title
        Of the project.
    """
    system, words = metric_crs(crs, "crs"), _words(catalog)
    drawn = [layer for layer in catalog.layers.values() if not layer.is_table]
    for layer in drawn:
        columns = {c.column: pd.Series(dtype=_DTYPES[c.dtype]) for c in _filled(layer)}
        frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=system))
        write_gpkg({layer.name: frame}, path, kinds={layer.name: _WKB[layer.geometry[0]]})
    order = ("Point", "LineString", "Polygon")
    drawn.sort(key=lambda layer: order.index(layer.geometry[0]))
    embed_project(path, title, [_surveyed(layer, words) for layer in drawn], system)


def _surveyed(layer: Layer, words: dict[tuple[str, str], dict[str, str]]) -> ProjectLayer:
    fields = tuple(_form_field(c, words.get((layer.name, c.column), {})) for c in _filled(layer))
    label, wkb = "name" if "name" in layer.columns else "id", _WKB[layer.geometry[0]]
    return ProjectLayer(layer.name, layer.title_zh, "", wkb, label=label, fields=fields, abstract=layer.title_en)


def _form_field(said: Column, words: dict[str, str]) -> FormField:
    unit = f"（{_UNITS.get(said.unit, said.unit)}）" if said.unit else ""
    fill = "'N' || left(uuid('WithoutBraces'), 8)" if said.column == "id" else _expression(said)
    bounds = " – ".join("…" if one is None else f"{one:g}" for one in (said.least, said.most))
    return FormField(
        said.column, f"{said.title_zh}{unit}", said.dtype, words,
        required=said.status == "required", unique=said.column == "id", default=fill,
        least=said.least, most=said.most, said=f"{said.title_zh}: {bounds}",
    )  # fmt: skip


def _expression(said: Column) -> str:
    """Write the default of a column as an expression of QGIS."""
    if not said.default:
        return ""
    return "'" + said.default.replace("'", "''") + "'" if said.dtype == "str" else said.default


def _filled(layer: Layer) -> list[Column]:
    """List the columns that people fill in."""
    return [c for c in layer.columns.values() if c.status != "derived" and c.column not in _DERIVED]


def _words(catalog: Catalog) -> dict[tuple[str, str], dict[str, str]]:
    """Give by layer and column the words that it takes, value to title: those of the catalog, and its kinds."""
    said: dict[tuple[str, str], dict[str, str]] = {}
    for row in catalog.rows("words"):
        said.setdefault((row["layer"], row["column"]), {})[row["value"]] = row["title_zh"]
    kinds = {row["kind"]: row["title_zh"] for row in catalog.rows("facilities")}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for layer in catalog.layers.values():
        for c in layer.columns.values():
            own = said.get((layer.name, c.column), {})
            taken = kinds if c.refers_to == "catalog:facilities" else {v: own.get(v, v) for v in c.allowed}
            if taken and c.dtype == "str":
                found[layer.name, c.column] = taken
    return found
