"""Streets walked within a time, cut where it ends: as lines, and as wide as they are where no yard begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.walk.fabric.walkable_ground import HAIR_MM
from spatialreno.walk.millimetres.frame import MM_PER_M, lines
from spatialreno.walk.reach.seen_ground import Walk
from spatialreno.walk.state.places import Places
from spatialreno.walk.state.standing import Walker
from spatialreno.walk.state.state import State

_GRID_MM = 1.0


@dataclass
class Strips:
    """Draws the streets of one state that can be walked; whole paths are drawn once."""

    state: State
    walker: Walker
    hops: Ints

    @cached_property
    def half_width(self) -> Floats:
        """Half the width of the path of each street hop, in millimetres."""
        area, fabric = self.state.area, self.state.fabric
        width = area.paths["width_m"].reindex(list(fabric.path_ids)).to_numpy(float)
        width = np.where(np.isnan(width), area.catalog.constants["street_width_m"], width)
        return np.asarray(width[fabric.hops.path[self.hops]] * MM_PER_M / 2)

    @cached_property
    def path(self) -> Ints:
        """The path of each street hop."""
        return np.asarray(self.state.fabric.hops.path[self.hops])

    @cached_property
    def whole_paths(self) -> dict[int, shapely.Geometry]:
        """Paths drawn in full, outside yards."""
        return {}

    def drawn(self, places: Places, walk: Walk, limit: float) -> tuple[Ints, Geometries]:
        """Name the paths walked in full within a limit, and draw the parts of others, outside yards."""
        whole, tails, tips, hop = self.cut(walk, limit)
        full = np.setdiff1d(self.path[whole], self.path[~whole])
        some = np.flatnonzero(whole & ~np.isin(self.path, full))
        strips = [
            _widened(self._lines(some), self.path[some], self.half_width[some]),
            shapely.buffer(lines(tails, tips), self.half_width[hop], cap_style="flat"),
            self._first_steps(places, walk.place, limit),
        ]
        parts = self._outside(np.concatenate(strips))
        return full, parts[~shapely.is_empty(parts)]

    def cut(self, walk: Walk, limit: float) -> tuple[Bools, Floats, Floats, Ints]:
        """Tell which hops are walked in full, and of the others where the walk begins and ends, and on which."""
        fabric, which = self.state.fabric, self.hops
        one, two = fabric.hops.first[which], fabric.hops.second[which]
        length = fabric.hops.length[which].astype(float)
        ahead = np.clip(limit - walk.far[one], 0, length)
        back = np.clip(limit - walk.far[two], 0, length)
        whole = ahead + back >= length
        tails, tips, hops = [], [], []
        for tail, head, run in ((one, two, ahead), (two, one, back)):
            part = np.flatnonzero(~whole & (run > 0))
            start, end = fabric.xy[tail[part]], fabric.xy[head[part]]
            tails.append(start)
            tips.append(start + (end - start) * (run[part] / np.maximum(length[part], 1))[:, None])
            hops.append(part)
        return whole, np.concatenate(tails), np.concatenate(tips), np.concatenate(hops)

    def _lines(self, which: Ints) -> Geometries:
        hops, xy = self.state.fabric.hops, self.state.fabric.xy
        return lines(xy[hops.first[self.hops[which]]], xy[hops.second[self.hops[which]]])

    def path_shape(self, path: int) -> shapely.Geometry:
        """Draw a path that is walked in full, once."""
        if path not in self.whole_paths:
            which = np.flatnonzero(self.path == path)
            strips = _widened(self._lines(which), self.path[which], self.half_width[which])
            self.whole_paths[path] = shapely.union_all(self._outside(strips), grid_size=_GRID_MM)
        return self.whole_paths[path]

    def _outside(self, strips: Geometries) -> Geometries:
        """Cut strips back to where no yard begins."""
        cells = self.state.fabric.ground
        found = strips.copy()
        strip, cell = cells.tree.query(strips, predicate="intersects")
        for row, at in zip(strip.tolist(), cell.tolist(), strict=True):
            found[row] = shapely.difference(found[row], cells.cells[at])
        return np.asarray(found)

    def spans(self, places: Places, walk: Walk, limit: float) -> tuple[Ints, Floats, Floats]:
        """List the stretches of hops walked within a limit: hop, begin and end in millimetres; none overlap."""
        hops, far = self.state.fabric.hops, walk.far
        length = hops.length[self.hops].astype(float)
        ahead = np.clip(limit - far[hops.first[self.hops]], 0, length)
        back = np.clip(limit - far[hops.second[self.hops]], 0, length)
        every = np.arange(len(self.hops))
        row, low, high = self._beside(places, walk.place, limit)
        row = np.concatenate([every, every, row])
        low = np.concatenate([np.zeros(len(every)), length - back, low])
        high = np.concatenate([ahead, length, high])
        real = high > low
        row, begin, end = row[real], low[real], high[real]
        # Laid end to end, so that one running maximum joins what overlaps on each hop.
        shift = row * (length.max(initial=0) + 1)
        order = np.lexsort((begin, row))
        begin, end, row = (begin + shift)[order], (end + shift)[order], row[order]
        most = np.maximum.accumulate(end)
        fresh = np.append(True, begin[1:] > most[:-1])[: len(row)]
        last = np.append(fresh[1:], True)[: len(row)]
        shift = shift[order][fresh]
        return row[fresh], begin[fresh] - shift, most[last] - shift

    def stretches(self, row: Ints, low: Floats, high: Floats) -> Geometries:
        """Draw stretches of hops."""
        hops, xy = self.state.fabric.hops, self.state.fabric.xy
        start, end = xy[hops.first[self.hops[row]]], xy[hops.second[self.hops[row]]]
        along = (end - start) / np.maximum(hops.length[self.hops[row]], 1)[:, None]
        return lines(start + along * low[:, None], start + along * high[:, None])

    def _beside(self, places: Places, at: int, limit: float) -> tuple[Ints, Floats, Floats]:
        """List the stretches walked from the foot of a place that lies beside a street."""
        foot, tip = self.first_steps(places, at, limit)
        hops, xy = self.state.fabric.hops, self.state.fabric.xy
        start, end = xy[hops.first[self.hops]], xy[hops.second[self.hops]]
        tree = shapely.STRtree(lines(start, end))
        step, hop = tree.query(shapely.points((foot + tip) / 2), predicate="dwithin", distance=HAIR_MM)
        step, first = np.unique(step, return_index=True)
        hop = hop[first]
        long = np.sqrt(((end - start)[hop] ** 2).sum(axis=1))
        scale = hops.length[self.hops[hop]] / np.maximum(long, 1) ** 2
        along = [((spot[step] - start[hop]) * (end - start)[hop]).sum(axis=1) * scale for spot in (foot, tip)]
        return hop, np.minimum(*along), np.maximum(*along)

    def first_steps(self, places: Places, at: int, limit: float) -> tuple[Floats, Floats]:
        """Give the ways along the street from the foot of a place that lies beside it: where they begin and end."""
        ways = places.ways
        place, _, _ = self.state.starts(self.walker, places)
        if at not in place or not len(ways):
            return np.empty((0, 2)), np.empty((0, 2))
        fine = np.flatnonzero((places.point_place[ways.point] == at) & np.isfinite(ways.foot[:, 0]))
        usable = self.state.usable(self.walker, ways.label_way, ways.label, len(ways))
        fine = fine[usable[fine]]
        foot, node = ways.foot[fine], self.state.fabric.xy[ways.node[fine]]
        size = np.sqrt(((node - foot) ** 2).sum(axis=1))
        run = np.clip(limit - (ways.length[fine] - size), 0, size)
        tip = foot + (node - foot) * (run / np.maximum(size, 1))[:, None]
        return foot[run > 0], tip[run > 0]

    def _first_steps(self, places: Places, at: int, limit: float) -> Geometries:
        foot, tip = self.first_steps(places, at, limit)
        width = self.state.area.catalog.constants["street_width_m"] * MM_PER_M
        return np.asarray(shapely.buffer(lines(foot, tip), width / 2, cap_style="flat"))


def _widened(pieces: Geometries, path: Ints, half: Floats) -> Geometries:
    """Widen pieces of paths, joined where they continue each other, since few long strips are quicker than many."""
    if not len(pieces):
        return np.empty(0, object)
    order = np.argsort(path, kind="stable")
    rows, first = np.unique(path[order], return_index=True)
    joined = shapely.line_merge(shapely.multilinestrings(pieces[order], indices=np.searchsorted(rows, path[order])))
    parts, row = shapely.get_parts(joined, return_index=True)
    return np.asarray(shapely.buffer(parts, half[order][first][row], quad_segs=4))
