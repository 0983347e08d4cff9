"""The plans as a GeoPackage that QGIS opens as they look on the page, by one project inside: groups, styles, facts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.files import embed_project, put_whole, write_gpkg
from spatialreno.maps.content.indicator_tables import option_titles
from spatialreno.maps.drawing.features import Told
from spatialreno.maps.drawing.style import styles
from spatialreno.maps.drawing.themes import Theme, themes
from spatialreno.maps.paper.qgis_facts import facts_of, measured, project_layers
from spatialreno.maps.words.safe_html import clean
from spatialreno.maps.words.words import Lang, checked, legend_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from spatialreno.comparison import Comparison

_SHAPES = ("point", "line", "area")
_NO_CLOCK = "2000-01-01T00:00:00.000Z"
_MM_PER_PIXEL = 0.26
_TABLE = (
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), "
    "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), "
    "styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
    "update_time DATETIME DEFAULT CURRENT_TIMESTAMP)"
)


def write_styled_gpkg(options: Comparison, path: Path, *, lang: Lang = "zh") -> Path:
    """Write what the page draws, by option, theme and kind of shape, each layer with its QGIS style and its facts.

    A project inside holds the options as groups and as map themes, names from 1:5000 on, the columns under their
    titles, and what everything rests on. It finds the layers by the file's name: after renaming, open the layers alone.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : Path
        The file.
    lang : str
        Language of the legend, ``zh`` or ``en``.

    Raises
    ------
    InputError
        The language is unknown, or the file cannot be written.
    """
    language = checked(lang)
    laid_out = themes(options, language)
    frames = _frames(options, laid_out, language)
    looks = {name: qgis_style(sorted(set(f["class"])), name.rpartition("_")[2], language) for name, f in frames.items()}
    layers = project_layers(options, frames, laid_out, looks, language)
    extent = tuple(options.today.compounds.total_bounds) if len(options.today.compounds) else None

    def write(folder: Path) -> None:
        file = folder / path.name
        write_gpkg(frames, file)
        with closing(sqlite3.connect(file)) as base, base:
            _add_styles(base, looks)
        title, crs = clean(options.today.title) or options.today.name, options.today.crs
        embed_project(file, title, layers, crs, extent=extent, about=options.provenance)

    put_whole(path.parent, write, what=path)
    return path


class _Thing(NamedTuple):
    """A feature as every option's tables hold it, and its class in each option."""

    table: str
    layer: str
    id: str
    label: str
    geometry: Any
    classes: Sequence[str | None]


def _frames(options: Comparison, laid_out: list[Theme], lang: Lang) -> dict[str, gpd.GeoDataFrame]:
    """Sort what is drawn by option, theme and kind of shape; measured for all of an option at once."""
    things = [thing for theme in laid_out if theme.key != "paths" for thing in _things(theme)]
    frames: dict[str, gpd.GeoDataFrame] = {}
    for place, (key, title) in enumerate(zip(options.areas, option_titles(options, lang), strict=True)):
        drawn = [thing for thing in things if thing.classes[place] is not None]
        rows = {
            "layer": [thing.layer for thing in drawn],
            "id": [thing.id for thing in drawn],
            "class": [str(thing.classes[place]).removesuffix("~") for thing in drawn],
            "label": [thing.label for thing in drawn],
            "option": clean(title),
        }
        shapes = gpd.GeoSeries([thing.geometry for thing in drawn], crs=options.today.crs)
        whole = measured(gpd.GeoDataFrame(rows, geometry=shapes), facts_of(options, key, lang))
        tables = pd.Series([thing.table for thing in drawn], whole.index, "str")
        for table, part in whole.groupby(tables, sort=False):
            frames[f"{key}_{table}"] = part
    return frames


def _things(theme: Theme) -> Iterator[_Thing]:
    kinds = shapely.get_dimensions([thing.geometry for thing in theme.drawn])
    for thing, kind in zip(theme.drawn, kinds, strict=True):
        layer, id_ = thing.rows.key if isinstance(thing.rows, Told) else ("", "")
        label = clean(str(thing.more.get("alt") or thing.more.get("name") or ""))
        yield _Thing(f"{theme.key}_{_SHAPES[kind]}", layer, id_, label, _many(thing.geometry), thing.classes)


def _many(shape: BaseGeometry) -> Any:
    """One type a layer: all but points as their many-part kind; of a mixture the parts of the highest dimension."""
    if shape.geom_type == "Point" or shape.geom_type.startswith("Multi"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    highest = parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shape)]
    many = (shapely.MultiPoint, shapely.MultiLineString, shapely.MultiPolygon)
    return many[int(shapely.get_dimensions(shape))](list(highest))


def _add_styles(base: sqlite3.Connection, looks: dict[str, str]) -> None:
    base.execute(_TABLE)
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
        (_NO_CLOCK,),
    )
    for name, qml in looks.items():
        base.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
            "VALUES ('', '', ?, 'geom', ?, ?, '', 1, 'spatialreno', '', NULL, ?)",
            (name, name[:30], qml, _NO_CLOCK),
        )


def qgis_style(classes: list[str], shape: str, lang: Lang) -> str:
    """Write a QGIS style that draws each class as the page does.

    Parameters
    ----------
    classes : list of str
        Names in the style table.
    shape : str
        ``point``, ``line`` or ``area``.
    lang : str
        Language of the legend.
    """
    said = legend_words(lang)
    root = Xml.Element("qgis", version="3.28.0", styleCategories="Symbology")
    renderer = Xml.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="class", symbollevels="0")
    categories, symbols = Xml.SubElement(renderer, "categories"), Xml.SubElement(renderer, "symbols")
    for number, name in enumerate(classes):
        label = said.get("block" if name.startswith("block-") else name, name)
        Xml.SubElement(categories, "category", symbol=str(number), value=name, label=label, render="true")
        _symbol(symbols, str(number), shape, styles().get(name, {}))
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + Xml.tostring(root, encoding="unicode")


def _symbol(symbols: Xml.Element, name: str, shape: str, look: dict[str, Any]) -> None:
    forms = {"point": ("marker", "SimpleMarker"), "line": ("line", "SimpleLine"), "area": ("fill", "SimpleFill")}
    kind, form = forms[shape]
    symbol = Xml.SubElement(symbols, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = Xml.SubElement(symbol, "layer", {"class": form, "enabled": "1", "pass": "0", "locked": "0"})
    options = Xml.SubElement(layer, "Option", type="Map")
    for key, value in _values(shape, look).items():
        Xml.SubElement(options, "Option", name=key, value=value, type="QString")


def _values(shape: str, look: dict[str, Any]) -> dict[str, str]:
    line = _rgba(str(look.get("color", "#6b7280")), float(look.get("opacity", 1.0)))
    width = f"{float(look.get('weight', 1.0)) * _MM_PER_PIXEL:.2f}"
    dash = "dash" if look.get("dashArray") else "solid"
    if shape == "line":
        return {"line_color": line, "line_width": width, "line_width_unit": "MM", "line_style": dash}
    fill = _rgba(str(look.get("fillColor", "#ffffff")), float(look.get("fillOpacity", 1.0)))
    edge = {"color": fill, "outline_color": line, "outline_style": dash}
    edge |= {"outline_width": width, "outline_width_unit": "MM"}
    if shape == "point":
        return {**edge, "name": "circle", "size": "3", "size_unit": "MM"}
    return {**edge, "style": "b_diagonal" if look.get("hatch") else "solid"}


def _rgba(color: str, opacity: float) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(opacity * 255)}"
