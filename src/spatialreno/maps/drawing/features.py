"""Rows of a layer as small drawable features: one for each version of a feature that any option knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.maps.words.numbers import bracketed, facility_title, short
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from spatialreno._types import Cell
    from spatialreno.catalog import Catalog, Column

_SCALE = 1e7  # whole numbers of a ten-millionth of a degree: one centimetre
_POINT, _LINE, _AREA = 0, 1, 2
Rows = tuple[tuple[str, str], ...]
Key = tuple[Any, ...]
_AS_SURVEYED: Key = ("as surveyed",)


class Told(tuple[tuple[str, str], ...]):
    """The lines of a tooltip, and whose they are: by layer and id the page finds what else to tell."""

    layer: str
    id: str

    @classmethod
    def of(cls, rows: Rows, layer: str, id_: str) -> Told:
        """Sign the lines of one feature."""
        told = cls(rows)
        told.layer, told.id = layer, id_
        return told

    @property
    def key(self) -> tuple[str, str]:
        """Layer and id."""
        return self.layer, self.id


@dataclass(frozen=True)
class Version:
    """One state of one feature, and what each option does to it (None: not there in this state)."""

    id: str
    geometry: Any
    row: Mapping[str, Any]
    statuses: tuple[str | None, ...]


@dataclass(frozen=True)
class Drawn:
    """One thing on the map: a shape in the area's CRS, a class for each option, and its tooltip.

    Attributes
    ----------
    geometry : shapely geometry
        In the CRS of the area.
    classes : tuple
        Name in the style table for each option; None where it is not drawn.
    rows : tuple
        Title and text of each line of the tooltip.
    more : dict
        What else the page needs: ``label``, ``name``, ``angle``, ``radius``, ``origin``, ``score``, ``says``,
        and what ``stories`` adds.
    """

    geometry: Any
    classes: tuple[str | None, ...]
    rows: Rows = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def versions(frames: Sequence[gpd.GeoDataFrame], columns: Sequence[str]) -> list[Version]:
    """List every state of every feature over the options.

    Parameters
    ----------
    frames : sequence of GeoDataFrame
        One layer as each option has it, today first, indexed by id.
    columns : sequence of str
        The surveyed columns; a difference in one of them, or in the geometry, is an alteration.

    Returns
    -------
    list of Version
        Sorted by id; statuses are ``kept``, ``gone``, ``altered``, ``built`` or None, one for each frame.
    """
    today = frames[0]
    differing = [set(), *(_differing(today, frame, columns) for frame in frames[1:])]
    ids = [set(frame.index) for frame in frames]
    rows = _records(today)
    own_ids = [other | (own - rows.keys()) for other, own in zip(differing, ids, strict=True)]
    own_rows = [_records(frame.loc[frame.index.isin(own)]) if own else {}
                for frame, own in zip(frames, own_ids, strict=True)]  # fmt: skip
    found: list[Version] = []
    for name in sorted(set().union(*ids)):
        keys = [
            None if name not in own else _AS_SURVEYED if name in rows and name not in other else _key(own_row[name])
            for own_row, own, other in zip(own_rows, ids, differing, strict=True)
        ]
        for key in dict.fromkeys(key for key in keys if key is not None):
            row = rows[name] if key == _AS_SURVEYED else own_rows[keys.index(key)][name]
            statuses = tuple(_status(own, key, surveyed=name in rows) for own in keys)
            found.append(Version(str(name), row["geometry"], row, statuses))
    return found


def _status(own: Key | None, key: Key, *, surveyed: bool) -> str | None:
    """Say what an option does to one state of a feature, by the state that the option leaves."""
    if key == _AS_SURVEYED:
        return "gone" if own is None else "kept" if own == key else None
    if own != key:
        return None
    return "altered" if surveyed else "built"


def _records(frame: gpd.GeoDataFrame) -> dict[str, dict[Any, Any]]:
    return dict(zip(frame.index, frame.to_dict("records"), strict=True))


def _key(row: Mapping[Any, Any]) -> Key:
    cells = (str(row[column]) for column in sorted(row) if column != "geometry")
    return (shapely.to_wkb(row["geometry"]), *cells)


def _differing(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, columns: Sequence[str]) -> set[str]:
    """Find the ids of features that both frames have and whose shape or surveyed cells differ."""
    common = before.index.intersection(after.index)
    if not len(common):
        return set()
    old, new = (frame if frame.index.equals(common) else frame.loc[common] for frame in (before, after))
    differs = ~shapely.equals_exact(old.geometry.to_numpy(), new.geometry.to_numpy(), tolerance=1e-6)
    for column in columns:
        if column in old.columns and column in new.columns and not old[column].equals(new[column]):
            a, b = old[column].astype(object), new[column].astype(object)
            differs |= ((a != b).fillna(True) & ~(a.isna() & b.isna())).to_numpy(dtype=bool)
    return set(common[differs])


def tooltip(
    row: Mapping[str, Any], layer: str, catalog: Catalog, lang: Lang, *, names: Mapping[str, str], id_: str
) -> Rows:
    """Write the lines of a feature's tooltip: titles from the catalog, values for people, estimates marked.

    Parameters
    ----------
    row : mapping
        Cells of the feature.
    layer : str
        Layer of the catalog.
    catalog : Catalog
        Source of titles and units.
    lang : str
        ``zh`` or ``en``.
    names : mapping
        Compound id to name.
    id_ : str
        Id of the feature.
    """
    columns = catalog.layers[layer].columns
    estimated = {part.strip() for part in str(row.get("estimated", "") or "").split(",")}
    lines = [(columns["id"].title(lang), id_)] if "id" in columns else []
    for column in columns.values():
        if column.column in {"id", "inferred", "estimated"} or _untold(row.get(column.column), column):
            continue
        said = _said(row[column.column], layer, column, catalog, lang, names)
        mark = bracketed(word("estimate", lang), lang) if column.column in estimated else ""
        lines.append((_titled(column, lang), f"{said}{mark}"))
    if _true(row.get("inferred")):
        lines.append((word("shape", lang), f"{word('inferred', lang)}{bracketed(word('estimate', lang), lang)}"))
    return tuple(lines)


def is_estimated(row: Mapping[str, Any]) -> bool:
    """Tell whether a feature's shape was inferred (an estimated cell is marked in its tooltip)."""
    return _true(row.get("inferred"))


