"""Several rectangles at once: the exact joint choice of places that do not overlap, as a mixed-integer model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from spatialreno._angles import cos, sin, unit
from spatialreno._types import Floats
from spatialreno.land.geometry.fit_rectangle import Fit, place
from spatialreno.land.geometry.grow_shrink import common, corners, polygons, tidied
from spatialreno.optimise import Limit, Milp, solve_milp

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Directions in which a distance is measured: never more than the distance, at least 0.995 of it.
_SPOKES = 32
#: Side of the grid that cells are cut along, metres.
_CELL_M = 6.0
#: Relative gap at which the search ends; it is told beside the answer.
_GAP = 1e-2
#: Room left above a known sum of distances, metres.
_SLACK_M = 1e-3
#: Metres by which a pair must miss being apart to count as always overlapping.
_APART_M = 1e-6
#: Rounding of coordinates when pieces are joined, metres.
_SAME_M = 1e-9
#: Metres that leaving one footprint out costs: more than any distance within a quarter.
_LEFT_OUT_M = 1e5


@dataclass(frozen=True)
class Choice:
    """Places of one footprint: where its middle may lie (polygons), its sides and its direction."""

    region: Any
    width_m: float
    depth_m: float
    angle_deg: float


@dataclass(frozen=True)
class Cell:
    """A convex part of a choice, by its corners (n × 2, from the point that distances are measured to)."""

    corners: Floats
    choice: Choice


@dataclass(frozen=True)
class Packed:
    """A place for each item (None: left out), the sum of distances, a proven least, and whether it is closed."""

    fits: tuple[Fit | None, ...]
    bound: float
    status: str


def cells_of(choices: list[Choice], centre: BaseGeometry, within_m: float | None = None) -> list[Cell]:
    """Cut the regions of choices into convex cells, near a centre only when a distance is given."""
    disc = None if within_m is None else shapely.buffer(centre, within_m / cos(np.pi / 64), quad_segs=16)
    origin = np.array([centre.x, centre.y])
    found = []
    for choice in sorted(choices, key=_place_of):
        region = choice.region if disc is None else common(choice.region, disc)
        for part in polygons(region):
            found += [Cell(points, choice) for points in _cells(shapely.transform(part, lambda xy: xy - origin))]
    return found


def _place_of(choice: Choice) -> tuple[float, ...]:
    return (*np.round(choice.region.bounds, 6), choice.width_m, choice.depth_m, round(choice.angle_deg, 6))


def _cells(part: BaseGeometry) -> list[Floats]:
    """Cut a part into convex cells by its corners alone, so that the same shape gives the same cells."""
    whole = tidied(part)
    if whole.is_empty:  # where a footprint fits exactly: the line between the ends stands for the sliver
        return [corners(part)[[0, -1]]]
    return [points for own in polygons(whole) for square in _squares(own, _CELL_M) for points in _convex_parts(square)]


def pack(
    items: list[list[Cell]],
    centre: BaseGeometry,
    *,
    gap_m: float,
    optional: bool = False,
    known: tuple[Fit, ...] = (),
    nodes: int | None = None,
    time_limit_s: float | None = None,
) -> Packed:
    """Place one rectangle of each item in its cells, none overlapping, with the least sum of distances.

    Parameters
    ----------
    items
        For each rectangle, the convex cells its middle may lie in.
    centre
        The point to which distances are measured.
    gap_m
        Metres between two rectangles (along the direction that separates them).
    optional
        Whether rectangles may be left out (as few as possible).
    known
        Places known to be possible for all rectangles; nothing worse is looked for.
    nodes
        Most nodes of the search tree.
    time_limit_s
        Seconds after which the best so far is taken with its bound.

    Returns
    -------
    Packed
        ``bound`` is a proven lower bound of the sum of distances.

    Notes
    -----
    With z a cell's choice and λ the weights of its corners, :math:`c_r = \\sum λ v`,
    :math:`\\sum_i λ_i = z`, :math:`\\sum z = 1`. Two convex polygons are apart exactly when a normal of an
    edge separates them, so for each pair one direction d of the edges is chosen with

    .. math:: d·(c_s - c_r) \\ge h_r(d) + h_s(d) + gap - M (1 - b_d)

    where h is half the extent of the rectangle in that direction (linear in z).
    """
    at_most = round(sum(fit.centre.distance(centre) for fit in known), 6) + _SLACK_M if known else float("inf")
    model = _Model(items, gap_m, optional=optional, at_most_m=at_most)
    start = model.start(known, centre) if known else None
    limit = None if time_limit_s is None else Limit(time_limit_s)
    found = solve_milp(model.milp(), limit=limit, gap=_GAP, nodes=nodes, start=start)
    if not len(found.values):
        return Packed((None,) * len(items), float("inf"), found.status)
    fits = tuple(model.fit(row, found.values, centre) for row in range(len(items)))
    left_out = _LEFT_OUT_M * sum(fit is None for fit in fits)
    return Packed(fits, found.bound - left_out, found.status)


def _squares(part: BaseGeometry, size_m: float) -> list[Any]:
    """Cut a polygon along a grid: small cells tell sooner that two rectangles cannot both stand."""
    left, low, right, high = np.floor(np.array(part.bounds) / size_m) * size_m
    x, y = np.meshgrid(np.arange(left, right + size_m, size_m), np.arange(low, high + size_m, size_m))
    grid = shapely.box(x.ravel(), y.ravel(), x.ravel() + size_m, y.ravel() + size_m)
    return [piece for square in grid for piece in polygons(common(part, square))]


def _convex_parts(part: BaseGeometry) -> list[Floats]:
    """Cut a polygon into few convex parts: triangles, joined as long as the whole stays convex."""
    pieces = polygons(shapely.constrained_delaunay_triangles(part))
    if not pieces:
        # A sliver (where a footprint fits exactly) may be too thin to cut: its inner point stands for it.
        return [shapely.get_coordinates(part.representative_point())]
    grown: list[Any] = []
    while pieces:
        piece, pieces = pieces[0], pieces[1:]
        while (other := next((own for own in pieces if _convex_together(piece, own)), None)) is not None:
            piece = shapely.convex_hull(shapely.union(piece, other))
            pieces = [rest for rest in pieces if rest is not other]
        grown.append(piece)
    return [shapely.get_coordinates(piece)[:-1] for piece in grown]


def _convex_together(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Tell whether two convex pieces share an edge and form a convex whole."""
    if not shapely.dwithin(one, other, _SAME_M):
        return False
    both = shapely.convex_hull(shapely.multipoints(np.vstack([*map(shapely.get_coordinates, (one, other))])))
    return bool(both.area - one.area - other.area <= _SAME_M * (one.length + other.length))


