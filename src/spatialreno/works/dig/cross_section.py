"""Pipes side by side in one lane: the best order across its width, and what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import pandas as pd

from spatialreno.area import several
from spatialreno.errors import InputError, nearest

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

Side = Literal["building", "margin"]
Regime = Literal["code", "trench", "reduced", "reduced_trench"]
#: What can help, in the order in which it is tried: nothing, heat in a trench, approved reductions, both.
REGIMES: tuple[Regime, ...] = ("code", "trench", "reduced", "reduced_trench")
HEAT = "heat_secondary"
_EPS = 1e-6


@dataclass(frozen=True)
class Rules:
    """Widths and clearances of one regime, in metres; hashable, so that answers are kept.

    Attributes
    ----------
    regime
        ``code`` (GB 50289), ``trench`` (heat in a trench), ``reduced`` (approved reductions) or both.
    widths
        Pairs kind, width taken up.
    clear
        Triples kind, kind, least distance between their outsides; ``building`` is a kind here.
    rank
        Pairs kind, place in the order the code advises for courtyards.
    margin_m
        Clearance at a side without a building.
    """

    regime: Regime
    widths: tuple[tuple[str, float], ...]
    clear: tuple[tuple[str, str, float], ...]
    rank: tuple[tuple[str, int], ...]
    margin_m: float


@dataclass(frozen=True)
class Order:
    """Pipes across a lane from its left side: kinds, where each begins and ends, and the width they need."""

    kinds: tuple[str, ...]
    start_m: tuple[float, ...]
    end_m: tuple[float, ...]
    needed_m: float


@lru_cache(maxsize=64)
def corridor_rules(catalog: Catalog, regime: Regime = "code") -> Rules:
    """Read the widths and clearances of a regime from the catalog, once: every lane asks for them."""
    kinds, table = catalog.pipe_kinds, catalog.pipe_clearances
    value = "reduced_m" if regime.startswith("reduced") else "clear_m"
    trench = regime.endswith("trench")
    clear = {(str(r.kind_a), str(r.kind_b)): float(getattr(r, value)) for r in table.itertuples()}
    in_trench = clear.pop(("building", "heat_trench"))
    if trench:
        clear["building", HEAT] = in_trench
    widths = kinds["trench_occupied_m" if trench else "occupied_m"]
    return Rules(
        regime=regime,
        widths=tuple((str(k), float(w)) for k, w in widths.items()),
        clear=tuple((a, b, c) for (a, b), c in sorted(clear.items())),
        rank=tuple((str(k), int(r)) for k, r in kinds["yard_order"].items()),
        margin_m=catalog.constants["corridor_margin_m"],
    )


def place(kinds: Sequence[str], sides: tuple[Side, Side], rules: Rules) -> Order:
    """Lay pipes in a given order, each as far left as its clearances to all before it allow.

    .. math:: x_i = \\max(c_{left,i},\\; \\max_{j<i} (x_j + w_j + c_{ji})), \\qquad
              W = \\max_i (x_i + w_i + c_{i,right})

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> rules = corridor_rules(read_catalog())
    >>> place(["sewage", "storm"], ("building", "building"), rules).needed_m
    7.0
    """
    width, clear, _ = _lookup(rules)
    start: list[float] = []
    for k, kind in enumerate(kinds):
        before = [start[j] + width[kinds[j]] + clear[kinds[j], kind] for j in range(k)]
        start.append(max([_at_side(kind, sides[0], rules), *before]))
    end = [x + width[kind] for x, kind in zip(start, kinds, strict=True)]
    needed = max([x + _at_side(k, sides[1], rules) for x, k in zip(end, kinds, strict=True)], default=0.0)
    return Order(tuple(kinds), tuple(round(x, 6) for x in start), tuple(round(x, 6) for x in end), round(needed, 6))


@lru_cache(maxsize=4096)
def best_order(kinds: frozenset[str], sides: tuple[Side, Side], rules: Rules) -> Order:
    """Find the order across a lane that needs the least width, exactly.

    Depth first over all orders; a beginning is given up when what is laid, or any pipe still to be laid
    behind it, already needs more than the best order found. Of equal widths the one nearest the advised
    order is taken, then the first by name.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> rules = corridor_rules(read_catalog())
    >>> both = ("building", "building")
    >>> best_order(frozenset(["sewage", "storm", "heat_secondary"]), both, rules).needed_m
    9.88
    """
    search = _Search(sides, rules)
    search.deepen([], [], sorted(kinds))
    return place(search.best, sides, rules)


class _Search:
    """Branch and bound over orders."""

    def __init__(self, sides: tuple[Side, Side], rules: Rules) -> None:
        self.width, self.clear, self.rank = _lookup(rules)
        self.left = {kind: _at_side(kind, sides[0], rules) for kind in self.width}
        self.right = {kind: _at_side(kind, sides[1], rules) for kind in self.width}
        self.best: tuple[str, ...] = ()
        self.key: tuple[float, int] | None = None

    def deepen(self, placed: list[str], ends: list[float], rest: list[str], needed: float = 0.0) -> None:
        if not rest:
            key = (round(needed, 6), self._turned(placed))
            if self.key is None or key < self.key:
                self.key, self.best = key, tuple(placed)
            return
        laid = {kind: self._end(kind, placed, ends) for kind in rest}
        least = max([needed, *(laid[kind] + self.right[kind] for kind in rest)])
        if self.key is not None and least > self.key[0] + _EPS:
            return
        for kind in sorted(rest, key=lambda k: (laid[k], k)):
            others = [other for other in rest if other != kind]
            wide = max(needed, laid[kind] + self.right[kind])
            self.deepen([*placed, kind], [*ends, laid[kind]], others, wide)

    def _end(self, kind: str, placed: list[str], ends: list[float]) -> float:
        before = [end + self.clear[other, kind] for other, end in zip(placed, ends, strict=True)]
        return max([self.left[kind], *before]) + self.width[kind]

    def _turned(self, placed: list[str]) -> int:
        """Count pairs out of the advised order, read from whichever side departs less."""
        pairs = [(a, b) for i, a in enumerate(placed) for b in placed[i + 1 :]]
        wrong = sum(self.rank[a] > self.rank[b] for a, b in pairs)
        other = sum(self.rank[a] < self.rank[b] for a, b in pairs)
        return min(wrong, other)


@lru_cache(maxsize=64)
def _lookup(rules: Rules) -> tuple[dict[str, float], dict[tuple[str, str], float], dict[str, int]]:
    width, rank = dict(rules.widths), dict(rules.rank)
    clear = {(a, b): c for a, b, c in rules.clear} | {(b, a): c for a, b, c in rules.clear}
    clear |= {(kind, kind): 0.0 for kind in width}
    return width, clear, rank


def _at_side(kind: str, side: Side, rules: Rules) -> float:
    return _lookup(rules)[1]["building", kind] if side == "building" else rules.margin_m


def advised_order(kinds: Sequence[str], sides: tuple[Side, Side], rules: Rules) -> Order:
    """Lay pipes in the order the code advises for courtyards, from whichever side needs less."""
    rank = dict(rules.rank)
    order = sorted(kinds, key=lambda kind: (rank[kind], kind))
    return min((place(way, sides, rules) for way in (order, order[::-1])), key=lambda o: o.needed_m)


@dataclass(frozen=True)
class Section:
    """A cut across a lane: its width, the pipes asked for, the best order, and what helps when they do not fit.

    Attributes
    ----------
    width_m
        Between what stands on both sides.
    sides
        ``building`` or ``margin`` (a wall, a structure, nothing within reach) on the left and right.
    order
        The best order of the whole set under the code, fitting or not.
    advised_m
        Width that the order advised for courtyards would need.
    laid
        The order of what fits under the code, kinds taken in their rank (drains, heat, telecom, power, water,
        gas) up to the first that does not fit.
    left_out
        The other kinds, in their rank.
    beside
        Those of them that the room left beside ``laid`` would still take, in their rank.
    helps
        Columns measure, needed_m, missing_m, fits: the code, heat in a trench, approved reductions, both.
    """

    width_m: float
    sides: tuple[Side, Side]
    order: Order
    advised_m: float
    laid: Order
    left_out: tuple[str, ...]
    beside: tuple[str, ...]
    helps: pd.DataFrame

    @property
    def fits(self) -> bool:
        """Whether the whole set fits under the code."""
        return self.order.needed_m <= self.width_m + _EPS

    @property
    def missing_m(self) -> float:
        """Width missing for the whole set, under the code."""
        return round(max(0.0, self.order.needed_m - self.width_m), 6)

    def __repr__(self) -> str:
        """Read the section aloud."""
        state = "fits" if self.fits else f"{self.missing_m:.2f} m missing; without {', '.join(self.left_out)}"
        return f"<Section {self.width_m:.2f} m of {self.order.needed_m:.2f} m: {' | '.join(self.order.kinds)}; {state}>"


def fit_section(
    catalog: Catalog,
    width_m: float,
    kinds: Sequence[str],
    *,
    sides: tuple[Side, Side] = ("building", "building"),
) -> Section:
    """Fit pipes into a lane of a given width: the best order, what is missing, and what helps.

    Parameters
    ----------
    catalog
        Source of widths and clearances (tables ``pipe_kinds`` and ``pipe_clearances``).
    width_m
        Clear width in metres, between building faces where buildings stand.
    kinds
        Kinds of pipe to be laid, each once.
    sides
        What stands left and right: ``building`` (its clearances hold) or ``margin``.

    Returns
    -------
    Section

    Raises
    ------
    InputError
        For a kind the catalog does not know or one asked for twice.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> full = ["heat_secondary", "sewage", "storm", "power", "telecom", "water", "gas"]
    >>> fit_section(read_catalog(), 10.0, full).fits, fit_section(read_catalog(), 9.9, full).fits
    (True, False)
    """
    asked = checked_kinds(catalog, kinds)
    rules = corridor_rules(catalog)
    whole = best_order(frozenset(asked), sides, rules)
    laid, beside = fitting(catalog, width_m, asked, sides=sides)
    return Section(
        width_m=width_m,
        sides=sides,
        order=whole,
        advised_m=advised_order(asked, sides, rules).needed_m,
        laid=best_order(frozenset(laid), sides, rules),
        left_out=tuple(kind for kind in asked if kind not in laid),
        beside=tuple(beside),
        helps=_helps(catalog, width_m, asked, sides),
    )


def checked_kinds(catalog: Catalog, kinds: Sequence[str] | str) -> list[str]:
    """Sort kinds by their rank (gravity first, then heat), refusing unknown and double ones."""
    ranks, asked = catalog.pipe_kinds["rank"], [str(kind) for kind in several(kinds)]
    wrong = sorted({k for k in asked if k not in ranks.index or asked.count(k) > 1})
    if wrong:
        mend = f"{nearest(wrong, ranks.index)} Choose from: {', '.join(ranks.index)}."
        raise InputError(f"kinds: {', '.join(wrong)} is unknown or given twice.{mend}")
    return sorted(asked, key=lambda kind: int(ranks[kind]))


def fitting(
    catalog: Catalog, width_m: float, kinds: Sequence[str], *, sides: tuple[Side, Side], regime: Regime = "code"
) -> tuple[list[str], list[str]]:
    """Take kinds in their rank up to the first that does not fit; then tell which later ones still would.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> both = ("building", "building")
    >>> fitting(read_catalog(), 7.0, ["sewage", "storm", "heat_secondary", "power"], sides=both)
    (['sewage', 'storm'], ['power'])
    """
    rules = corridor_rules(catalog, regime)
    taken, beside = list[str](), list[str]()
    refused = False
    for kind in checked_kinds(catalog, kinds):
        fits = best_order(frozenset([*taken, *beside, kind]), sides, rules).needed_m <= width_m + _EPS
        if fits:
            (beside if refused else taken).append(kind)
        refused = refused or not fits
    return taken, beside


def _helps(catalog: Catalog, width_m: float, kinds: Sequence[str], sides: tuple[Side, Side]) -> pd.DataFrame:
    rows = []
    for regime in REGIMES:
        if "trench" in regime and HEAT not in kinds:
            continue
        needed = best_order(frozenset(kinds), sides, corridor_rules(catalog, regime)).needed_m
        missing = round(max(0.0, needed - width_m), 6)
        rows.append((regime, needed, missing, missing <= _EPS))
    return pd.DataFrame(rows, columns=["measure", "needed_m", "missing_m", "fits"])
