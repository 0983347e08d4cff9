"""OpenStreetMap as editors and Overpass hand it out: deleted and new objects, coordinates in ways, JSON, packed."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError

NEW = 1 << 40  # ids of objects that were drawn and not yet uploaded are moved up by this
GONE = "demolished:barrier"
_ODD = re.compile(
    rb"""\baction\s*=|\bvisible\s*=\s*["']false|\b(?:id|ref)\s*=\s*["']-|<nd\b[^>]*\blat\s*=|<center\b|<remark"""
)
_PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_MB = 1_000_000
_CHUNK = 1 << 20
_ASK = "Ask with `(._;>;); out meta;` or `out geom;`, so that nodes come along"
_BOUNDS = ("minlon", "minlat", "maxlon", "maxlat")
Place = tuple[float, float]


@dataclass
class _Objects:
    """What a file holds, with ids above zero."""

    nodes: dict[int, Place] = field(default_factory=dict)
    ways: dict[int, list[int]] = field(default_factory=dict)
    members: dict[int, list[tuple[str, int, str]]] = field(default_factory=dict)
    tags: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    bounds: list[tuple[float, ...]] = field(default_factory=list)
    date: str = ""
    gone: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    placed: dict[Place, int] = field(default_factory=dict)

    def at(self, place: Place) -> int:
        """Give a node at a place that came without one; ways that meet there share it."""
        if place not in self.placed:
            self.placed[place] = 2 * NEW + len(self.placed)
            self.nodes[self.placed[place]] = place
        return self.placed[place]


def name_of(kind: str, number: int) -> str:
    """Name an object as its file does: w5, or w-5 for one that was not yet uploaded."""
    return f"{kind}-{number - NEW}" if NEW <= number < 2 * NEW else f"{kind}{number}"


def unpacked(path: Path, folder: Path) -> Path:
    """Unpack a ``.gz``, ``.bz2`` or ``.xz``, within the bounds of the catalog; other files stay as they are.

    Raises
    ------
    InputError
        Damage, or more bytes than an archive may unpack to.
    """
    with path.open("rb") as file:
        head = file.read(8)
    opener: Any = next((o for magic, o in _PACKED.items() if head.startswith(magic)), None)
    if opener is None:
        return path
    target, most = folder / "unpacked.osm", read_catalog().constants["archive_mb"] * _MB
    try:
        with opener(path, "rb") as packed, target.open("wb") as plain:
            _copied(packed, plain, path, most)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise InputError(f"{path}: is damaged ({error}). Download or export it again.") from error
    return target


def _copied(packed: IO[bytes], plain: IO[bytes], path: Path, most: float) -> None:
    size = 0
    while chunk := packed.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise InputError(f"{path}: unpacks to more than {most / _MB:g} MB. Give only the quarter that is planned.")
        plain.write(chunk)


def settled(path: Path, folder: Path) -> tuple[Path, list[tuple[str, str, str]]]:
    """Write a file anew as a server would hand it out, where an editor or Overpass wrote it otherwise.

    Parameters
    ----------
    path
        OpenStreetMap XML, or JSON of Overpass.
    folder
        Where it is written, if it is.

    Returns
    -------
    tuple
        The file to read, and what was done: (object, rule, reason).

    Raises
    ------
    InputError
        Half an answer, or one without any coordinates of its ways.
    """
    raw = path.read_bytes()
    is_json = raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    several = raw.count(b"<bounds") > 1
    if not is_json and not several and not _ODD.search(raw):
        return path, []
    found = _of_json(raw, path) if is_json else _of_xml(path)
    ways = [w for w, refs in found.ways.items() if len(refs) > 1]
    if found.bare and not ways:
        raise InputError(f"{path}: is an Overpass answer whose ways have no nodes and no coordinates. {_ASK}.")
    target = folder / "settled.osm"
    target.write_text("".join(_written(found)), encoding="utf-8")
    acts = [(name, "deleted", "is marked as deleted by an editor; left out") for name in found.gone]
    acts += [(name, "no_shape", f"came without nodes or coordinates. {_ASK}") for name in found.bare]
    if len(found.bounds) > 1:
        acts.append(("", "bounds", f"{len(found.bounds)} areas were downloaded; what lies between them may be missing"))
    return target, acts


def _moved(text: str | int) -> int:
    number = int(text)
    return NEW - number if number < 0 else number