class _Model:
    """Columns and rows of the joint choice, gathered one after another."""

    def __init__(self, items: list[list[Cell]], gap_m: float, *, optional: bool, at_most_m: float) -> None:
        self.items, self.gap_m = items, gap_m
        self.cost: list[float] = []
        self.integer: list[bool] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.position: list[tuple[int, int]] = []
        self.placed = [self._column(-_LEFT_OUT_M if optional else 0.0, whole=True) for _ in items]
        for column in [] if optional else self.placed:
            self._row([(column, 1.0)], 1.0, 1.0)
        self.distances: list[int] = []
        self.switches: dict[tuple[int, int], list[tuple[int, Floats]]] = {}
        self.cells = [[self._column(0.0, whole=True) for _ in cells] for cells in items]
        self.weights = [[[self._column(0.0) for _ in cell.corners] for cell in cells] for cells in items]
        for row in range(len(items)):
            self._choose(row)
            self._measure(row)
        for one in range(len(items)):
            for other in range(one):
                self._apart(one, other)
        if np.isfinite(at_most_m):
            self._row([(distance, 1.0) for distance in self.distances], 0.0, at_most_m)

    def milp(self) -> Milp:
        """Put the model into arrays; with optional items the cost of leaving one out is counted from 0."""
        rows, columns, values = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = scipy.sparse.csc_matrix((values, (rows, columns)), shape=(len(self.low), len(self.cost)))
        return Milp(
            np.array(self.cost), np.array(self.lower), np.array(self.upper), np.array(self.integer),
            matrix, np.array(self.low), np.array(self.high),
        )  # fmt: skip

    def start(self, known: tuple[Fit, ...], centre: BaseGeometry) -> dict[int, float]:
        """Give the whole-number columns of known places: the cell of each, the direction between each two."""
        middles = [np.array([fit.centre.x - centre.x, fit.centre.y - centre.y]) for fit in known]
        values = dict.fromkeys(self.placed, 1.0)
        for row, (fit, middle) in enumerate(zip(known, middles, strict=True)):
            values |= dict.fromkeys(self.cells[row], 0.0)
            values[self.cells[row][self._cell_at(row, fit, middle)]] = 1.0
        for (one, other), switches in self.switches.items():
            apart = middles[other] - middles[one]
            free = [
                float(apart @ way) - (_extent_of(known[one], way) + _extent_of(known[other], way)) / 2
                for _, way in switches
            ]
            values |= {column: float(k == int(np.argmax(np.round(free, 6)))) for k, (column, _) in enumerate(switches)}
        return values

    def _cell_at(self, row: int, fit: Fit, middle: Floats) -> int:
        """Find the cell of the same shape that a place lies in, or nearest to."""
        own = (fit.width_m, fit.depth_m, fit.angle_deg)
        away = [
            shapely.distance(shapely.Point(middle), _hull(cell.corners))
            if (cell.choice.width_m, cell.choice.depth_m, cell.choice.angle_deg) == own
            else np.inf
            for cell in self.items[row]
        ]
        return int(np.argmin(np.round(away, 6)))

    def fit(self, row: int, values: Floats, centre: BaseGeometry) -> Fit | None:
        """Read the place of one item from the solver's values."""
        if not self.items[row] or values[self.placed[row]] < 0.5:
            return None
        chosen = int(np.argmax(values[self.cells[row]]))
        cell = self.items[row][chosen]
        share = np.maximum(values[self.weights[row][chosen]], 0.0)
        point = (share / share.sum()) @ cell.corners + np.array([centre.x, centre.y])
        # The solver is exact to about a micrometre; the nearest point of the region itself is exact.
        inside = shapely.get_point(shapely.shortest_line(cell.choice.region, shapely.Point(point)), 0)
        return place(inside, cell.choice.width_m, cell.choice.depth_m, cell.choice.angle_deg)

    def _column(self, cost: float, *, whole: bool = False, lower: float = 0.0) -> int:
        self.cost.append(cost)
        self.integer.append(whole)
        self.lower.append(lower)
        self.upper.append(1.0 if whole else np.inf)
        return len(self.cost) - 1

    def _row(self, entries: list[tuple[int, float]], low: float, high: float = np.inf) -> None:
        self.entries += [(len(self.low), column, value) for column, value in entries if value]
        self.low.append(low)
        self.high.append(high)

    def _choose(self, row: int) -> None:
        """One cell, and a point in it."""
        chosen = [(column, 1.0) for column in self.cells[row]]
        self._row([*chosen, (self.placed[row], -1.0)], 0.0, 0.0)
        for column, weights in zip(self.cells[row], self.weights[row], strict=True):
            self._row([*((weight, 1.0) for weight in weights), (column, -1.0)], 0.0, 0.0)
        self.position.append((self._column(0.0, lower=-np.inf), self._column(0.0, lower=-np.inf)))
        for axis in (0, 1):
            corners = [
                (column, float(corner[axis]))
                for cell, weights in zip(self.items[row], self.weights[row], strict=True)
                for column, corner in zip(weights, cell.corners, strict=True)
            ]
            self._row([*corners, (self.position[row][axis], -1.0)], 0.0, 0.0)

    def _measure(self, row: int) -> None:
        """The distance is at least the way along every spoke, and at least that of the nearest point of the cell."""
        distance = self._column(1.0)
        least = [shapely.distance(shapely.Point(0, 0), _hull(cell.corners)) for cell in self.items[row]]
        nearest = [(column, -float(metres)) for column, metres in zip(self.cells[row], least, strict=True)]
        self._row([(distance, 1.0), *nearest], 0.0)
        self.distances.append(distance)
        for angle in np.arange(_SPOKES) * 2 * np.pi / _SPOKES:
            spoke = np.array([cos(angle), sin(angle)])
            self._row([(distance, 1.0), *self._along(row, -spoke)], 0.0)

    def _apart(self, one: int, other: int) -> None:
        """Some direction of an edge separates the two, or one of them is left out."""
        both = [*self.items[one], *self.items[other]]
        if not self.items[one] or not self.items[other]:
            return
        directions = _directions({cell.choice.angle_deg for cell in both})
        far = max(float(np.abs(cell.corners).max()) for cell in both)
        widest = max(np.hypot(cell.choice.width_m, cell.choice.depth_m) for cell in both)
        big = 2 * np.sqrt(2) * far + widest + self.gap_m
        self._clashes(one, other, directions)
        switches = []
        self.switches[one, other] = []
        for direction in directions:
            switch = self._column(0.0, whole=True)
            switches.append((switch, 1.0))
            self.switches[one, other].append((switch, direction))
            room = [*self._half(one, direction), *self._half(other, direction)]
            way = [*self._along(other, direction), *self._along(one, -direction), *room]
            self._row([*way, (switch, -big)], self.gap_m - big)
        self._row([*switches, (self.placed[one], -1.0), (self.placed[other], -1.0)], -1.0)

    def _clashes(self, one: int, other: int, directions: list[Floats]) -> None:
        """Two cells from which the rectangles always overlap are not both chosen (this makes the bound good)."""
        always = _always_overlap(self.items[one], self.items[other], directions, self.gap_m)
        for here, row in enumerate(always):
            beside = [(self.cells[other][there], 1.0) for there in np.flatnonzero(row)]
            if beside:
                self._row([(self.cells[one][here], 1.0), *beside], -np.inf, 1.0)

    def _along(self, row: int, direction: Floats) -> list[tuple[int, float]]:
        return [(column, float(part)) for column, part in zip(self.position[row], direction, strict=True)]

    def _half(self, row: int, direction: Floats) -> list[tuple[int, float]]:
        """Minus half the extent of the rectangle of each cell in a direction."""
        return [
            (column, -_extent(cell.choice, direction) / 2)
            for column, cell in zip(self.cells[row], self.items[row], strict=True)
        ]


