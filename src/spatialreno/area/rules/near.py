"""Rules about what nearly fits: wall ends that miss, gaps without a gate, buildings across a boundary, shifts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno.area.place.crs import LONLAT
from spatialreno.area.place.shift import SHIFTS, unshift
from spatialreno.area.rules.checked import Checked, Rule, fault
from spatialreno.errors import Fault

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from spatialreno._types import Geometries

_EDGE_M, _INSIDE_M = 3.0, 0.5  # how near counts as fitting, for telling a shift of hundreds of metres
_SHIFT_NAMES = {"gcj02": "GCJ-02 (Gaode, Tencent)", "bd09": "BD-09 (Baidu)"}


def walls_meet(checked: Checked) -> Iterator[Fault]:
    """A wall that ends just short of another leaves a gap that nobody drew on purpose."""
    ends, walls, shapes = _loose_ends(checked)
    near = checked.constant("wall_near_m")
    others = [(i, j) for i, j in _pairs(ends, shapes, near) if walls[i] != j]
    first = dict(sorted(others, reverse=True))
    if first:
        names = checked.layers["walls"].index
        gaps = [float(ends[i].distance(shapes[j])) for i, j in sorted(first.items())]
        at = [(ends[i].x, ends[i].y) for i in sorted(first)]
        ids = sorted({str(names[walls[i]]) for i in first})
        where = _where(at)
        far = f"{min(gaps):.2f} to {max(gaps):.2f} m"
        message = f"{len(first)} wall ends lie {far} from another wall without touching {where}"
        yield fault(
            "walls", ids, "walls meet", message, "Draw them to meet, or widen the gap if one may pass", "warning", at
        )


def gaps_have_gates(checked: Checked) -> Iterator[Fault]:
    """Between two wall ends as far apart as an entrance there should be a gate, or a building."""
    ends, walls, _ = _loose_ends(checked)
    near, wide = checked.constant("wall_near_m"), checked.constant("gate_gap_m")
    pairs = sorted((ends[i].distance(ends[j]), i, j) for i, j in _pairs(ends, ends, wide) if i < j)
    taken: set[int] = set()
    found = []
    filled = _filled(checked)
    for gap, i, j in pairs:
        if taken & {i, j} or gap <= near or walls[i] == walls[j] == -1:
            continue
        taken |= {i, j}
        opening = shapely.LineString([ends[i], ends[j]])
        if not filled.query(opening, predicate="dwithin", distance=near).size:
            found.append((opening, i, j))
    if found:
        names = checked.layers["walls"].index
        at = [(o.centroid.x, o.centroid.y) for o, _, _ in found]
        ids = sorted({str(names[walls[k]]) for _, i, j in found for k in (i, j)})
        message = f"{len(found)} gaps between walls have no gate {_where(at)}"
        yield fault("walls", ids, "gap without a gate", message, "Draw the gate, or close the wall", "warning", at)


def buildings_stay_inside(checked: Checked) -> Iterator[Fault]:
    """A building across the boundary of two compounds is counted in one of them only."""
    buildings, compounds = checked.layers["buildings"].geometry, checked.layers["compounds"].geometry
    a, b = shapely.STRtree(compounds.to_numpy()).query(buildings.to_numpy(), predicate="intersects")
    common = shapely.intersection(buildings.to_numpy()[a], compounds.to_numpy()[b])
    rows = a[shapely.area(common) > checked.constant("across_m2")]
    ids, count = np.unique(rows, return_counts=True)
    across = ids[count > 1]
    if len(across):
        at = [(p.x, p.y) for p in shapely.point_on_surface(buildings.to_numpy()[across])]
        message = f"{len(across)} buildings lie across the boundary of compounds {_where(at)}"
        mend = "Correct the boundary; until then each counts where its inner point lies"
        yield fault("buildings", buildings.index[across], "across a boundary", message, mend, "warning", at)


def nothing_is_shifted(checked: Checked) -> Iterator[Fault]:
    """A layer that fits the compounds only once a web map's shift is undone is in that map's coordinates."""
    compounds = checked.layers["compounds"].geometry
    for name in ("buildings", "structures", "entrances", "walls", "gates"):
        shapes = checked.layers[name].geometry
        if not len(shapes):
            continue
        edge = name in ("walls", "gates")
        now = _fit(shapes, compounds, edge)
        if now + checked.constant("shift_gain_share") > 1:
            continue  # most rows fit as they are
        wanted = max(checked.constant("shift_fit_share"), now + checked.constant("shift_gain_share"))
        for shift in SHIFTS:
            fits = {
                name: _fit(_undone(shapes, shift), compounds, edge),
                "compounds": _fit(shapes, _undone(compounds, shift), edge),
            }
            share, whose = max((share, layer) for layer, share in fits.items())
            if share >= wanted:
                yield _shift_fault(whose, name, shift, now, share)
                return


def _shift_fault(whose: str, name: str, shift: str, now: float, share: float) -> Fault:
    other = "compounds" if whose == name else name
    message = f"{now:.0%} of {name} fit the compounds, {share:.0%} when {whose} are taken for {_SHIFT_NAMES[shift]}"
    mend = f'If {whose} came from such a map, state shift = "{shift}" for them in area.toml; else check {other}'
    return fault(whose, (), "shifted coordinates", message, mend)


def _fit(shapes: gpd.GeoSeries, compounds: gpd.GeoSeries, edge: bool) -> float:
    """Tell which share of shapes lie in compounds, or on their edges."""
    yards = compounds.to_numpy()
    tree = shapely.STRtree(shapely.boundary(yards) if edge else yards)
    points = shapely.point_on_surface(shapes.to_numpy())
    rows, _ = tree.query(points, predicate="dwithin", distance=_EDGE_M if edge else _INSIDE_M)
    return len(np.unique(rows)) / len(points)


def _undone(shapes: gpd.GeoSeries, shift: str) -> gpd.GeoSeries:
    degrees = shapes.to_crs(LONLAT)
    back = shapely.transform(degrees.to_numpy(), lambda xy: np.column_stack(unshift(xy[:, 0], xy[:, 1], shift)))
    return gpd.GeoSeries(back, index=shapes.index, crs=LONLAT).to_crs(shapes.crs)


def _loose_ends(checked: Checked) -> tuple[Any, Any, Any]:
    """List the ends of walls that touch no other wall: points, the row of each, and all walls."""
    shapes = checked.layers["walls"].geometry.to_numpy()
    open_rows = np.flatnonzero(~shapely.is_closed(shapes)) if len(shapes) else np.array([], dtype=int)
    ends = np.concatenate([shapely.get_point(shapes[open_rows], 0), shapely.get_point(shapes[open_rows], -1)])
    rows = np.tile(open_rows, 2)
    touched = {i for i, j in _pairs(ends, shapes, checked.constant("snap_m")) if rows[i] != j}
    loose = np.array([i for i in range(len(ends)) if i not in touched], dtype=int)
    return ends[loose], rows[loose], shapes


def _pairs(a: Geometries, b: Geometries, reach: float) -> list[tuple[int, int]]:
    if not len(a) or not len(b):
        return []
    i, j = shapely.STRtree(b).query(a, predicate="dwithin", distance=reach)
    return list(zip(i.tolist(), j.tolist(), strict=True))


def _filled(checked: Checked) -> shapely.STRtree:
    """Index what may fill a gap: gates and buildings."""
    layers = [checked.layers[n].geometry.to_numpy() for n in ("gates", "buildings")]
    return shapely.STRtree(np.concatenate(layers))


def _where(at: list[tuple[float, float]]) -> str:
    shown = "; ".join(f"{x:.2f}, {y:.2f}" for x, y in at[:3])
    return f"[{shown}{' …' if len(at) > 3 else ''}]"


def nothing_is_drawn_twice(checked: Checked) -> Iterator[Fault]:
    """A feature drawn twice is counted, walked round and paid for twice."""
    for name, frame in checked.mapped():
        if name == "compounds":
            continue  # a rule of its own refuses them
        shapes = frame.geometry.to_numpy()
        dimension = int(shapely.get_dimensions(shapes).max(initial=-1))
        if dimension == 1:
            yield from _lines_twice(checked, name, frame)
        elif dimension == 2:
            yield from _areas_twice(checked, name, frame)
        elif dimension == 0:
            yield from _points_twice(checked, name, frame)


def _lines_twice(checked: Checked, name: str, frame: gpd.GeoDataFrame) -> Iterator[Fault]:
    shapes, near = frame.geometry.to_numpy(), checked.constant("twice_m")
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=near)
    a, b = a[a < b], b[a < b]
    if name in _BY_KIND and len(a):
        kinds = frame["kind"].to_numpy()
        a, b = a[kinds[a] == kinds[b]], b[kinds[a] == kinds[b]]
    common = shapely.length(shapely.intersection(shapes[a], shapely.buffer(shapes[b], near, cap_style="flat")))
    twice = common > checked.constant("twice_least_m")
    if twice.any():
        pairs = [(str(frame.index[i]), str(frame.index[j])) for i, j in zip(a[twice], b[twice], strict=True)]
        at = [(p.x, p.y) for p in shapely.line_interpolate_point(shapes[a[twice]], 0.5, normalized=True)]
        message = f"{common[twice].sum():.0f} m are drawn twice: {_paired_names(pairs)}"
        ids = sorted({i for pair in pairs for i in pair})
        yield fault(name, ids, "drawn twice", message, "Take one of each out: it is paid for twice", "warning", at)


_BY_KIND = ("pipes", "paths")  # lines of other kinds may lie on one another


def _areas_twice(checked: Checked, name: str, frame: gpd.GeoDataFrame) -> Iterator[Fault]:
    """Find areas that cover one another: the same one drawn twice, or two that overlap."""
    shapes = frame.geometry.to_numpy()
    flat = np.flatnonzero((shapely.get_dimensions(shapes) == 2) & _on_the_ground(name, frame))
    a, b = shapely.STRtree(shapes[flat]).query(shapes[flat], predicate="intersects")
    a, b = flat[a[a < b]], flat[b[a < b]]
    common = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    whole = shapely.area(shapes[a]) + shapely.area(shapes[b]) - common
    same = common > checked.constant("osm_duplicate_share") * whole
    over = (common > checked.constant("across_m2")) & ~same & (name in _SOLID)
    told = (
        (same, "drawn twice", "areas are drawn twice", "Take one of each out: people and floor area count twice"),
        (over, "overlapping", "m2 are covered by two", "Redraw the edge they share, or take one of them out"),
    )
    for rows, rule, what, mend in told:
        if rows.any():
            pairs = [(str(frame.index[i]), str(frame.index[j])) for i, j in zip(a[rows], b[rows], strict=True)]
            at = [(p.x, p.y) for p in shapely.point_on_surface(shapely.intersection(shapes[a[rows]], shapes[b[rows]]))]
            count = f"{rows.sum()} " if rule == "drawn twice" else f"{common[rows].sum():.0f} "
            message = f"{count}{what}: {_paired_names(pairs)}{_people(frame, a[rows]) if rule == 'drawn twice' else ''}"
            yield fault(name, sorted({i for p in pairs for i in p}), rule, message, mend, "warning", at)


_SOLID = ("buildings", "structures")


def _on_the_ground(name: str, frame: gpd.GeoDataFrame) -> Any:
    """Leave out what lies on roofs and balconies: it may lie over others."""
    if name != "structures":
        return np.ones(len(frame), dtype=bool)
    return ~frame["position"].isin(["roof", "balcony"]).to_numpy(dtype=bool)


def _people(frame: gpd.GeoDataFrame, rows: ArrayLike) -> str:
    """Say how many households stand twice in what is drawn twice."""
    if "households" not in frame.columns:
        return ""
    count = frame["households"].iloc[np.unique(rows)].fillna(0).sum()
    return f"; {int(count)} households count twice" if count else ""


def _points_twice(checked: Checked, name: str, frame: gpd.GeoDataFrame) -> Iterator[Fault]:
    shapes = frame.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=checked.constant("twice_m"))
    a, b = a[a < b], b[a < b]
    if "kind" in frame.columns and len(a):
        kinds = frame["kind"].to_numpy()
        a, b = a[kinds[a] == kinds[b]], b[kinds[a] == kinds[b]]
    if len(a):
        pairs = [(str(frame.index[i]), str(frame.index[j])) for i, j in zip(a, b, strict=True)]
        at = [(shapes[i].x, shapes[i].y) for i in a]
        message = f"{len(pairs)} pairs stand at one place: {_paired_names(pairs)}"
        mend = "Take one of each out, or move it"
        yield fault(name, sorted({i for p in pairs for i in p}), "drawn twice", message, mend, "warning", at)


def _paired_names(pairs: list[tuple[str, str]]) -> str:
    shown = ", ".join(f"{one} with {two}" for one, two in sorted(pairs)[:5])
    return f"{shown}{' …' if len(pairs) > 5 else ''}"


def facilities_can_be_walked_to(checked: Checked) -> Iterator[Fault]:
    """A facility far from every path and yard is reached by nobody: the sign of a wrong place, or a missing path."""
    facilities = checked.layers["facilities"]
    names = ("compounds", "paths", "open_spaces", "buildings")
    ground = np.concatenate([checked.layers[n].geometry.to_numpy() for n in names])
    if not len(facilities) or not len(ground):
        return
    shapes = facilities.geometry.to_numpy()
    rows, away = shapely.STRtree(ground).query_nearest(shapes, return_distance=True, all_matches=False)
    far = np.zeros(len(shapes))
    far[rows[0]] = away
    off = far > checked.constant("off_network_m")
    if off.any():
        at = [(p.x, p.y) for p in shapely.point_on_surface(shapes[off])]
        told = ", ".join(f"{i} {d:.0f} m" for i, d in list(zip(facilities.index[off], far[off], strict=True))[:5])
        message = f"{off.sum()} facilities lie far from any path or yard, so that nobody walks there: {told}"
        mend = "Correct their coordinates, or draw the path that leads there"
        yield fault("facilities", facilities.index[off], "off the network", message, mend, "warning", at)


RULES: tuple[Rule, ...] = (
    nothing_is_shifted,
    walls_meet,
    gaps_have_gates,
    buildings_stay_inside,
    nothing_is_drawn_twice,
    facilities_can_be_walked_to,
)
