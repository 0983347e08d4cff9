"""What texts say of the polygon that they stand in: structure and storeys, name, use; two that differ say nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import shapely

from spatialreno.catalog import Layer, catalog_rows, folded

_STOREYS = re.compile(r"^(?P<word>\D*?)(?P<storeys>\d{1,2})?(?:[-+]\d)?(?:层|f)?$")
Said = dict[str, str]


def placed_text(entity: Any) -> tuple[Any, str]:
    """Give a text and the point that it stands at, on the plan."""
    if entity.dxftype() == "MTEXT":
        return shapely.Point(entity.dxf.insert.vec2), str(entity.plain_text()).strip()
    aligned = entity.dxf.get("halign", 0) or entity.dxf.get("valign", 0)
    point = entity.dxf.align_point if aligned and entity.dxf.hasattr("align_point") else entity.dxf.insert
    return shapely.Point(entity.ocs().to_wcs(point).vec2), str(entity.plain_text()).strip()


def read_texts(
    shapes: list[Any], rows: list[dict[str, Any]], texts: list[tuple[Any, str]], acts: list[Any], layer: Layer
) -> None:
    """Give each polygon what the texts inside it say, where they agree and it says nothing itself.

    Parameters
    ----------
    shapes, rows
        Shapes in drawing units, and their cells, which are filled.
    texts
        Points and what stands there.
    acts
        Where it is told.
    layer
        Whose columns may be filled.
    """
    tree = shapely.STRtree(shapes)
    said: dict[int, dict[str, set[str]]] = {}
    for point, text in texts:
        cells = _meaning(text, layer)
        for i in tree.query(point, predicate="within") if cells else ():
            for column, value in cells.items():
                said.setdefault(int(i), {}).setdefault(column, set()).add(value)
    filled: dict[str, int] = {}
    for i, found in sorted(said.items()):
        differ = sorted(column for column, values in found.items() if len(values) > 1)
        if differ:
            told = "; ".join(f"{c}: {', '.join(sorted(found[c]))}" for c in differ)
            count = max(len(found[c]) for c in differ)
            acts.append(("text", f"{count} texts in one polygon differ ({told}); none is used", rows[i]["handle"]))
        for column, values in found.items():
            if column not in differ and not rows[i].get(column):
                rows[i][column] = next(iter(values))
                filled[column] = filled.get(column, 0) + 1
    if filled:
        told = ", ".join(f"{column} in {count}" for column, count in sorted(filled.items()))
        acts.append(("text", f"read from the texts inside polygons: {told}", ""))


def _meaning(text: str, layer: Layer) -> Said:
    """Tell what one text says of what it stands in; nothing when it is of no use."""
    plain = folded(text)
    if not plain:
        return {}
    cells = _structure(plain) or _name(plain, text, layer.name) or _use(plain, text, layer.name)
    return {column: value for column, value in cells.items() if value and column in layer.columns}


@lru_cache(maxsize=1)
def _structures() -> dict[str, str]:
    return {folded(row["word"]): row["structure"] for row in catalog_rows("dxf_texts.csv")}


def _structure(plain: str) -> Said:
    """Read 砖5, 砖混6, 砼18-1 or 6层."""
    match = _STOREYS.match(plain)
    if not match or match["word"] not in {*_structures(), ""} or not (match["word"] or match["storeys"]):
        return {}
    return {"structure": _structures().get(match["word"], ""), "storeys": match["storeys"] or ""}


@lru_cache(maxsize=1)
def _names() -> list[tuple[str, re.Pattern[str]]]:
    return [(row["layer"], re.compile(row["pattern"])) for row in catalog_rows("dxf_names.csv")]


def _name(plain: str, text: str, layer: str) -> Said:
    """Read a text that has the form of a name, such as 1号楼 of a house or 交通局家属院 of a yard."""
    fits = any(owner == layer and pattern.fullmatch(plain) for owner, pattern in _names())
    return {"name": " ".join(text.split())} if fits else {}


@lru_cache(maxsize=1)
def _uses() -> dict[tuple[str, str], tuple[str, str]]:
    rows = [r for r in catalog_rows("word_aliases.csv") if r["column"] in ("use", "kind")]
    return {(row["layer"], folded(row["theirs"])): (row["column"], row["ours"]) for row in rows}


def _use(plain: str, text: str, layer: str) -> Said:
    """Read what a house is used for, such as 锅炉房; it is called by it too."""
    found = _uses().get((layer, plain))
    return {found[0]: found[1], "name": " ".join(text.split())} if found else {}
