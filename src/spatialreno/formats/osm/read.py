"""Read an OpenStreetMap file into plain features: points, lines and areas with their tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from spatialreno.errors import InputError
from spatialreno.files import guarded, once_imported
from spatialreno.formats.osm.edited import GONE, name_of, settled, unpacked

Bounds = tuple[float, float, float, float]
KEYS = (
    "amenity", "barrier", "building", "entrance", "healthcare", "highway", "landuse", "leisure",
    "man_made", "natural", "office", "place", "public_transport", "shop", "social_facility",
)  # fmt: skip
_GONE_KEYS = frozenset({GONE, "razed:barrier", "removed:barrier"})
_LINE_KEYS = frozenset({"barrier", "highway"})  # drawn as lines even when they close
_GROUND_KEYS = frozenset({"amenity", "building", "landuse", "leisure", "place", "shop"})
_HEAD = 4096
_THREADS = 2  # each takes address space, which is limited


@dataclass
class Acts:
    """What was clipped, dropped, repaired or inferred, in the order it happened."""

    rows: list[dict[str, str]] = field(default_factory=list)

    def add(self, layer: str, ids: str | Iterable[str], rule: str, reason: str) -> None:
        """Note one act; ids may be one id or several."""
        for one in [ids] if isinstance(ids, str) else sorted(ids):
            self.rows.append({"layer": layer, "id": str(one), "rule": rule, "reason": reason})


@dataclass(frozen=True)
class Feature:
    """One OpenStreetMap object: id such as ``w123``, its tags and its shape in degrees."""

    id: str
    tags: dict[str, str]
    shape: Any


@dataclass(frozen=True)
class RawOsm:
    """Everything of use in a file, in longitude and latitude, and what its header says."""

    points: list[Feature]
    lines: list[Feature]
    areas: list[Feature]
    bounds: Bounds | None
    date: str
    acts: Acts
    gone: tuple[Feature, ...] = ()  # walls that were taken down: none is inferred where they stood


def read_osm(path: str | Path) -> RawOsm:
    """Read the tagged objects of an ``.osm`` or ``.osm.pbf`` file, in a child process with limits.

    Parameters
    ----------
    path
        XML or PBF; what it is is told from its first bytes, not from its name.

    Returns
    -------
    RawOsm
        Features in longitude and latitude (WGS 84), sorted by id, not clipped.

    Raises
    ------
    InputError
        The file is missing, empty, of another kind, ends in the middle, or needs more time or memory than a file may.
    """
    path = Path(path)
    once_imported("osmium")  # a child that loads it itself may hang where its parent has threads
    return guarded(lambda: _read(path), path)


def _read(path: Path) -> RawOsm:
    import osmium

    try:
        with TemporaryDirectory(prefix="spatialreno-") as folder:
            plain = unpacked(path, Path(folder)) if path.is_file() else path
            kind = sniff(plain, path)
            file, acts = settled(plain, Path(folder)) if kind == "osm" else (plain, [])
            raw = _in_any_order(file, kind)
            done = [{"layer": "file", "id": name, "rule": rule, "reason": why} for name, rule, why in acts]
            return replace(raw, acts=Acts([*done, *raw.acts.rows]))
    except (ET.ParseError, RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        if "out of memory" in str(error):
            raise MemoryError from error
        raise InputError(
            f"{path}: the OpenStreetMap file cannot be read to its end ({error}). Download or export it again."
        ) from error


def sniff(path: Path, called: Path | None = None) -> str:
    """Tell XML (or JSON of Overpass) from PBF by the first bytes: ``"osm"`` or ``"pbf"``; refuse anything else."""
    called = called or path
    if not path.is_file():
        raise InputError(f"{called}: there is no such file. Give the path of an .osm or .osm.pbf file.")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise InputError(f"{called}: the file is empty. Download or export it again.")
    if b"OSMHeader" in head[:32]:
        return "pbf"
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise InputError(f"{called}: has a document type with entities, which a map needs none of. Export it again.")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and re.search(rb"<osm[\s>]", head):
        return "osm"
    if re.match(rb"\s*\{", head.lstrip(b"\xef\xbb\xbf")) and re.search(rb'"(?:elements|osm3s)"', head):
        return "osm"
    raise InputError(
        f"{called}: this is not an OpenStreetMap file. "
        "Give .osm (XML), .osm.pbf, .osm.gz or JSON of Overpass; unpack .zip."
    )


def _in_any_order(path: Path, kind: str) -> RawOsm:
    """Read the file; if its objects are not nodes, ways, relations by id, read a sorted copy of it."""
    import osmium

    try:
        raw = _Reader(osmium.io.File(str(path), kind), path).read()
        if all(act["rule"] != "missing_nodes" for act in raw.acts.rows) or _nodes_first(path, kind):
            return raw
    except RuntimeError as error:
        if "out of order" not in str(error):
            raise
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "sorted.osm.pbf"
        unsorted = osmium.MergeInputReader()
        unsorted.add_buffer(path.read_bytes(), kind)
        with osmium.SimpleWriter(str(copy), thread_pool=_threads()) as writer:
            unsorted.apply(writer, simplify=False)
        raw = _Reader(osmium.io.File(str(copy), "pbf"), path).read()
    return replace(raw, bounds=_header(osmium.io.File(str(path), kind))[0])


def _nodes_first(path: Path, kind: str) -> bool:
    """Tell whether every node stands before the first way, as reading shapes in one go needs it."""
    import osmium

    way_seen = False
    items: Any = _items(osmium.io.File(str(path), kind), osmium.osm.NODE | osmium.osm.WAY)
    for item in items:
        if way_seen and item.is_node():
            return False
        way_seen = item.is_way()
    return True


def _items(file: Any, kinds: Any = None) -> Any:
    import osmium

    return osmium.FileProcessor(file, kinds or osmium.osm.ALL, _threads())


def _threads() -> Any:
    """Threads of this process's own: those that the parent had are not in a forked child."""
    import osmium

    return osmium.io.ThreadPool(_THREADS)