def _always_overlap(
    ones: list[Cell], others: list[Cell], directions: list[Floats], gap_m: float
) -> NDArray[np.bool_]:
    """Tell which pairs of cells leave no direction in which the rectangles could be apart."""
    always = np.ones((len(ones), len(others)), bool)
    for direction in directions:
        low = np.array([(c.corners @ direction).min() + _extent(c.choice, direction) / 2 for c in ones])
        high = np.array([(c.corners @ direction).max() - _extent(c.choice, direction) / 2 for c in others])
        always &= high[None, :] - low[:, None] < gap_m - _APART_M
    return always


def _hull(corners: Floats) -> Any:
    return shapely.convex_hull(shapely.multipoints(corners))


def _extent(choice: Choice, direction: Floats) -> float:
    turn = np.radians(choice.angle_deg)
    along, across = np.array([cos(turn), sin(turn)]), np.array([-sin(turn), cos(turn)])
    return float(choice.width_m * abs(along @ direction) + choice.depth_m * abs(across @ direction))


def _extent_of(fit: Fit, direction: Floats) -> float:
    return _extent(Choice(None, fit.width_m, fit.depth_m, fit.angle_deg), direction)


def _directions(angles: set[float]) -> list[Floats]:
    """Normals of the edges of rectangles at these angles, both ways."""
    plain = sorted({round(angle % 90.0, 6) for angle in angles})
    turns = np.radians([angle + quarter for angle in plain for quarter in (0.0, 90.0, 180.0, 270.0)])
    return list(unit(turns))