def _of_xml(path: Path) -> _Objects:
    found, depth = _Objects(), 0
    for event, element in ET.iterparse(path, ("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" or depth != 1:
            continue
        if element.tag == "remark" and "error" in "".join(element.itertext()).lower():
            raise InputError(f"{path}: is half an answer of Overpass ({element.text!s:.100}). Ask again for less.")
        if element.tag == "bounds":
            found.bounds.append(tuple(float(element.get(k, "nan")) for k in _BOUNDS))
        elif element.tag == "meta":
            found.date = element.get("osm_base", "")
        elif element.tag in ("node", "way", "relation"):
            _take(found, _as_json(element))
        element.clear()
    return found


def _as_json(element: ET.Element) -> dict[str, Any]:
    """Write one element as Overpass writes it in JSON."""
    told: dict[str, Any] = {"type": element.tag, **element.attrib}
    told["tags"] = {str(t.get("k")): str(t.get("v")) for t in element.findall("tag")}
    told["nodes"] = [n.get("ref") for n in element.findall("nd")]
    told["geometry"] = [dict(n.attrib) for n in element.findall("nd")]
    told["members"] = [
        {**m.attrib, "geometry": [dict(n.attrib) for n in m.findall("nd")]} for m in element.findall("member")
    ]
    return told


def _of_json(raw: bytes, path: Path) -> _Objects:
    try:
        document = json.loads(raw.decode("utf-8-sig"))
        elements = document["elements"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"{path}: is JSON, but no answer of Overpass. Give .osm (XML), .osm.pbf, or such JSON."
        ) from error
    if "error" in str(document.get("remark", "")).lower():
        raise InputError(f"{path}: is half an answer of Overpass ({document['remark']!s:.100}). Ask again for less.")
    found = _Objects(date=str(document.get("osm3s", {}).get("timestamp_osm_base", "")))
    for element in elements:
        _take(found, element)
    return found


def _take(found: _Objects, told: dict[str, Any]) -> None:
    kind = str(told.get("type", ""))
    if kind not in ("node", "way", "relation") or "id" not in told:
        return
    number = _moved(told["id"])
    name = name_of(kind[0], number)
    if told.get("action") == "delete" or str(told.get("visible", "true")).lower() == "false":
        found.gone.append(name)
        barrier = (told.get("tags") or {}).get("barrier")
        if kind == "way" and barrier:  # where it stood, no other is to be inferred
            found.ways[number] = _refs(found, told)
            found.tags[kind, number] = {GONE: str(barrier)}
        return
    found.tags[kind, number] = {str(k): str(v) for k, v in (told.get("tags") or {}).items()}
    if kind == "node":
        if "lat" in told:
            found.nodes[number] = (float(told["lon"]), float(told["lat"]))
    elif kind == "way":
        found.ways[number] = _refs(found, told)
        found.bare += [] if found.ways[number] else [name]
    else:
        found.members[number] = [_member(found, m) for m in told.get("members") or ()]


def _refs(found: _Objects, told: dict[str, Any]) -> list[int]:
    """List the nodes of a way; those whose coordinates stand in the way become nodes."""
    refs, places = told.get("nodes") or [], told.get("geometry") or []
    numbers: list[int] = []
    for i in range(max(len(refs), len(places))):
        ref = refs[i] if i < len(refs) else None
        spot = places[i] if i < len(places) and places[i] else {}
        place = (float(spot["lon"]), float(spot["lat"])) if "lat" in spot and "lon" in spot else None
        if ref is not None:
            numbers.append(_moved(ref))
            if place is not None:
                found.nodes.setdefault(numbers[-1], place)
        elif place is not None:
            numbers.append(found.at(place))
    return numbers


def _member(found: _Objects, told: dict[str, Any]) -> tuple[str, int, str]:
    kind, number = str(told.get("type", "")), _moved(told.get("ref", 0))
    if kind == "way" and number not in found.ways and told.get("geometry"):
        refs = _refs(found, {"geometry": told["geometry"]})
        if len(refs) > 1:
            found.ways[number] = refs
    return kind, number, str(told.get("role", ""))


def _written(found: _Objects) -> Iterator[str]:
    """Write objects as XML: nodes, ways, relations, each by id."""
    yield "<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\">\n"
    if found.date:
        yield f"<meta osm_base={quoteattr(found.date)}/>\n"
    if found.bounds:
        west, south, east, north = (f(b[i] for b in found.bounds) for i, f in enumerate((min, min, max, max)))
        yield f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>\n'
    for number, (lon, lat) in sorted(found.nodes.items()):
        yield f'<node id="{number}" lat="{lat}" lon="{lon}" version="1">{_tags(found, "node", number)}</node>\n'
    for number, refs in sorted(found.ways.items()):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        yield f'<way id="{number}" version="1">{inner}{_tags(found, "way", number)}</way>\n'
    for number, members in sorted(found.members.items()):
        inner = "".join(f'<member type="{k}" ref="{ref}" role={quoteattr(role)}/>' for k, ref, role in members)
        yield f'<relation id="{number}" version="1">{inner}{_tags(found, "relation", number)}</relation>\n'
    yield "</osm>\n"


def _tags(found: _Objects, kind: str, number: int) -> str:
    tags = found.tags.get((kind, number), {})
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