class _Reader:
    """Two passes over one file; the second one only for relations that did not close."""

    def __init__(self, file: object, path: Path) -> None:
        import osmium

        self.osmium, self.file, self.path, self.acts = osmium, file, path, Acts()
        self.wkb = osmium.geom.WKBFactory()
        self.points: list[Feature] = []
        self.lines: list[Feature] = []
        self.gone: list[Feature] = []
        self.areas: dict[str, Feature] = {}
        self.closed: dict[str, tuple[dict[str, str], Any]] = {}  # ways that should become areas
        self.relations: dict[str, tuple[dict[str, str], list[int]]] = {}
        self.newest = ""

    def read(self) -> RawOsm:
        osmium = self.osmium
        for item in _items(self.file).with_areas().with_filter(osmium.filter.KeyFilter(*KEYS, *sorted(_GONE_KEYS))):
            self._take(item)
        self._mend_ways()
        self._mend_relations()
        bounds, stamp = _header(self.file)
        date = _date(self.path, stamp, self.newest)
        return RawOsm(
            sorted(self.points, key=_by_id), sorted(self.lines, key=_by_id),
            sorted(self.areas.values(), key=_by_id), bounds, date, self.acts, tuple(sorted(self.gone, key=_by_id)),
        )  # fmt: skip

    def _take(self, item: Any) -> None:
        tags = {tag.k: tag.v for tag in item.tags}
        if item.timestamp.year > 1970:
            self.newest = max(self.newest, item.timestamp.strftime("%Y-%m-%d"))
        if item.is_node():
            self.points.append(Feature(name_of("n", item.id), tags, shapely.Point(item.lon, item.lat)))
        elif item.is_way():
            self._take_way(item, tags)
        elif item.is_relation() and tags.get("type") == "multipolygon":
            self.relations[name_of("r", item.id)] = (tags, [m.ref for m in item.members if m.type == "w"])
        elif item.is_area():
            self._take_area(item, tags)

    def _take_way(self, way: Any, tags: dict[str, str]) -> None:
        key = name_of("w", way.id)
        known = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
        if len(known) < len(way.nodes):
            self.acts.add("file", key, "missing_nodes", f"{len(way.nodes) - len(known)} nodes are not in the file")
        if len(set(known)) < 2:
            self.acts.add("file", key, "no_shape", "fewer than two different nodes; left out")
            return
        line = shapely.LineString(known)
        if tags.keys() & _GONE_KEYS:
            self.gone.append(Feature(key, tags, line))
            return
        if way.is_closed() and _is_area(tags):
            self.closed[key] = (tags, line)
        if tags.keys() & _LINE_KEYS:
            self.lines.append(Feature(key, tags, line))
        elif not way.is_closed() and tags.keys() & _GROUND_KEYS:
            reason = f"an open line tagged as an area ({_main(tags)}); left out"
            self.acts.add("file", key, "open_way", reason)

    def _take_area(self, area: Any, tags: dict[str, str]) -> None:
        key = name_of("w" if area.from_way() else "r", area.orig_id())
        fenced = "barrier" in tags and not area.from_way()
        if not _is_area(tags) and not fenced:
            return
        try:
            shape = shapely.from_wkb(self.wkb.create_multipolygon(area))
        except RuntimeError:  # rings cross or do not close: mended below
            return
        if fenced:  # a fence round several yards is a relation, and stands along each of its rings
            rings = [ring for part in shapely.get_parts([shape]) for ring in (part.exterior, *part.interiors)]
            for n, ring in enumerate(rings, 1):
                name = f"{key}/{n}" if len(rings) > 1 else key
                self.lines.append(Feature(name, tags, shapely.LineString(ring.coords)))
        if _is_area(tags):
            self.areas[key] = Feature(key, tags, shape)

    def _mend_ways(self) -> None:
        for key, (tags, line) in self.closed.items():
            if key in self.areas:
                continue
            ring = len(line.coords) > 3
            shape = _polygonal(shapely.make_valid(shapely.Polygon(line.coords))) if ring else None
            self._mended(key, tags, shape, "the outline crossed itself or lacked nodes")

    def _mend_relations(self) -> None:
        broken = {k: v for k, v in self.relations.items() if k not in self.areas and _is_area(v[0])}
        if not broken:
            return
        lines = self._way_lines({ref for _, refs in broken.values() for ref in refs})
        for key, (tags, refs) in broken.items():
            parts = [lines[ref] for ref in refs if ref in lines]
            missing = len(refs) - len(parts)
            self._mended(key, tags, _rings(parts), f"{missing} of {len(refs)} members are not in the file")

    def _mended(self, key: str, tags: dict[str, str], shape: shapely.Geometry, why: str) -> None:
        if shape is None or shape.is_empty:
            self.acts.add("file", key, "no_shape", f"{_main(tags)}: {why}; no ring closes, left out")
            return
        self.areas[key] = Feature(key, tags, shape)
        self.acts.add("file", key, "mended_shape", f"{_main(tags)}: {why}; made from what closes")

    def _way_lines(self, refs: set[int]) -> dict[int, Any]:
        osmium = self.osmium
        only = osmium.filter.IdFilter(refs).enable_for(osmium.osm.WAY)
        found = {}
        for item in _items(self.file).with_locations().with_filter(only):
            if not item.is_way():
                continue
            known = [(node.lon, node.lat) for node in item.nodes if node.location.valid()]
            if len(set(known)) >= 2:
                found[item.id] = shapely.LineString(known)
        return found


