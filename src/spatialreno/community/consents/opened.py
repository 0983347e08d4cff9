"""Which acts of a plan open the way between two compounds, whatever their verb: by effect, not by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.area import lineage
from spatialreno.blocks import open_frontages
from spatialreno.community.consents.nearby import Nearby

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno._types import Geometries
    from spatialreno.area import StudyArea

Act = tuple[str, str, str]
_Rows = Mapping[str, Mapping[Any, Any]]
#: Layers of which a thing may keep two compounds apart.
_BARRIERS = ("walls", "gates", "structures", "buildings", "paths")
#: Layers of which a thing may be led through a wall.
LINES = ("paths", "pipes")
#: How far each access of a gate is open.
_OPEN = {"closed": 0, "residents": 1, "public": 2}
_PASSING = ("walkers", "vehicles")


def opened_between(before: StudyArea, after: StudyArea, acts: Iterable[Act]) -> dict[Act, frozenset[str]]:
    """Name for each act that opens the way between compounds the compounds it opens to one another.

    An act opens the way when it builds a gate in what stands between two compounds, lets more pass through one or
    takes it out of a wall that stays; when it leads a path from one compound into another; or when the boundary of two
    compounds is open along more of its length afterwards and the thing stood there.

    Parameters
    ----------
    before, after
        The area as it is, and as the plan leaves it.
    acts
        Verb, layer and id of everything the plan touches.

    Returns
    -------
    dict
        Compounds by act; an act that opens nothing is left out.
    """
    acts = list(acts)
    gone = {i for verb, layer, i in acts if (verb, layer) == ("demolish", "walls")}
    new, reach = _newly_open(before, after), before.catalog.constants["tolerance_m"]
    barriers = [act for act in acts if act[1] in _BARRIERS]
    features, standing = features_of(before, after, barriers), {True: after.walls, False: before.walls}
    lines = {built: Nearby(walls.geometry) for built, walls in standing.items()}
    sides = {built: wall_sides(walls) for built, walls in standing.items()}
    was, then = ({layer: _rows(area, layer) for layer in ("gates", "paths")} for area in (before, after))
    opened, inside = Nearby(pd.Series([ground for _, ground in new], dtype=object)), _inner_yards(before)
    found: dict[Act, frozenset[str]] = {}
    for verb, layer, i in barriers:
        feature, built = features[verb, layer, i], verb == "build"
        compounds: set[str] = set()
        if layer == "gates" and _lets_more_pass(verb, i, was["gates"], then["gates"], gone):
            compounds |= _pair(gate_sides(feature, sides[built], lines[built], before.catalog.constants))
        if layer == "paths" and _leads_more(verb, i, was["paths"], then["paths"]):
            compounds |= _pair({str(yard) for yard in inside.met(feature["geometry"])})
        compounds |= set().union(*(new[at][0] for at in opened.near(feature["geometry"], reach)))
        if compounds:
            found[verb, layer, i] = frozenset(compounds)
    return found | _left_over(new, found, barriers)


def features_of(before: StudyArea, after: StudyArea, acts: Iterable[Act]) -> dict[Act, dict[Any, Any]]:
    """Take the row of each thing that is touched, a layer at a time: of what is built, as it will stand."""
    ids: dict[tuple[bool, str], list[Act]] = {}
    for verb, layer, i in acts:
        ids.setdefault((verb == "build", layer), []).append((verb, layer, i))
    found: dict[Act, dict[Any, Any]] = {}
    for (built, layer), own in ids.items():
        rows = (after if built else before).layer(layer).loc[[i for _, _, i in own]]
        found |= dict(zip(own, rows.to_dict("records"), strict=True))
    return found


def wall_sides(walls: gpd.GeoDataFrame) -> dict[str, set[str]]:
    """Name the compounds on either side of each wall."""
    pairs = zip(walls.index, walls["compound_a"], walls["compound_b"], strict=True)
    return {str(wall): {c for c in pair if isinstance(c, str)} for wall, *pair in pairs}


def gate_sides(
    gate: Mapping[str, Any], sides: Mapping[str, set[str]], lines: Nearby, constants: Mapping[str, float]
) -> set[str]:
    """Name the compounds on either side of a gate, along its whole width; ``lines`` are those of the walls."""
    reach = max(constants["tolerance_m"], float(gate["width_m"]) / 2 - constants["snap_m"])
    own = [gate["wall_id"]] if gate["wall_id"] in sides else []
    mine = {gate["compound_id"]} if isinstance(gate["compound_id"], str) else set()
    return mine.union(*(sides[str(wall)] for wall in [*lines.near(gate["geometry"], reach), *own]))


def gate_is_alone(gate: Mapping[str, Any], gone: set[str]) -> bool:
    """Tell whether a gate is taken out of a wall that stays."""
    return not (isinstance(gate["wall_id"], str) and gate["wall_id"] in gone)


def _inner_yards(area: StudyArea) -> Nearby:
    """Draw the compounds without their rims, for lines that lie in them and do not only touch."""
    yards = area.compounds.geometry
    inner = shapely.buffer(yards.to_numpy(), -area.catalog.constants["tolerance_m"])
    return Nearby(pd.Series(inner, yards.index, dtype=object))


def _pair(compounds: set[str]) -> set[str]:
    return compounds if len(compounds) > 1 else set()


def _rows(area: StudyArea, layer: str) -> dict[str, dict[Any, Any]]:
    frame = area.layer(layer)
    return dict(zip(frame.index, frame.drop(columns="geometry").to_dict("records"), strict=True))


def _lets_more_pass(verb: str, i: str, before: _Rows, after: _Rows, gone: set[str]) -> bool:
    if verb == "demolish":
        return gate_is_alone(before[i], gone)
    new = after[i]
    if verb == "build":
        return any(_OPEN[new[way]] for way in _PASSING)
    old = before[i]
    longer = isinstance(old["hours"], str) and new["hours"] != old["hours"]
    wider = float(new["width_m"]) > float(old["width_m"]) or longer
    passing = any(_OPEN[new[way]] for way in _PASSING)
    return any(_OPEN[new[way]] > _OPEN[old[way]] for way in _PASSING) or (passing and wider)


def _leads_more(verb: str, i: str, before: _Rows, after: _Rows) -> bool:
    """Tell whether a path is new, or is for walking or for the public where it was not."""
    if verb == "demolish":
        return False
    new = after[i]
    was = (False, False) if verb == "build" else _use(before[i])
    return any(now and not then for now, then in zip(_use(new), was, strict=True))


def _use(path: Mapping[str, Any]) -> tuple[bool, bool]:
    told = [path["walkable"], path["public"]]
    walkable, public = (bool(pd.isna(value) or value) for value in told)
    return walkable, public


def _newly_open(before: StudyArea, after: StudyArea) -> list[tuple[set[str], Any]]:
    """List pairs of compounds whose boundary is open along more of its length, with the ground that opened."""
    least = before.catalog.constants["tolerance_m"]
    old, new = (_by_pair(open_frontages(area)) for area in (before, after))
    found = []
    for pair, (metres, ground) in sorted(new.items()):
        was, shapes = old.get(pair, (0.0, None))
        if metres > was + least:
            shape = shapely.Polygon() if shapes is None else shapely.union_all(shapes)
            found.append((set(pair), shapely.difference(shapely.union_all(ground), shape)))
    return found


def _by_pair(frontages: gpd.GeoDataFrame) -> dict[tuple[str, str], tuple[float, Geometries]]:
    """Give for two compounds the metres in which they are open to one another, and the ground of each opening."""
    widths, shapes = frontages["width_m"].to_numpy(float), frontages.geometry.to_numpy()
    rows: dict[tuple[str, str], list[int]] = {}
    for at, pair in enumerate(zip(frontages["a"].tolist(), frontages["b"].tolist(), strict=True)):
        rows.setdefault(pair, []).append(at)
    return {pair: (float(widths[own].sum()), shapes[own]) for pair, own in rows.items()}


def _left_over(
    new: list[tuple[set[str], Any]], found: dict[Act, frozenset[str]], acts: list[Act]
) -> dict[Act, frozenset[str]]:
    """Ask for what opened although nothing touched stood just there: every act that can open ways answers for it."""
    holding: dict[str, list[frozenset[str]]] = {}
    for compounds in set(found.values()):
        for compound in compounds:
            holding.setdefault(compound, []).append(compounds)
    told = [pair for pair, _ in new if not any(pair <= own for own in holding.get(min(pair), ()))]
    more = frozenset().union(*told)
    return {act: found.get(act, frozenset()) | more for act in acts} if more else {}


def lineages_of(names: Iterable[str]) -> list[str]:
    """Give ids and the ids of the wholes they are pieces of, each once."""
    return list(dict.fromkeys(name for i in names for name in lineage(i)))
