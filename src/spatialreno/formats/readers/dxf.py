"""Drawings: the entities of a DXF that belong to one layer of the area, with blocks, curves and texts."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from spatialreno.catalog import Catalog, Layer
from spatialreno.files import guarded, refused
from spatialreno.formats.readers.dxf_shapes import DATA, shape_of, taken_apart
from spatialreno.formats.readers.dxf_walls import single_walls
from spatialreno.formats.readers.raw import RawTable

if TYPE_CHECKING:
    from spatialreno.formats.readers.source import Source

_CASS = "SOUTH"
Rules = list[dict[str, str]]
_STATED = "A drawing says nothing of its place: state crs (such as EPSG:4546) and unit (m, mm) for it in area.toml"


@dataclass
class _Found:
    """Entities of a drawing that may belong to the layer."""

    shapes: list[Any] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    texts: list[tuple[Any, str]] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    empty: list[str] = field(default_factory=list)
    ours: set[str] = field(default_factory=set)


def read_dxf(path: Path, source: Source, layer: Layer | None, catalog: Catalog) -> RawTable:
    """Read the entities of a drawing that belong to a layer of the area.

    Which drawing layer or CASS code means what is the catalog table ``dxf_layers``; ``layer`` of the source
    names drawing layers outright (``A|B*``). Blocks are taken apart, curves become chords within
    ``dxf_sagitta_m``; attributes of blocks become columns; texts such as 砖5 inside a polygon give structure
    and storeys; a wall drawn as two lines becomes one with its thickness. Drawing layers that are not read
    are named in the report, with their numbers of entities.

    Raises
    ------
    InputError
        No ``crs`` or ``unit`` stated, damage, too many entities, nothing on the layers named.
    """
    if not source.crs or not source.unit:
        raise refused(path, "needs crs and unit stated", _STATED, rule="coordinate system")
    return guarded(lambda: _read(path, source, layer, catalog), path)


def drawing_layers(path: Path) -> dict[str, int]:
    """Count the entities of each layer of a drawing."""
    return guarded(lambda: dict(Counter(str(e.dxf.layer) for e in _opened(path).modelspace())), path)


def role_of_drawing(name: str, catalog: Catalog) -> str:
    """Tell which layer of the area a drawing layer means; nothing when it is unknown.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> [role_of_drawing(name, read_catalog()) for name in ("JMD", "围墙_现状", "DGX")]
    ['buildings', 'walls', '']
    """
    row = _rule(catalog.rows("dxf_layers"), "layer", name)
    return row["layer"] if row else ""


def _rule(rules: Rules, match: str, name: str) -> dict[str, str] | None:
    return next((r for r in rules if r["match"] == match and _fits(name, r["pattern"])), None)


def _fits(name: str, pattern: str) -> bool:
    pattern, name = pattern.strip().lower(), name.lower()
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _opened(path: Path) -> Any:
    from ezdxf import recover
    from ezdxf.lldxf.const import DXFError

    try:
        document, auditor = recover.readfile(path)
    except (DXFError, OSError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise refused(path, f"is a damaged drawing ({error})", "Save it again as DXF R2018") from error
    if auditor.has_errors:
        lost = "; ".join(str(e.message) for e in auditor.errors[:3])
        raise refused(
            path, f"has {len(auditor.errors)} errors that lose entities ({lost})", "Save it again as DXF R2018"
        )
    return document


def _read(path: Path, source: Source, layer: Layer | None, catalog: Catalog) -> RawTable:
    constants, rules = catalog.constants, catalog.rows("dxf_layers")
    document = _opened(path)
    metre = {"m": 1.0, "cm": 0.01, "mm": 0.001}[source.unit]
    found = _Found()
    try:
        for entity, owner in taken_apart(document, _as_symbol(layer), constants["dxf_entities"]):
            _sort_in(entity, owner, found, source, layer, rules, constants["dxf_sagitta_m"] / metre)
    except RecursionError as error:
        raise refused(
            path, f"unfolds without end ({error})", "Purge its blocks, and export the quarter only"
        ) from error
    raw = _table(found, layer, catalog, metre)
    _tell(raw, found, document)
    if not raw.ids:
        seen = ", ".join(f"{n} ({c})" for n, c in found.passed.most_common(8)) or "none"
        what = source.layer or (layer.name if layer else "")
        raise refused(path, f"has nothing for {what}", f'Name its drawing layers (layer = "A|B"). It has: {seen}')
    return raw


def _as_symbol(layer: Layer | None) -> bool:
    """Blocks of point layers (trees, gates) stand for one thing at one place; others are drawings."""
    return layer is not None and layer.geometry[:1] == ("Point",)


def _sort_in(
    entity: Any, owner: Any, found: _Found, source: Source, layer: Layer | None, rules: Rules, sagitta: float
) -> None:
    """Keep an entity of the layer, a text, or the name of what was passed over."""
    name = str(owner.dxf.layer if entity.dxf.layer == "0" else entity.dxf.layer)
    kind = entity.dxftype()
    if kind in ("TEXT", "MTEXT") and not _as_symbol(layer):
        text = entity.plain_text() if kind == "MTEXT" else entity.dxf.text
        found.texts.append((shapely.Point(*entity.dxf.insert.vec2), text.strip()))
        return
    values = _belongs(entity, name, source, layer, rules)
    if values is None:
        found.passed[name] += 1
        return
    shape = shape_of(entity, sagitta)
    handle = str(entity.dxf.handle or owner.dxf.handle or len(found.rows) + 1)
    if shape is None or shape.is_empty:
        found.empty.append(f"{kind} {handle}")
        return
    cells = _our_cells(entity, handle)
    found.ours |= {handle} if cells else set()
    found.shapes.append(shape)
    found.rows.append({"handle": handle, **values, **_attributes(owner), **cells})


def _belongs(entity: Any, name: str, source: Source, layer: Layer | None, rules: Rules) -> dict[str, Any] | None:
    """Tell whether an entity is of the layer asked for, and what its place in the drawing says of it."""
    if source.layer:
        return {} if any(_fits(name, p) for p in source.layer.split("|")) else None
    rule = _rule(rules, "code", _cass_code(entity) or "-") or _rule(rules, "layer", name)
    if rule is None or layer is None or rule["layer"] != layer.name:
        return None
    return {rule["column"]: rule["value"]} if rule["column"] else {}


def _cass_code(entity: Any) -> str:
    if not entity.has_xdata(_CASS):
        return ""
    return next((str(tag.value) for tag in entity.get_xdata(_CASS) if tag.code == 1000), "")


def _attributes(owner: Any) -> dict[str, Any]:
    if owner.dxftype() != "INSERT":
        return {}
    return {a.dxf.tag: a.dxf.text.strip() or None for a in owner.attribs}


def _our_cells(entity: Any, handle: str) -> dict[str, Any]:
    """Read the cells that our own writer hangs on an entity."""
    if not entity.has_xdata(DATA):
        return {}
    text = "".join(str(tag.value) for tag in entity.get_xdata(DATA) if tag.code == 1000)
    try:
        cells = json.loads(text)
    except (ValueError, RecursionError):
        cells = None
    if not isinstance(cells, dict) or any(isinstance(v, (dict, list)) for v in cells.values()):
        raise ValueError(f"the data of {DATA} on entity {handle} are damaged")
    return {k: v for k, v in cells.items() if k != "handle"}


def _table(found: _Found, layer: Layer | None, catalog: Catalog, metre: float) -> RawTable:
    constants = catalog.constants
    wanted = layer.geometry if layer else ()
    acts: list[tuple[str, str, str]] = []
    shapes = [
        _closed(s, wanted, constants["dxf_join_m"] / metre, acts, r)
        for s, r in zip(found.shapes, found.rows, strict=True)
    ]
    rows = found.rows
    if layer is not None and layer.name == "walls":
        shapes, rows = _walls(shapes, rows, found.ours, constants, metre, acts)
    if layer is not None and "storeys" in layer.columns:
        words = {row["word"]: row["structure"] for row in catalog.rows("dxf_texts")}
        _read_texts(shapes, rows, found.texts, acts, layer, words)
    names = list(dict.fromkeys(k for row in rows for k in row if k != "handle"))
    columns = {n: [row.get(n) for row in rows] for n in names}
    return RawTable(columns, shapely.to_wkb(shapes) if shapes else None, None, [r["handle"] for r in rows], acts)


def _walls(shapes: list[Any], rows: list[Any], ours: set[str], constants: Any, metre: float, acts: list[Any]) -> Any:
    """Make one line of walls drawn as two; those that we wrote are one line already."""
    known = [(s, r) for s, r in zip(shapes, rows, strict=True) if r["handle"] in ours]
    drawn = [(s, r) for s, r in zip(shapes, rows, strict=True) if r["handle"] not in ours]
    lines, cells = single_walls([s for s, _ in drawn], [r for _, r in drawn], constants, metre, acts)
    return [s for s, _ in known] + lines, [r for _, r in known] + cells


def _closed(shape: Any, wanted: tuple[str, ...], reach: float, acts: list[Any], row: dict[str, Any]) -> Any:
    """A ring stands for its polygon where polygons are wanted, and the other way round."""
    if shape.geom_type == "LineString" and wanted[:1] == ("Polygon",) and len(shape.coords) > 3:
        gap = shapely.Point(shape.coords[0]).distance(shapely.Point(shape.coords[-1]))
        if gap <= reach:
            if gap:
                acts.append(("ring closed", f"its ends were {gap:.3g} drawing units apart", row["handle"]))
            return shapely.Polygon([*shape.coords[:-1], shape.coords[0]])
    if shape.geom_type == "Polygon" and wanted[:1] == ("LineString",):
        return shapely.LineString(shape.exterior.coords)
    return shape


_TEXT = re.compile(r"^(?P<word>\D*?)(?P<storeys>\d{1,2})?(?:层|F)?$")


def _read_texts(
    shapes: list[Any],
    rows: list[dict[str, Any]],
    texts: list[Any],
    acts: list[Any],
    layer: Layer,
    words: dict[str, str],
) -> None:
    """Give each polygon the structure and storeys of the one text inside it; two texts that differ give nothing."""
    tree = shapely.STRtree(shapes)
    said: dict[int, set[tuple[str, str]]] = {}
    for point, text in texts:
        match = _TEXT.match(text.replace(" ", ""))
        if not match or match["word"] not in {*words, ""} or not (match["word"] or match["storeys"]):
            continue
        for i in tree.query(point, predicate="within"):
            said.setdefault(int(i), set()).add((words.get(match["word"], ""), match["storeys"] or ""))
    for i, found in sorted(said.items()):
        if len(found) > 1:
            acts.append(("text", f"{len(found)} texts in one polygon differ; none is used", rows[i]["handle"]))
            continue
        structure, storeys = found.pop()
        cells = {"structure": structure if "structure" in layer.columns else "", "storeys": storeys}
        rows[i].update({k: v for k, v in cells.items() if v and not rows[i].get(k)})
    if said:
        acts.append(("text", f"structure and storeys read from texts in {len(said)} polygons", ""))


def _tell(raw: RawTable, found: _Found, document: Any) -> None:
    """Name what was passed over: no entity is lost without a word."""
    if found.passed:
        listed = ", ".join(f"{n} ({c})" for n, c in sorted(found.passed.items()))
        raw.note("drawing layers", f"entities of other layers were not read for this one: {listed}")
    if found.empty:
        raw.note("no shape", f"{len(found.empty)} entities have no shape that is read: {', '.join(found.empty[:8])}")
    unit = int(document.header.get("$INSUNITS", 0))
    told = {0: "nothing", 4: "mm", 5: "cm", 6: "m"}.get(unit, f"code {unit}")
    raw.note("unit", f"the drawing's header says {told} of its unit; what area.toml states is used")
