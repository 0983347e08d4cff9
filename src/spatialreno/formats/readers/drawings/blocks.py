"""Drawings taken apart: blocks into what they hold, each part with the layer it lies on and whether it can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from spatialreno.formats.readers.drawings.opened import hidden_why

TOO_MANY = "more entities than a survey has"
_DEEP = 16  # blocks within blocks


@dataclass(frozen=True)
class Part:
    """One entity that draws.

    Attributes
    ----------
    entity
        As ezdxf has it, in the coordinates of the drawing.
    layer
        The drawing layer that it lies on: of a part on layer 0, that of its block.
    name
        The handle by which messages call it: its own, or that of the block it came by.
    cells
        Attributes of the block it came by.
    hidden
        Why it cannot be seen (``off``, ``frozen``, ``invisible``), or nothing.
    broken
        Why it cannot be taken apart, or nothing.
    """

    entity: Any
    layer: str
    name: str
    cells: dict[str, Any]
    hidden: str = ""
    broken: str = ""

    @property
    def kind(self) -> str:
        """Name the kind of entity, such as LWPOLYLINE."""
        return str(self.entity.dxftype())


def taken_apart(document: Any, symbols: bool, most: float) -> Iterator[Part]:
    """Go through the entities of the model space, blocks taken apart.

    Parameters
    ----------
    document
        An ezdxf drawing.
    symbols
        Leave blocks whole: each stands for one thing at its insertion point.
    most
        Most entities that the blocks may unfold to; they are counted before any is taken apart.

    Raises
    ------
    RecursionError
        Blocks nest deeper than any survey, or within themselves.
    """
    if not symbols and _unfolded(document, document.modelspace(), {}, 0) > most:
        raise RecursionError(TOO_MANY)
    for entity in (*document.modelspace(), *_unowned(document)):
        yield from _apart(document, _part(document, entity, None), symbols)


def _unowned(document: Any) -> list[Any]:
    """List objects of other programs that name no space they stand in, which ezdxf keeps out of the model space."""
    from ezdxf.entities.dxfentity import DXFTagStorage

    kept = [e for e in document.entitydb.values() if isinstance(e, DXFTagStorage) and e.is_graphic_entity]
    return [e for e in kept if not e.dxf.hasattr("owner") and not e.dxf.get("paperspace", 0)]


def _unfolded(document: Any, space: Any, known: dict[str, int], depth: int) -> int:
    """Count what a space unfolds to, each block once."""
    if depth > _DEEP:
        raise RecursionError(f"blocks within blocks, {_DEEP} deep")
    count = 0
    for entity in space:
        count += 1
        if entity.dxftype() != "INSERT":
            continue
        name = str(entity.dxf.name)
        if name not in known:
            block = document.blocks.get(name)
            known[name] = 0 if block is None else _unfolded(document, block, known, depth + 1)
        count += max(1, entity.mcount) * known[name]
    return count


def layer_of(entity: Any) -> str:
    """Name the drawing layer of an entity, of those too that ezdxf only keeps."""
    if entity.dxf.hasattr("layer"):
        return str(entity.dxf.layer)
    properties: dict[str, Any] = getattr(entity, "graphic_properties", dict)()
    return str(properties.get("layer", "0"))


def _part(document: Any, entity: Any, block: Part | None) -> Part:
    own = layer_of(entity)
    layer = block.layer if block is not None and own == "0" else own
    hidden = hidden_why(document, layer, entity)
    if block is not None and block.hidden in ("frozen", "invisible"):
        hidden = block.hidden  # a block that is off still shows what lies on other layers
    handle = entity.dxf.handle or (block.name if block is not None else "")
    return Part(entity, layer, str(handle), block.cells if block is not None else {}, hidden)


def _apart(document: Any, part: Part, symbols: bool, depth: int = 0) -> Iterator[Part]:
    if part.kind != "INSERT":
        yield part
        return
    cells = {a.dxf.tag: a.dxf.text.strip() or None for a in part.entity.attribs} or part.cells
    block = Part(part.entity, part.layer, part.name, cells, part.hidden)
    if symbols:
        yield block
        return
    try:
        pieces = [piece for copy in _copies(part.entity) for piece in copy.virtual_entities()]
    except (ArithmeticError, ValueError, TypeError, KeyError, AttributeError) as error:
        yield Part(part.entity, part.layer, part.name, cells, part.hidden, broken=str(error) or "damaged")
        return
    for piece in pieces if depth <= _DEEP else ():
        yield from _apart(document, _part(document, piece, block), symbols, depth + 1)


def _copies(insert: Any) -> list[Any]:
    """List the copies of an insert of rows and columns; heights of a flat block mean nothing on a plan."""
    if insert.dxf.zscale == 0:
        insert.dxf.zscale = 1.0
    return list(insert.multi_insert()) if insert.mcount > 1 else [insert]
