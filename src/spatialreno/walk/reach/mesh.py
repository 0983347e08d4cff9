"""The ground of a fabric as triangles between all corners, doors and street points, cut along every obstacle.

One cover serves all states of an area: a side between two triangles knows what runs along it, so a state only says
which sides can be crossed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatialreno._angles import arctan2
from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.errors import InputError
from spatialreno.walk.fabric.cells import Cell
from spatialreno.walk.fabric.fabric import Fabric
from spatialreno.walk.fabric.obstacles import PERMANENT, in_the_way
from spatialreno.walk.fabric.sectors import packed
from spatialreno.walk.millimetres.compiled import EndlessError
from spatialreno.walk.millimetres.frame import lines
from spatialreno.walk.reach.triangulation import triangulate

_FRAME_TIMES = 20


@dataclass(frozen=True)
class Mesh:
    """Triangles, anticlockwise; side i of a triangle lies across from corner i. Corner i of triangle t is 3 t + i.

    `near` is the triangle beyond each side (-1 for none), `wall` the row of what runs along it (-1 for nothing), with
    its labels as pairs; `ground` tells which triangles lie in a cell and in no building; `held` pairs corners with
    the nodes of the fabric that stand there.
    """

    xy: Ints
    tri: Ints
    near: Ints
    wall: Ints
    walls: int
    label_wall: Ints
    label: Ints
    ground: Bools
    cell: Ints
    held_corner: Ints
    held_node: Ints

    def __len__(self) -> int:
        return len(self.tri)

    def open_sides(self, stands: Bools) -> Bools:
        """Tell which sides can be crossed when some labels stand."""
        shut = np.zeros(self.walls + 1, bool)
        shut[self.label_wall[in_the_way(stands, self.label)]] = True
        beyond = self.ground[self.near] & (self.near >= 0)
        return np.asarray(~shut[self.wall] & beyond & self.ground[:, None])

    def wedges(self, open_: Bools) -> Ints:
        """Number for each corner the wedge of ground round its point that belongs together."""
        t, i = np.nonzero(open_)
        u = self.near[t, i]
        parts = []
        for k in (1, 2):
            point = self.tri[t, (i + k) % 3]
            parts.append((3 * t + (i + k) % 3, 3 * u + np.argmax(self.tri[u] == point[:, None], axis=1)))
        one, two = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        size = 3 * len(self)
        _, number = connected_components(coo_array((np.ones(len(one), np.int8), (one, two)), shape=(size, size)), False)
        return np.asarray(number, np.int64)

    def holding(self, spots: Floats) -> tuple[Ints, Ints]:
        """List (spot, triangle) for the triangles on ground that hold a spot, several where it lies on a side."""
        rows, found = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for number, spot in enumerate(spots):
            away = self._corners - spot
            after = np.roll(away, -1, axis=1)
            inside = (away[..., 0] * after[..., 1] - away[..., 1] * after[..., 0] >= 0).all(axis=1) & self.ground
            found.append(np.flatnonzero(inside))
            rows.append(np.full(len(found[-1]), number))
        return np.concatenate(rows), np.concatenate(found)

    @cached_property
    def _corners(self) -> Floats:
        return self.xy[self.tri].astype(float)

    def shapes(self, which: Ints) -> Geometries:
        """Draw some triangles."""
        return np.asarray(shapely.polygons(self.xy[self.tri[which]].astype(float)))


def mesh_of(fabric: Fabric) -> Mesh:
    """Cover the ground of a fabric with triangles, once."""
    if "mesh" not in fabric.memory:
        fabric.memory["mesh"] = _joined([_cover(fabric, cell) for cell in range(len(fabric.cells))], fabric)
    found = fabric.memory["mesh"]
    assert isinstance(found, Mesh)
    return found


def _cover(fabric: Fabric, cell: int) -> Mesh:
    """Cover one cell."""
    held = fabric.cells[cell]
    nodes = np.flatnonzero(fabric.cell == cell)
    # Walls drawn over one another share pieces: each is one side of triangles.
    pieces, of = np.unique(held.segs, axis=0, return_inverse=True)
    ends = np.concatenate([pieces[:, :2], pieces[:, 2:]])
    spots = np.unique(np.concatenate([ends, np.rint(fabric.xy[nodes]).astype(np.int64)]), axis=0)
    sides = np.searchsorted(packed(spots), packed(ends)).reshape(2, -1).T
    xy = np.concatenate([spots, _frame(spots)])
    try:
        tri, near, mark, lost = triangulate(xy, _in_rows(spots), np.ascontiguousarray(sides))
    except EndlessError as error:
        raise endless(fabric, error) from error
    if lost:
        raise InputError(_tangle(fabric, held))
    ground = (tri < len(spots)).all(axis=1)
    middle = xy[tri].mean(axis=1)
    shapely.prepare(fabric.ground.cells[cell])
    ground &= shapely.contains_xy(fabric.ground.cells[cell], middle[:, 0], middle[:, 1])
    inside, what = fabric.obstacles.inside(middle)
    ground[inside[what == PERMANENT]] = False
    blank = np.empty(0, np.int64)
    within = np.full(len(tri), cell)
    return Mesh(xy, tri, near, mark, len(pieces), of.ravel(), held.label, ground, within, blank, blank)


def endless(fabric: Fabric, error: EndlessError) -> InputError:
    """Say where on the ground a loop passed its bound."""
    x, y = fabric.frame.to_m(np.array([error.args], float))[0]
    return InputError(
        f"walk: the ground near {x:.1f} {y:.1f} cannot be covered with triangles. Draw what stands there anew, without "
        "corners and lines that lie within millimetres of one another."
    )


def _tangle(fabric: Fabric, held: Cell) -> str:
    """Name walls that cross where they share no point, and the place."""
    drawn = lines(held.segs[:, :2].astype(float), held.segs[:, 2:].astype(float))
    one, two = shapely.STRtree(drawn).query(drawn, predicate="crosses")
    rows = np.concatenate([one, two])
    names = sorted({fabric.obstacles.labels[at][1] for at in held.label[rows].tolist() if at >= 0})
    x, y = shapely.get_coordinates(fabric.frame.geometries_m(drawn[rows] if len(rows) else drawn[:1]))[0]
    said = ", ".join(names[:8]) or "outlines"
    return f"walk: {said} are drawn over one another within millimetres near {x:.1f} {y:.1f}. Keep one of them there."


def _frame(spots: Ints) -> Ints:
    """Set three points far round all others."""
    low, high = spots.min(axis=0), spots.max(axis=0)
    far, middle = _FRAME_TIMES * (int((high - low).max()) + 1000), (low + high) // 2
    return np.asarray(middle + far * np.array([[-1, -1], [1, -1], [0, 1]]), np.int64)


def _in_rows(spots: Ints) -> Ints:
    """Order points in rows, to and fro, so that each lies near the one before."""
    low, high = spots.min(axis=0), spots.max(axis=0)
    step = max(int((high - low).max() / max(np.sqrt(len(spots)), 1.0)), 1)
    row = (spots[:, 1] - low[1]) // step
    return np.lexsort((spots[:, 1], np.where(row % 2 == 0, spots[:, 0], -spots[:, 0]), row))


def _joined(parts: list[Mesh], fabric: Fabric) -> Mesh:
    """Put the covers of cells behind one another, and find the nodes that stand at their corners."""
    spots = np.cumsum([0, *(len(part.xy) for part in parts)])
    tris = np.cumsum([0, *(len(part) for part in parts)])
    walls = np.cumsum([0, *(part.walls for part in parts)])

    def shifted(name: str, by: Ints) -> Ints:
        rows = [getattr(part, name) for part in parts]
        return np.concatenate([np.where(row < 0, row, row + up) for row, up in zip(rows, by[:-1], strict=True)])

    def all_of(name: str) -> Ints:
        return np.concatenate([getattr(part, name) for part in parts])

    blank = np.empty(0, np.int64)
    bare = Mesh(
        xy=all_of("xy"), tri=shifted("tri", spots), near=shifted("near", tris), wall=shifted("wall", walls),
        walls=int(walls[-1]), label_wall=shifted("label_wall", walls), label=all_of("label"),
        ground=all_of("ground").astype(bool), cell=all_of("cell"), held_corner=blank, held_node=blank,
    )  # fmt: skip
    corner, node = _standing_at(bare, fabric)
    return Mesh(**{**bare.__dict__, "held_corner": corner, "held_node": node})


def _standing_at(mesh: Mesh, fabric: Fabric) -> tuple[Ints, Ints]:
    """Pair corners with nodes: of each wedge between obstacles the widest corner tells in which sector it lies."""
    every = np.ones(len(fabric.obstacles.labels), bool)
    wedge = mesh.wedges(mesh.open_sides(every))
    corner = np.flatnonzero(np.repeat(mesh.ground, 3))
    t, i = corner // 3, corner % 3
    own, one, two = (mesh.xy[mesh.tri[t, (i + k) % 3]] for k in range(3))
    ahead, beside = (one - own).astype(float), (two - own).astype(float)
    size = np.sqrt((ahead**2).sum(axis=1)), np.sqrt((beside**2).sum(axis=1))
    width = arctan2(ahead[:, 0] * beside[:, 1] - ahead[:, 1] * beside[:, 0], (ahead * beside).sum(axis=1))
    order = np.lexsort((corner, -width, wedge[corner]))
    _, first = np.unique(wedge[corner[order]], return_index=True)
    pick = order[first]
    middle = ahead[pick] / size[0][pick, None] + beside[pick] / size[1][pick, None]
    along = np.rint(1e6 * middle).astype(np.int64)
    code = packed(own[pick])
    point = np.minimum(np.searchsorted(fabric.points.code, code), len(fabric.points.code) - 1)
    known = fabric.points.code[point] == code
    pick, point, along = pick[known], point[known], along[known]
    left, _ = fabric.points.rays.sides(point, along[:, 0], along[:, 1])
    cells = len(fabric.cells)
    here = (fabric.sectors.pointer[point] + left) * cells + mesh.cell[t[pick]]
    inside = np.flatnonzero(fabric.cell >= 0)
    there = (fabric.sector[inside] % max(len(fabric.sectors), 1)) * cells + fabric.cell[inside]
    order = np.argsort(there, kind="stable")
    low, high = (np.searchsorted(there[order], here, side) for side in ("left", "right"))
    count = high - low
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(corner[pick], count), inside[order[np.repeat(low, count) + step]]