def _header(file: Any) -> tuple[Bounds | None, str]:
    """Read bounds and date from the header; no bounds when it states none."""
    import osmium

    with osmium.io.Reader(file, osmium.osm.NOTHING, _threads()) as reader:
        header = reader.header()
        box = header.box()
        stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    if not (box.valid() and box.bottom_left.valid() and box.top_right.valid()):
        return None, stamp[:10]
    return (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat), stamp[:10]


def _date(path: Path, stamp: str, newest: str) -> str:
    """Return the day of the data: as Overpass says, else the header, else the newest edit; empty if none."""
    with path.open("rb") as file:
        base = re.search(rb'osm_base="(\d{4}-\d\d-\d\d)', file.read(_HEAD))
    return base.group(1).decode() if base else stamp or newest


def _by_id(feature: Feature) -> str:
    return feature.id


def _is_area(tags: dict[str, str]) -> bool:
    """Tell whether a closed way or a relation with these tags covers ground."""
    if tags.get("area") == "no":
        return False
    return tags.get("area") == "yes" or bool((tags.keys() & set(KEYS)) - _LINE_KEYS)


def _main(tags: dict[str, str]) -> str:
    return next((f"{key}={tags[key]}" for key in KEYS if key in tags), "untagged")


def _polygonal(shape: shapely.Geometry) -> Any:
    parts = [p for p in _parts(shape) if p.geom_type == "Polygon" and p.area > 0]
    return shapely.MultiPolygon(parts) if parts else None


def _parts(shape: shapely.Geometry) -> Iterator[Any]:
    for part in shapely.get_parts([shape]):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        else:
            yield part


def _rings(parts: list[Any]) -> Any:
    """Join member lines into rings; those that cannot close are not drawn."""
    if not parts:
        return None
    faces = shapely.get_parts(shapely.polygonize([shapely.node(shapely.union_all(np.array(parts)))]))
    return _polygonal(shapely.union_all(faces)) if len(faces) else None
