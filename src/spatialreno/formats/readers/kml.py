"""KML: places with their names and data under the names that the file gives them, read without GDAL's renaming."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import shapely

from spatialreno.files import decoded, guarded, refused, shapes_of_geojson
from spatialreno.formats.readers.gdal import chosen
from spatialreno.formats.readers.raw import RawTable

_DECLARED = re.compile(r"\A\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.-]+)[\"'][^>]*\?>")
_XML = re.compile(r"\A\s*<\?xml[^>]*\?>")
_LISTED = ("Document", "Folder")
_OVERLAYS = ("GroundOverlay", "ScreenOverlay", "PhotoOverlay")
_POSITION = re.compile(r"[^\s,]+\s*,\s*[^\s,]+(?:\s*,\s*[^\s,]+)?")
_SHAPES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model"}
_LONLAT = "OGC:CRS84"


@dataclass
class _Place:
    """One placemark: what it says, and its geometry as GeoJSON."""

    cells: dict[str, str]
    shape: dict[str, Any] | None
    name: str = ""  # its id in the file
    twice: list[str] = field(default_factory=list)


@dataclass
class _Folder:
    """A folder or document that holds placemarks of its own."""

    name: str
    places: list[_Place] = field(default_factory=list)


def read_kml(path: Path, *, layer: str = "") -> RawTable:
    """Read the placemarks of one folder of a KML, in a child process with limits.

    ``name`` and ``description`` of a placemark, its ``Data``, ``SimpleData`` and the rows of a table in its description
    become columns, by the names that the file gives them.

    Raises
    ------
    InputError
        Damage, document types, links to addresses, no such folder, several and none named, values that contradict.
    """
    return guarded(lambda: _read(path, layer), path)


def kml_layers(path: Path) -> list[str]:
    """List the folders of a KML that hold placemarks, sorted."""
    return guarded(lambda: sorted(_named(_folders(_root(path)[0])[0])), path)


def _read(path: Path, layer: str) -> RawTable:
    root, script = _root(path)
    folders, passed = _folders(root)
    named = _named(folders)
    places = named[chosen(path, sorted(named), layer)].places
    own = [place.name for place in places]
    ids = own if all(own) and len(set(own)) == len(own) else [str(i + 1) for i in range(len(places))]
    twice = [(i, key) for i, place in zip(ids, places, strict=True) for key in place.twice]
    if twice:
        keys = ", ".join(dict.fromkeys(key for _, key in twice))
        message = f"{len(twice)} places say two things under one name ({keys})"
        raise refused(path, message, "Leave one of them", dict.fromkeys(i for i, _ in twice))
    shapes, told = shapes_of_geojson([place.shape for place in places], ids, path)
    names = list(dict.fromkeys(key for place in places for key in place.cells))
    columns = {name: [place.cells.get(name) for place in places] for name in names}
    raw = RawTable(columns, list(shapely.to_wkb(shapes)) if len(shapes) else [], _LONLAT, ids, list(told))
    if script:
        raw.note("encoding", script)
    if passed:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(passed.items()))
        raw.note("unread", f"what is no place was not read: {listed}")
    return raw


def _root(path: Path) -> tuple[ET.Element, str]:
    """Parse a file in the script that it is really in; nothing from outside, no programs."""
    raw = path.read_bytes()
    head = _DECLARED.match(raw[:1000].decode("latin-1").lstrip("ï»¿"))
    said = head[1] if head else ""
    found = decoded(raw, said, "its first line")
    if found is None:
        raise refused(path, f"is not text in {said or 'UTF-8'}", "Save it as UTF-8")
    text = found[0].lstrip("\ufeff")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise refused(path, "has a document type with entities", "Export it again as plain KML", rule="xml")
    if "<NetworkLink" in text:
        raise refused(
            path, "points at addresses (NetworkLink)", "Save the places themselves, without links", rule="xml"
        )
    try:
        root = ET.fromstring(_XML.sub("", text, count=1).encode())
    except ET.ParseError as error:
        raise refused(path, f"is no whole XML ({error})", "Save it again as KML") from error
    return root, "" if found[1].codec in ("utf-8", "utf-8-sig") else f"text read as {found[1].why}"


def _folders(root: ET.Element) -> tuple[list[_Folder], Counter[str]]:
    """Gather the placemarks by the folder that holds them, without recursion: folders nest as deep as they like."""
    folders: list[_Folder] = []
    passed: Counter[str] = Counter()
    open_: list[tuple[ET.Element, _Folder | None]] = [(root, None)]
    while open_:
        element, folder = open_.pop()
        own = folder
        if _tag(element) in (*_LISTED, "kml") or own is None:
            own = _Folder(_child_text(element, "name"))
            folders.append(own)
        for child in element:
            tag = _tag(child)
            if tag == "Placemark":
                own.places.append(_place(child))
            elif tag in _OVERLAYS:
                passed[tag] += 1
            elif tag in _LISTED:
                open_.append((child, own))
    return [f for f in folders if f.places], passed


def _named(folders: list[_Folder]) -> dict[str, _Folder]:
    """Name folders apart: one that has a name of another gets a number."""
    named: dict[str, _Folder] = {}
    for folder in folders:
        name, number = folder.name or "Placemarks", 1
        while name in named:
            number += 1
            name = f"{folder.name or 'Placemarks'} ({number})"
        named[name] = folder
    return named


def _tag(element: ET.Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _children(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (child for child in element if _tag(child) == tag)


def _child_text(element: ET.Element, tag: str) -> str:
    child = next(_children(element, tag), None)
    return "" if child is None else "".join(child.itertext()).strip()


def _place(element: ET.Element) -> _Place:
    place = _Place({}, None, element.get("id", "").strip())
    description = _child_text(element, "description")
    said = [("name", _child_text(element, "name")), *_data(element)]
    table = _table_rows(description)
    said += table or [("description", description)]
    for key, value in said:
        if not value:
            continue
        if place.cells.get(key, value) != value:
            place.twice.append(key)
        place.cells[key] = value
    shapes = [shape for child in element if _tag(child) in _SHAPES for shape in _shapes(child)]
    place.shape = _together(shapes)
    return place


def _data(element: ET.Element) -> Iterator[tuple[str, str]]:
    """List the data of a placemark: Data, SimpleData of a schema, and foreign elements."""
    for extended in _children(element, "ExtendedData"):
        for item in extended:
            if _tag(item) == "Data":
                yield str(item.get("name", "")).strip(), _child_text(item, "value")
            elif _tag(item) == "SchemaData":
                for cell in _children(item, "SimpleData"):
                    yield str(cell.get("name", "")).strip(), "".join(cell.itertext()).strip()
            elif not len(item):
                yield _tag(item), (item.text or "").strip()


class _Cells(HTMLParser):
    """Cells of the innermost tables, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
            self.inside = False
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def _table_rows(description: str) -> list[tuple[str, str]]:
    """Read a description that is a table of names and values, as ArcGIS writes it; nothing when it is none."""
    if "<td" not in description.lower():
        return []
    cells = _Cells()
    cells.feed(description)
    pairs = [[cell.strip() for cell in row] for row in cells.rows if len(row) == 2]
    return [(key, "" if value == "<Null>" else value) for key, value in pairs if key]


