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
from spatialreno.files import guarded, once_imported, refused
from spatialreno.formats.readers.drawings.blocks import Part, taken_apart
from spatialreno.formats.readers.drawings.opened import Opened, opened
from spatialreno.formats.readers.drawings.shapes import DATA, drawn
from spatialreno.formats.readers.drawings.texts import Meanings, placed_text, read_texts
from spatialreno.formats.readers.drawings.walls import single_walls
from spatialreno.formats.readers.raw import RawTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from spatialreno.formats.readers.entry import Source

_CASS = "SOUTH"
_BOUND = re.compile(r"\$\d+\$|\|")  # a drawing bound into another keeps its name before that of the layer
Rules = list[dict[str, str]]
_STATED = "A drawing says nothing of its place: state crs (such as EPSG:4546) and unit (m, mm) for it in area.toml"
_TEXTS = ("TEXT", "MTEXT")
_UNREADABLE = "Objects of 天正 (TCH, proxies): 图形导出 as 天正3 (T3); else explode them in CAD, and save again"


@dataclass
class _Found:
    """Entities of a drawing that may belong to the layer."""

    shapes: list[Any] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    texts: list[tuple[Any, str]] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    empty: list[tuple[str, str, str]] = field(default_factory=list)  # drawing layer, kind, handle
    hidden: Counter[tuple[str, str]] = field(default_factory=Counter)  # drawing layer and why
    ours: set[str] = field(default_factory=set)


def read_dxf(path: Path, source: Source, layer: Layer | None, catalog: Catalog) -> RawTable:
    """Read the entities of a drawing that belong to a layer of the area.

    Which drawing layer or CASS code means what is the catalog table ``dxf_layers``; ``layer`` of the source
    names drawing layers outright (``A|B*``). Blocks are taken apart, curves become chords within
    ``dxf_sagitta_m``; attributes of blocks become columns; texts such as 砖5 inside a polygon give structure
    and storeys, 1号楼 its name; a wall drawn as two lines becomes one with its thickness. What cannot be seen in the
    drawing (layers off or frozen) is left out, unless its layer is named outright. Drawing layers and entities that
    are not read are named in the report, with their numbers.

    Raises
    ------
    InputError
        No ``crs`` or ``unit`` stated, damage, too many entities, nothing on the layers named.
    """
    if not source.crs or not source.unit:
        raise refused(path, "needs crs and unit stated", _STATED, rule="coordinate system")
    once_imported("ezdxf.recover", "ezdxf.path")
    return guarded(lambda: _read(path, source, layer, catalog), path)


def drawing_roles(path: Path, catalog: Catalog) -> tuple[str, dict[str, Counter[str]]]:
    """Tell what a drawing holds: the unit its header states, and entities by layer of the area and drawing layer.

    An entity of no layer that is known is under an empty name; texts and what cannot be seen are not counted.
    """
    once_imported("ezdxf.recover")
    return guarded(lambda: _roles(path, catalog), path)


def _roles(path: Path, catalog: Catalog) -> tuple[str, dict[str, Counter[str]]]:
    drawing, rules = opened(path), catalog.rows("dxf_layers")
    roles: dict[str, Counter[str]] = {}
    for part in taken_apart(drawing.document, True, 0):
        if part.kind in _TEXTS or part.hidden:
            continue
        rule = _rule_of(part, rules)
        roles.setdefault(rule["layer"] if rule else "", Counter())[part.layer] += 1
    return drawing.unit, roles


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


def _rule_of(part: Part, rules: Rules) -> dict[str, str] | None:
    """Find what an entity is: by its CASS code, else by its drawing layer."""
    return _rule(rules, "code", _cass_code(part.entity) or "-") or _rule(rules, "layer", part.layer)


def _fits(name: str, pattern: str) -> bool:
    pattern, name = pattern.strip().lower(), name.lower()
    names = {name, _BOUND.split(name)[-1]}
    return any(n.startswith(pattern[:-1]) if pattern.endswith("*") else n == pattern for n in names)