def _true(value: Cell) -> bool:
    return value is not None and not pd.isna(value) and bool(value)


def _untold(value: Cell, column: Column) -> bool:
    """Leave out what is unknown, and a yes or no that is as it is by default."""
    if value is None or pd.isna(value) or value == "":
        return True
    return column.dtype == "bool" and str(bool(value)).lower() == column.default


def _titled(column: Column, lang: Lang) -> str:
    unit = column.unit.replace("m2", "m²")
    spoken = {"person", "household", "storey", "year", "place", "unit", "yuan", "share", ""}
    return column.title(lang) if unit in spoken else f"{column.title(lang)}{bracketed(unit, lang)}"


def _said(
    value: str | float, layer: str, column: Column, catalog: Catalog, lang: Lang, names: Mapping[str, str]
) -> str:
    if column.refers_to == "catalog:facilities":
        return facility_title(str(value), catalog, lang)
    if column.refers_to == "compounds":
        return names.get(str(value), str(value))
    if column.dtype == "bool":
        return catalog.word("", "truth", str(bool(value)).lower(), lang)
    if column.allowed:
        return catalog.word(layer, column.column, str(value), lang)
    if column.unit == "year":
        return str(int(value))  # a year is a name, not a count: no groups of thousands
    if column.dtype in {"int", "float"}:
        return short(float(value), 0 if column.dtype == "int" or column.unit == "m2" else 1)
    return str(value)


def by_option(
    frames: Sequence[gpd.GeoDataFrame], describe: Callable[[Any], tuple[str, Rows, dict[str, Any]]]
) -> list[Drawn]:
    """Draw rows that each option has of its own, storing what several options share once.

    Parameters
    ----------
    frames : sequence of GeoDataFrame
        One for each option.
    describe : callable
        Row → class, tooltip, and what else the page needs.
    """
    found: dict[tuple[Any, ...], tuple[Any, list[str | None], Rows, dict[str, Any]]] = {}
    for position, frame in enumerate(frames):
        for row in frame.to_dict("records"):
            name, rows, more = describe(row)
            key = (shapely.to_wkb(row["geometry"]), name, rows, tuple(sorted(more.items())))
            empty: list[str | None] = [None] * len(frames)
            found.setdefault(key, (row["geometry"], empty, rows, more))[1][position] = name
    return [Drawn(shape, tuple(classes), rows, more) for shape, classes, rows, more in found.values()]


def encoded(drawn: Sequence[Drawn], to_degrees: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """Write features as short arrays: ``[type, coordinates, class or classes, tooltip, more]``.

    Coordinates are whole ten-millionths of a degree, each but the first as a step from the one before.
    """
    titles: dict[str, int] = {}
    features = []
    shapes = shapely.transform([thing.geometry for thing in drawn], to_degrees, interleaved=False)
    for thing, degrees in zip(drawn, shapes, strict=True):
        kind, shape = _shape(degrees)
        same = len(set(thing.classes)) == 1
        rows = [[titles.setdefault(title, len(titles)), said] for title, said in thing.rows]
        parts = [kind, shape, thing.classes[0] if same else list(thing.classes), rows, dict(thing.more)]
        while parts[-1] in ([], {}):
            parts.pop()
        features.append(parts)
    return {"fields": list(titles), "features": features}


def _shape(geometry: BaseGeometry) -> tuple[int, Any]:
    parts = shapely.get_parts(geometry)
    if geometry.geom_type.endswith("Point"):
        return _POINT, _steps(parts[0])
    if geometry.geom_type.endswith("Polygon"):
        rings = [[part.exterior, *part.interiors] for part in parts]
        return _AREA, [[_steps(ring)[:-2] for ring in polygon] for polygon in rings]
    return _LINE, [_steps(part) for part in parts]


def _steps(line: BaseGeometry) -> list[int]:
    whole = np.rint(shapely.get_coordinates(line) * _SCALE).astype(np.int64)
    whole[1:] -= whole[:-1].copy()
    flat: Iterable[int] = whole.ravel().tolist()
    return list(flat)