def _shapes(element: ET.Element) -> list[dict[str, Any]]:
    """Write the geometry of a placemark as GeoJSON, several where it has several."""
    found: list[dict[str, Any]] = []
    open_ = [element]
    while open_:
        part = open_.pop()
        tag = _tag(part)
        if tag in ("MultiGeometry", "MultiTrack"):
            open_ += list(part)[::-1]
        elif tag == "Polygon":
            found.append({"type": "Polygon", "coordinates": _rings(part)})
        elif tag in ("LineString", "LinearRing"):
            kind = "LineString" if tag == "LineString" else "Polygon"
            positions = _positions(_child_text(part, "coordinates"))
            found.append({"type": kind, "coordinates": positions if kind == "LineString" else [positions]})
        elif tag == "Point":
            positions = _positions(_child_text(part, "coordinates"))
            found.append({"type": "Point", "coordinates": positions[0] if positions else []})
        elif tag == "Track":
            coords = [_numbers(("".join(c.itertext())).split()) for c in _children(part, "coord")]
            found.append({"type": "LineString", "coordinates": coords})
        elif tag == "Model":
            found += [{"type": "Point", "coordinates": _location(part)}]
    return [shape for shape in found if shape["coordinates"] not in ([], [[]])]


def _rings(polygon: ET.Element) -> list[Any]:
    bounds = [b for tag in ("outerBoundaryIs", "innerBoundaryIs") for b in _children(polygon, tag)]
    rings = [ring for bound in bounds for ring in _children(bound, "LinearRing")]
    return [r for r in (_positions(_child_text(ring, "coordinates")) for ring in rings) if r]


def _positions(text: str) -> list[Any]:
    return [_numbers(re.split(r"\s*,\s*", found)) for found in _POSITION.findall(text)]


def _location(model: ET.Element) -> list[Any]:
    place = next(_children(model, "Location"), None)
    return [] if place is None else _numbers([_child_text(place, "longitude"), _child_text(place, "latitude")])


def _numbers(words: list[str]) -> list[Any]:
    """Read numbers; a word that is none stays, so that its row is named."""
    try:
        return [float(word) for word in words]
    except ValueError:
        return list(words)


def _together(shapes: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Make one geometry of several: of one kind a multi, else a collection."""
    if len(shapes) < 2:
        return shapes[0] if shapes else None
    kinds = {shape["type"] for shape in shapes}
    if len(kinds) == 1:
        return {"type": f"Multi{kinds.pop()}", "coordinates": [shape["coordinates"] for shape in shapes]}
    return {"type": "GeometryCollection", "geometries": shapes}
