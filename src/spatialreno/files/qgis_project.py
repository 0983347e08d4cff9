"""A QGIS project inside a GeoPackage: layers in groups, with styles, labels, forms, titles; one double click.

The tables and elements are those that QGIS 3 itself writes: ``qgis_projects`` (name, metadata, content as hexadecimal
text of a zipped ``.qgs``), and in it ``layer-tree-group``, ``projectlayers`` and ``visibility-presets``.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from pyproj import CRS

from spatialreno.files.gpkg_said import Said, say_in_gpkg
from spatialreno.files.qgis_form import FormField, add_form

_NO_CLOCK = "2000-01-01T00:00:00"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML may hold
_LABELS_UP_TO = "5000"  # names are written from 1:5000 on
Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class ProjectLayer:
    """One layer of a project.

    Attributes
    ----------
    table
        Its table in the GeoPackage.
    title
        Its name in the tree.
    group
        Group it stands in; empty for none.
    wkb
        Type of its geometry as QGIS names it, such as ``MultiPolygon``.
    style
        A style as ``.qml`` text, of which the symbols are taken; empty for those that QGIS chooses.
    label
        Column that is written beside each feature from 1:5000 on; empty for none.
    fields
        Titles and input of its columns.
    shown
        Whether it is switched on when the project opens.
    abstract
        What it holds.
    only
        Of a table of several kinds of geometry, the kind that this layer shows, such as ``Point``; empty for all.
    """

    table: str
    title: str
    group: str = ""
    wkb: str = "MultiPolygon"
    style: str = ""
    label: str = ""
    fields: tuple[FormField, ...] = ()
    shown: bool = True
    abstract: str = ""
    only: str = ""

    @property
    def id(self) -> str:
        """Name of the layer in the project."""
        return f"{self.table}_{self.only.lower()}" if self.only else self.table


def embed_project(
    path: Path,
    title: str,
    layers: Sequence[ProjectLayer],
    crs: CRS,
    *,
    extent: Extent | None = None,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write a project into a GeoPackage, and into its own tables what layers and columns are called and rest on.

    Parameters
    ----------
    path
        A GeoPackage with the layers' tables; the project finds them beside itself under the file's name.
    title
        Of the project.
    layers
        From the top of the tree to its bottom: what stands first is drawn last.
    crs
        Of the map.
    extent
        What is seen first: west, south, east, north, in the system of the map.
    about
        Provenance: kept as metadata of the GeoPackage, and told in the project's properties.

    Examples
    --------
    >>> import sqlite3
    >>> from contextlib import closing
    >>> from pathlib import Path
    >>> import tempfile
    >>> import geopandas as gpd
    >>> from spatialreno.files import write_gpkg
    >>> from spatialreno.files import ProjectLayer
    >>> gate = gpd.GeoDataFrame({"id": ["G1"]}, geometry=gpd.points_from_xy([631_000], [3_838_900]), crs="EPSG:4546")
    >>> with tempfile.TemporaryDirectory() as home:
    ...     file = Path(home) / "gates.gpkg"
    ...     write_gpkg({"gates": gate}, file)
    ...     embed_project(file, "门", [ProjectLayer("gates", "出入口", wkb="Point")], gate.crs)
    ...     with closing(sqlite3.connect(file)) as base:
    ...         base.execute("SELECT name FROM qgis_projects").fetchall()
    [('门',)]
    """
    xml = project_xml(path.name, title, layers, crs, extent=extent, about=about or {})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{path.stem}.qgs", _ZIP_DATE), xml.encode("utf-8"))
    changed = json.dumps({"last_modified_time": _NO_CLOCK, "last_modified_user": "spatialreno"})
    columns = {layer.table: {f.column: f.title for f in layer.fields if f.title} for layer in layers}
    said = list({o.table: Said(o.table, o.title, o.abstract, columns[o.table]) for o in layers}.values())
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)")
        base.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", (title, changed, packed.getvalue().hex()))
        say_in_gpkg(base, said, about or {})