def _read(path: Path, source: Source, layer: Layer | None, catalog: Catalog) -> RawTable:
    constants, rules = catalog.constants, catalog.rows("dxf_layers")
    drawing = opened(path, source.encoding)
    metre = {"m": 1.0, "cm": 0.01, "mm": 0.001}[source.unit]
    found = _Found()
    try:
        for part in taken_apart(drawing.document, _as_symbol(layer), constants["dxf_entities"]):
            _sort_in(part, found, source, layer, rules, constants["dxf_sagitta_m"] / metre)
    except RecursionError as error:
        raise refused(
            path, f"unfolds without end ({error})", "Purge its blocks, and export the quarter only"
        ) from error
    raw = _table(found, layer, catalog, metre)
    _tell(raw, found, drawing)
    if not raw.ids:
        if not drawing.whole:
            raise refused(path, "is cut short: it ends without EOF", "Save or copy it again, and look at its size")
        _refuse_nothing(path, found, source.layer or (layer.name if layer else ""))
    return raw


def _refuse_nothing(path: Path, found: _Found, what: str) -> None:
    """Say what the drawing has instead, and what of the layer cannot be read or seen."""
    seen = [f"{name} ({count})" for name, count in found.passed.most_common(8)]
    seen += [f"{name} ({count} {why})" for (name, why), count in found.hidden.most_common(4)]
    unread = Counter((name, kind) for name, kind, _ in found.empty)
    seen += [f"{name} ({count} {kind}, which cannot be read)" for (name, kind), count in unread.most_common(4)]
    mend = f'Name its drawing layers (layer = "A|B"). It has: {", ".join(seen) or "none"}'
    raise refused(path, f"has nothing for {what}", f"{_UNREADABLE}. {mend}" if unread else mend)


def _as_symbol(layer: Layer | None) -> bool:
    """Blocks of point layers (trees, gates) stand for one thing at one place; others are drawings."""
    return layer is not None and layer.geometry[:1] == ("Point",)


def _sort_in(part: Part, found: _Found, source: Source, layer: Layer | None, rules: Rules, sagitta: float) -> None:
    """Keep an entity of the layer, a text, or the name of what was passed over."""
    if part.kind in _TEXTS and not _as_symbol(layer):
        if not part.hidden:
            found.texts.append(placed_text(part.entity))
        return
    values = _belongs(part, source, layer, rules)
    if values is None:
        found.passed[part.layer] += 1
        return
    if part.hidden and part.layer not in source.layer.split("|"):
        found.hidden[part.layer, part.hidden] += 1
        return
    shapes, width = ([], None) if part.broken else drawn(part.entity, sagitta)
    if not shapes:
        found.empty.append((part.layer, part.kind, part.name))
    for n, shape in enumerate(shapes):
        _keep(shape, part, f"{part.name}.{n + 1}" if n else part.name or str(len(found.rows) + 1), values, width, found)


def _keep(
    shape: shapely.Geometry, part: Part, handle: str, values: dict[str, Any], width: float | None, found: _Found
) -> None:
    cells = _our_cells(part.entity, handle)
    found.ours |= {handle} if cells else set()
    found.shapes.append(shape)
    drawn_width = {"width_": width} if width is not None else {}
    found.rows.append({"handle": handle, **values, **part.cells, **drawn_width, **cells})


def _belongs(part: Part, source: Source, layer: Layer | None, rules: Rules) -> dict[str, Any] | None:
    """Tell whether an entity is of the layer asked for, and what its place in the drawing says of it."""
    if source.layer:
        return {} if any(_fits(part.layer, p) for p in source.layer.split("|")) else None
    rule = _rule_of(part, rules)
    if rule is None or layer is None or rule["layer"] != layer.name:
        return None
    return {rule["column"]: rule["value"]} if rule["column"] else {}


def _cass_code(entity: Any) -> str:
    if not entity.has_xdata(_CASS):
        return ""
    return next((str(tag.value).strip() for tag in entity.get_xdata(_CASS) if tag.code == 1000), "")


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
    if layer is not None and wanted[:1] == ("Polygon",):
        read_texts(shapes, rows, found.texts, acts, Meanings(layer, catalog))
    order = sorted(range(len(rows)), key=lambda i: _drawn_first(rows[i]["handle"]))
    rows, shapes = [rows[i] for i in order], [shapes[i] for i in order]
    ids = _readable(rows, layer, acts)
    called = {row["handle"]: i for row, i in zip(rows, ids, strict=True)}
    acts = [(rule, why, called.get(i, i)) for rule, why, i in acts]
    names = list(dict.fromkeys(k for row in rows for k in row if k not in ("handle", "width_")))
    columns = {n: [row.get(n) for row in rows] for n in names}
    return RawTable(columns, shapely.to_wkb(shapes) if shapes else None, None, ids, acts)


