"""WKB, WKT and GeoJSON taken apart into kinds, rings and points, with every promise of theirs held to what is there."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from spatialreno._types import Array

POINT, LINE, POLYGON, ARC, CHAIN, CURVED, TRIANGLE = 1, 2, 3, 8, 9, 10, 17
_KINDS = {
    "POINT": 1, "LINESTRING": 2, "POLYGON": 3, "MULTIPOINT": 4, "MULTILINESTRING": 5, "MULTIPOLYGON": 6,
    "GEOMETRYCOLLECTION": 7, "CIRCULARSTRING": 8, "COMPOUNDCURVE": 9, "CURVEPOLYGON": 10, "MULTICURVE": 11,
    "MULTISURFACE": 12, "POLYHEDRALSURFACE": 15, "TIN": 16, "TRIANGLE": 17,
}  # fmt: skip
_PARTS = {4: "POINT", 5: "LINESTRING", 6: "POLYGON", 11: "LINESTRING", 12: "POLYGON", 15: "POLYGON", 16: "TRIANGLE",
          9: "LINESTRING", 10: "LINESTRING", 3: "LINESTRING", 17: "LINESTRING"}  # fmt: skip
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000
_DEEP = 32  # shapes within shapes
NOTHING = np.empty((0, 2))


class UnreadableError(ValueError):
    """A shape that cannot be drawn, and why."""


@dataclass(frozen=True)
class Node:
    """One shape before it is drawn.

    Attributes
    ----------
    kind
        Its number in WKB.
    parts
        Coordinates (two columns, or three with heights) of points, lines and arcs; else the nodes it is made of.
    """

    kind: int
    parts: Any


# ---- WKB


@dataclass
class _Reader:
    """Bytes, and how far they are read."""

    raw: bytes
    at: int = 0

    def take(self, form: str) -> int:
        (found,) = struct.unpack_from(form, self.raw, self.at)
        self.at += struct.calcsize(form)
        return int(found)

    def points(self, order: str, count: int, width: int, lifted: bool) -> Array:
        size = count * width * 8
        if size > len(self.raw) - self.at:
            raise UnreadableError("it promises more points than it holds")
        cells = np.frombuffer(self.raw, f"{order}f8", count * width, self.at).reshape(count, width)
        self.at += size
        return np.array(cells[:, : 2 + lifted], dtype=float)

    def count(self, order: str) -> int:
        count = self.take(f"{order}I")
        if count > len(self.raw) - self.at:
            raise UnreadableError("it promises more parts than it holds")
        return count


def node_of_wkb(raw: bytes) -> Node:
    """Take one WKB or EWKB apart."""
    return _node_of_bytes(_Reader(bytes(raw)), 0)


def _node_of_bytes(reader: _Reader, depth: int) -> Node:
    if depth > _DEEP:
        raise UnreadableError("shapes within shapes without end")
    order = "<" if reader.take("B") else ">"
    code = reader.take(f"{order}I")
    kind, more = (code & 0x1FFFFFFF) % 1000, (code & 0x1FFFFFFF) // 1000
    lifted, measured = bool(code & _Z) or more in (1, 3), bool(code & _M) or more in (2, 3)
    if code & _SRID:
        reader.take(f"{order}I")
    return _parts_of_bytes(reader, order, kind, (2 + lifted + measured, lifted), depth)


def _parts_of_bytes(reader: _Reader, order: str, kind: int, form: tuple[int, bool], depth: int) -> Node:
    if kind == POINT:
        point = reader.points(order, 1, *form)
        return Node(POINT, point if np.isfinite(point).any() else NOTHING)
    if kind in (LINE, ARC):
        return Node(kind, reader.points(order, reader.count(order), *form))
    if kind in (POLYGON, TRIANGLE):
        rings = [reader.points(order, reader.count(order), *form) for _ in range(reader.count(order))]
        return Node(POLYGON, [Node(LINE, ring) for ring in rings])
    if kind not in _KINDS.values():
        raise UnreadableError(f"a shape of kind {kind}, which is not known")
    return Node(kind, [_node_of_bytes(reader, depth + 1) for _ in range(reader.count(order))])


# ---- WKT

_WORD = re.compile(r"\s*(?:SRID=\d+;)?\s*([A-Za-z]+?)\s*(ZM|Z|M)?\s*(?=\(|EMPTY)", re.IGNORECASE)
_TOKEN = re.compile(r"\s*([(),]|EMPTY\b)", re.IGNORECASE)
_NO_WKT = "its text is no WKT"


def node_of_wkt(text: str) -> Node | None:
    """Take one WKT or EWKT apart; None for blank text."""
    if not str(text).strip():
        return None
    node, rest = _node_of_text(str(text), "", 0)
    if rest.strip():
        raise UnreadableError("text goes on after its shape")
    return node


def _node_of_text(text: str, usual: str, depth: int) -> tuple[Node, str]:
    """Read one shape; a part without a word of its own is of the usual kind."""
    if depth > _DEEP:
        raise UnreadableError("shapes within shapes without end")
    word = _WORD.match(text)
    name = word[1].upper() if word else usual
    if name not in _KINDS:
        raise UnreadableError(_NO_WKT)
    kind, rest = _KINDS[name], text[word.end() :] if word else text
    token = _TOKEN.match(rest)
    if token and token[1].upper() == "EMPTY":
        return Node(kind, NOTHING if kind in (POINT, LINE, ARC) else []), rest[token.end() :]
    if kind in (POINT, LINE, ARC):
        return _points_of_text(kind, rest, bare=not token)
    if not token or token[1] != "(":
        raise UnreadableError(_NO_WKT)
    return _parts_of_text(kind, rest[token.end() :], depth)


def _parts_of_text(kind: int, rest: str, depth: int) -> tuple[Node, str]:
    parts = []
    while True:
        part, rest = _node_of_text(rest, _PARTS.get(kind, ""), depth + 1)
        parts.append(part)
        token = _TOKEN.match(rest)
        if not token or token[1] not in ",)":
            raise UnreadableError(_NO_WKT)
        rest = rest[token.end() :]
        if token[1] == ")":
            return Node(POLYGON if kind == TRIANGLE else kind, parts), rest


def _points_of_text(kind: int, rest: str, *, bare: bool) -> tuple[Node, str]:
    """Read the numbers of a line; points of a multipoint may go without brackets."""
    start = 0 if bare else rest.index("(") + 1
    end = min((i for c in (",)" if bare else "()") if (i := rest.find(c, start)) >= 0), default=-1)
    if end < 0 or rest[end] == "(":
        raise UnreadableError(_NO_WKT)
    rows = [point.split() for point in rest[start:end].split(",")]
    if any(not 2 <= len(row) <= 4 for row in rows):
        raise UnreadableError("a point without x and y")
    points = np.array([[float(v) for v in row[: 3 if len(row) > 2 else 2]] for row in rows])
    return Node(kind, points), rest[end if bare else end + 1 :]


# ---- GeoJSON

_JSON = {"Point": 1, "LineString": 2, "Polygon": 3, "MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6}
_JSON_PARTS = {4: "Point", 5: "LineString", 6: "Polygon"}


def node_of_geojson(value: object) -> Node | None:
    """Take one geometry of GeoJSON apart; None for none."""
    return _node_of_json(value, 0) if value else None


def _node_of_json(value: Any, depth: int) -> Node:
    if depth > _DEEP:
        raise UnreadableError("shapes within shapes without end")
    if value["type"] == "GeometryCollection":
        return Node(7, [_node_of_json(part, depth + 1) for part in value["geometries"]])
    kind, xy = _JSON[value["type"]], value["coordinates"]
    if kind == POINT:
        return Node(kind, _positions([xy]) if xy else NOTHING)
    if kind == LINE:
        return Node(kind, _positions(xy))
    if kind == POLYGON:
        return Node(kind, [Node(LINE, _positions(ring)) for ring in xy])
    return Node(kind, [_node_of_json({"type": _JSON_PARTS[kind], "coordinates": c}, depth + 1) for c in xy])


def _positions(rows: object) -> Array:
    """Read positions of two numbers or more; what stands after a height is left out."""
    if not isinstance(rows, list):
        raise UnreadableError("coordinates that are no list")
    if not rows:
        return NOTHING
    try:
        cells = np.array(rows)
    except ValueError:  # positions of unlike length
        cells = np.array([row[:2] for row in rows])
    if cells.ndim != 2 or cells.shape[1] < 2 or cells.dtype.kind not in "iuf":
        raise UnreadableError("coordinates that are no numbers")
    return cells[:, :3].astype(float)