def plain_style(wkb: str, color: str, *, opacity: float = 1.0) -> str:
    """Write a style of one symbol as ``.qml`` text: a dot, a line or a filled area of one colour.

    Parameters
    ----------
    wkb
        Type of the geometry as QGIS names it.
    color
        ``#rrggbb``.
    opacity
        Of the symbol, 0 to 1.

    Returns
    -------
    str
        XML, for ``ProjectLayer.style``; the symbol's own edges stay grey.

    Examples
    --------
    >>> "213,94,0,255" in plain_style("MultiLineString", "#d55e00")
    True
    """
    rgba = ",".join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
    edge = {"outline_color": "107,114,128,255", "outline_width": "0.2", "outline_width_unit": "MM"}
    kind, form, values = {
        "Point": ("marker", "SimpleMarker", {"name": "circle", "size": "2.4", "size_unit": "MM", "color": rgba} | edge),
        "LineString": ("line", "SimpleLine", {"line_color": rgba, "line_width": "0.5", "line_width_unit": "MM"}),
        "Polygon": ("fill", "SimpleFill", {"style": "solid", "color": rgba} | edge),
    }[wkb.removeprefix("Multi")]
    root = Xml.Element("qgis", version="3.28.0", styleCategories="Symbology")
    renderer = Xml.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    drawn = {"type": kind, "name": "0", "alpha": f"{opacity:g}", "clip_to_extent": "1", "force_rhr": "0"}
    symbol = Xml.SubElement(Xml.SubElement(renderer, "symbols"), "symbol", drawn)
    held = Xml.SubElement(symbol, "layer", {"class": form, "enabled": "1", "pass": "0", "locked": "0"})
    options = Xml.SubElement(held, "Option", type="Map")
    for name, value in values.items():
        Xml.SubElement(options, "Option", name=name, value=value, type="QString")
    return _DOCTYPE + Xml.tostring(root, encoding="unicode")


def project_xml(
    file: str,
    title: str,
    layers: Sequence[ProjectLayer],
    crs: CRS,
    *,
    extent: Extent | None,
    about: Mapping[str, Any],
) -> str:
    """Write the project of a file, as QGIS 3 reads it; parameters as for ``embed_project``."""
    root = Xml.Element("qgis", version="3.28.0", projectname=_plain(title))
    Xml.SubElement(root, "homePath", path="")
    Xml.SubElement(root, "title").text = _plain(title)
    _add_system(Xml.SubElement(root, "projectCrs"), crs)
    _add_tree(root, file, layers)
    _add_canvas(root, crs, extent)
    held = Xml.SubElement(root, "projectlayers")
    for layer in layers:
        _add_layer(held, file, layer, crs)
    _add_themes(root, layers)
    paths = Xml.SubElement(Xml.SubElement(root, "properties"), "Paths")
    Xml.SubElement(paths, "Absolute", type="bool").text = "false"
    told = Xml.SubElement(root, "projectMetadata")
    Xml.SubElement(told, "title").text = _plain(title)
    Xml.SubElement(told, "abstract").text = _plain(json.dumps(dict(about), ensure_ascii=False, indent=1, default=str))
    return _DOCTYPE + Xml.tostring(root, encoding="unicode")


def _add_tree(root: Xml.Element, file: str, layers: Sequence[ProjectLayer]) -> None:
    """Write the tree of layers, each group where its first layer stands."""
    tree = Xml.SubElement(root, "layer-tree-group")
    Xml.SubElement(tree, "customproperties")
    groups: dict[str, Any] = {"": tree}
    for layer in layers:
        if layer.group not in groups:
            switched = {"checked": "Qt::Checked", "expanded": "1"}
            box = Xml.SubElement(tree, "layer-tree-group", {"name": _plain(layer.group), **switched})
            Xml.SubElement(box, "customproperties")
            groups[layer.group] = box
        seen = {"checked": "Qt::Checked" if layer.shown else "Qt::Unchecked", "expanded": "0", "providerKey": "ogr"}
        named = {"id": layer.id, "name": _plain(layer.title), "source": _source(file, layer)}
        Xml.SubElement(Xml.SubElement(groups[layer.group], "layer-tree-layer", named | seen), "customproperties")


def _add_canvas(root: Xml.Element, crs: CRS, extent: Extent | None) -> None:
    canvas = Xml.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    Xml.SubElement(canvas, "units").text = "meters"
    if extent is not None:
        box = Xml.SubElement(canvas, "extent")
        for name, value in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
            Xml.SubElement(box, name).text = f"{value:.3f}"
    Xml.SubElement(canvas, "rotation").text = "0"
    _add_system(Xml.SubElement(canvas, "destinationsrs"), crs)


