"""What texts say of the polygon that they stand in: structure and storeys, name, use; two that differ say nothing."""

from __future__ import annotations

import re
from typing import Any

import shapely

from spatialreno.catalog import Catalog, Layer, folded

_STOREYS = re.compile(r"^(?P<word>\D*?)(?P<storeys>\d{1,2})?(?:[-+]\d)?(?:层|f)?$")
_USES = ("use", "kind")
Said = dict[str, str]


def placed_text(entity: Any) -> tuple[Any, str]:
    """Give a text and the point that it stands at, on the plan."""
    if entity.dxftype() == "MTEXT":
        return shapely.Point(entity.dxf.insert.vec2), str(entity.plain_text()).strip()
    aligned = entity.dxf.get("halign", 0) or entity.dxf.get("valign", 0)
    point = entity.dxf.align_point if aligned and entity.dxf.hasattr("align_point") else entity.dxf.insert
    return shapely.Point(entity.ocs().to_wcs(point).vec2), str(entity.plain_text()).strip()


def read_texts(
    shapes: list[Any], rows: list[dict[str, Any]], texts: list[tuple[Any, str]], acts: list[Any], meanings: Meanings
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
    meanings
        What they may say.
    """
    tree = shapely.STRtree(shapes)
    said: dict[int, dict[str, set[str]]] = {}
    for point, text in texts:
        cells = meanings.of(text)
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


class Meanings:
    """What texts of a drawing may say of the rows of one layer, by the tables of a catalog."""

    def __init__(self, layer: Layer, catalog: Catalog) -> None:
        self.columns = frozenset(layer.columns)
        self.structures = {folded(row["word"]): row["structure"] for row in catalog.rows("dxf_texts")}
        names = [row["pattern"] for row in catalog.rows("dxf_names") if row["layer"] == layer.name]
        self.names = [re.compile(pattern) for pattern in names]
        words = [r for r in catalog.rows("word_aliases") if r["layer"] == layer.name and r["column"] in _USES]
        self.uses = {folded(row["theirs"]): (row["column"], row["ours"]) for row in words}

    def of(self, text: str) -> Said:
        """Tell what one text says of what it stands in; nothing when it is of no use."""
        plain = folded(text)
        if not plain:
            return {}
        cells = self._structure(plain) or self._name(plain, text) or self._use(plain, text)
        return {column: value for column, value in cells.items() if value and column in self.columns}

    def _structure(self, plain: str) -> Said:
        """Read 砖5, 砖混6, 砼18-1 or 6层."""
        match = _STOREYS.match(plain)
        if not match or match["word"] not in {*self.structures, ""} or not (match["word"] or match["storeys"]):
            return {}
        return {"structure": self.structures.get(match["word"], ""), "storeys": match["storeys"] or ""}

    def _name(self, plain: str, text: str) -> Said:
        """Read a text that has the form of a name, such as 1号楼 of a house or 交通局家属院 of a yard."""
        return {"name": " ".join(text.split())} if any(p.fullmatch(plain) for p in self.names) else {}

    def _use(self, plain: str, text: str) -> Said:
        """Read what a house is used for, such as 锅炉房; it is called by it too."""
        found = self.uses.get(plain)
        return {found[0]: found[1], "name": " ".join(text.split())} if found else {}