def _drawn_first(handle: str) -> tuple[int, str]:
    """Order entities as they were drawn: handles count up in base 16."""
    number = handle.split(".")[0]
    return (int(number, 16) if number and set(number) <= set("0123456789ABCDEFabcdef") else 0, handle)


def _readable(rows: list[dict[str, Any]], layer: Layer | None, acts: list[Any]) -> list[str]:
    """Number entities in the order in which they were drawn, under the word of their layer: 楼-01, 墙-02."""
    if layer is None or not layer.word:
        return [row["handle"] for row in rows]
    ids = [f"{layer.word}-{n:0{max(2, len(str(len(rows))))}d}" for n in range(1, len(rows) + 1)]
    drawn_as = [f"{i} is {row['handle']}" for i, row in zip(ids, rows, strict=True) if "id" not in row]
    if drawn_as:
        more = f" … ({len(drawn_as)})" if len(drawn_as) > _HANDLES else ""
        acts.append(("handles", f"entities of the drawing: {', '.join(drawn_as[:_HANDLES])}{more}", ""))
    return ids


_HANDLES = 40  # named in one act


def _walls(
    shapes: list[Any], rows: list[Any], ours: set[str], constants: Mapping[str, float], metre: float, acts: list[Any]
) -> Any:
    """Make one line of walls drawn as two; those that we wrote, and those that state their width, are one already."""
    known: list[tuple[Any, dict[str, Any]]] = []
    open_: list[tuple[Any, dict[str, Any]]] = []
    for shape, row in zip(shapes, rows, strict=True):
        width = row.pop("width_", 0.0) * metre
        if row["handle"] in ours or not width:
            (known if row["handle"] in ours else open_).append((shape, row))
            continue
        fits = constants["double_wall_min_m"] <= width <= constants["double_wall_max_m"]
        row |= {"thickness_m": round(width, 3)} if fits and "thickness_m" not in row else {}
        told = "read as one wall" if fits else "read as one wall; that is no thickness of a wall, and is left open"
        acts.append(("double line", f"line {width:.2f} m wide {told}", row["handle"]))
        known.append((shape, row))
    lines, cells = single_walls([s for s, _ in open_], [r for _, r in open_], constants, metre, acts)
    return [s for s, _ in known] + lines, [r for _, r in known] + cells


def _closed(shape: BaseGeometry, wanted: tuple[str, ...], reach: float, acts: list[Any], row: dict[str, Any]) -> Any:
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


def _tell(raw: RawTable, found: _Found, drawing: Opened) -> None:
    """Name what was passed over: no entity is lost without a word."""
    if drawing.script:
        raw.note("encoding", drawing.script)
    if found.passed:
        listed = ", ".join(f"{n} ({c})" for n, c in sorted(found.passed.items()))
        raw.note("drawing layers", f"entities of other layers were not read for this one: {listed}")
    if found.hidden:
        listed = ", ".join(f"{n} ({c} {why})" for (n, why), c in sorted(found.hidden.items()))
        raw.note("hidden", f"{found.hidden.total()} entities that cannot be seen in the drawing are left out: {listed}")
    if found.empty:
        kinds = Counter(f"{kind} on {name}" for name, kind, _ in found.empty)
        listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
        handles = ", ".join(handle for _, _, handle in found.empty[:8])
        raw.note("no shape", f"{len(found.empty)} entities have no shape that is read: {listed}; {handles}")
    if drawing.lost:
        shown = "; ".join(drawing.lost[:3])
        raw.note("lost", f"{len(drawing.lost)} entities that the drawing only names are lost: {shown}")
    if not drawing.whole:
        raw.note("cut short", "it ends without EOF: what may have followed is not there")
    told = drawing.unit or f"code {int(drawing.document.header.get('$INSUNITS', 0))}"
    told = "nothing" if told == "code 0" else told
    raw.note("unit", f"the drawing's header says {told} of its unit; what area.toml states is used")