def _add_layer(held: Xml.Element, file: str, layer: ProjectLayer, crs: CRS) -> None:
    kind = {"MultiPoint": "Point", "MultiLineString": "Line", "LineString": "Line", "MultiPolygon": "Polygon"}
    plain = {"type": "vector", "wkbType": layer.wkb, "geometry": kind.get(layer.wkb, layer.wkb)}
    more = {"labelsEnabled": str(int(bool(layer.label))), "styleCategories": "AllStyleCategories", "readOnly": "0"}
    one = Xml.SubElement(held, "maplayer", plain | more)
    Xml.SubElement(one, "id").text = layer.id
    Xml.SubElement(one, "datasource").text = _source(file, layer)
    Xml.SubElement(one, "layername").text = _plain(layer.title)
    _add_system(Xml.SubElement(one, "srs"), crs)
    Xml.SubElement(Xml.SubElement(one, "resourceMetadata"), "abstract").text = _plain(layer.abstract)
    Xml.SubElement(one, "provider", encoding="UTF-8").text = "ogr"
    kept = Xml.SubElement(one, "map-layer-style-manager", current="default")
    Xml.SubElement(kept, "map-layer-style", name="default")
    if layer.style:
        look = Xml.fromstring(layer.style.partition("\n")[2]).find("renderer-v2")
        if look is not None:
            one.append(look)
    if layer.label:
        _add_labels(one, layer)
    add_form(one, layer.fields)


def _add_labels(one: Xml.Element, layer: ProjectLayer) -> None:
    """Write the labels of a layer: beside points, along lines, in the middle of areas."""
    settings = Xml.SubElement(Xml.SubElement(one, "labeling", type="simple"), "settings", calloutType="simple")
    text = {"fieldName": layer.label, "isExpression": "0", "fontSize": "8", "fontSizeUnit": "Point"}
    style = Xml.SubElement(settings, "text-style", text | {"textColor": "31,41,55,255", "textOpacity": "1"})
    edge = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": "255,255,255,255"}
    Xml.SubElement(style, "text-buffer", edge | {"bufferOpacity": "1"})
    place = {"MultiLineString": "2", "LineString": "2", "Point": "6"}.get(layer.wkb, "1")
    Xml.SubElement(settings, "placement", placement=place, dist="0", distUnits="MM")
    limits = {"scaleVisibility": "1", "scaleMin": "0", "scaleMax": _LABELS_UP_TO, "obstacle": "1", "drawLabels": "1"}
    Xml.SubElement(settings, "rendering", limits)


def _add_themes(root: Xml.Element, layers: Sequence[ProjectLayer]) -> None:
    """Write a map theme for each group: its layers alone, as they are switched on."""
    presets = Xml.SubElement(root, "visibility-presets")
    for group in dict.fromkeys(layer.group for layer in layers if layer.group):
        preset = Xml.SubElement(presets, "visibility-preset", {"name": _plain(group), "has-expanded-info": "0"})
        for layer in layers:
            if layer.group == group and layer.shown:
                Xml.SubElement(preset, "layer", id=layer.id, visible="1", style="default")


def _add_system(held: Xml.Element, crs: CRS) -> None:
    said = Xml.SubElement(held, "spatialrefsys", nativeFormat="Wkt")
    for name, value in _system(crs).items():
        Xml.SubElement(said, name).text = value


@lru_cache(maxsize=1)
def _system(crs: CRS) -> dict[str, str]:
    """Tell a system, once for all layers in it."""
    code = crs.to_epsg()
    told = {"wkt": crs.to_wkt(), "srid": str(code or 0), "authid": f"EPSG:{code}" if code else ""}
    return told | {"description": crs.name, "geographicflag": str(crs.is_geographic).lower()}


def _source(file: str, layer: ProjectLayer) -> str:
    return f"./{file}|layername={layer.table}" + (f"|geometrytype={layer.only}" if layer.only else "")


def _plain(text: str) -> str:
    """Leave out what no XML may hold."""
    return _NOT_XML.sub("", text)
