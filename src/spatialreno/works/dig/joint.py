"""All utilities routed together: lanes opened once and shared, pipes where they fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno._types import Floats, Indices
from spatialreno.optimise import (
    CutModel,
    Limit,
    Net,
    add_net,
    least_tree,
    make_net,
    reached,
    relative_gap,
    shortest_path_tree,
    solve_cuts,
)
from spatialreno.works.dig.cross_section import Side, best_order, corridor_rules
from spatialreno.works.dig.lane_net import Lanes
from spatialreno.works.dig.trench import Laid

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

Edge = tuple[int, int]
Groups = list[tuple[str, ...]]


@dataclass(frozen=True)
class KindNet:
    """The net of one utility: root, lanes, links to what it serves."""

    kind: str
    net: Net
    price: float
    served: tuple[str, ...]
    unreached: tuple[str, ...]


@dataclass(frozen=True)
class Joint:
    """Which pieces and links each kind uses, the objective and its proof."""

    used: Mapping[str, tuple[Edge, ...]]
    objective: float
    bound: float
    gap: float
    status: str


def kind_net(
    kind: str, lanes: Lanes, taps: Sequence[tuple[int, float]], served: Sequence[str], price: float
) -> KindNet:
    """Make the net of a kind: taps are nodes with the metres to the main; whoever cannot be reached is left out."""
    names = sorted(served)
    count = len(lanes.xy)
    root, end = count, {name: count + 1 + k for k, name in enumerate(names)}
    edges = [(int(p.tail), int(p.head), float(p.length_m) * price) for p in lanes.pieces.itertuples()]
    arcs = [(root, node, metres * price) for node, metres in taps]
    links = lanes.links[lanes.links["served"].isin(names)]
    arcs += [(int(r.node), end[r.served], float(r.length_m) * price) for r in links.itertuples()]
    net = make_net(edges, root, list(end.values()), arcs=arcs, count=count + 1 + len(names))
    there = reached(net)
    lost = [name for name in names if not there[end[name]]]
    net = make_net(edges, root, [end[n] for n in names if n not in lost], arcs=arcs, count=net.count)
    return KindNet(kind, net, price, tuple(n for n in names if n not in lost), tuple(lost))


def misfits(catalog: Catalog, width_m: float, sides: tuple[Side, Side], kinds: Sequence[str]) -> Groups:
    """List the smallest sets of kinds that do not fit side by side in a width.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> misfits(read_catalog(), 7.0, ("building", "building"), ["sewage", "storm", "power"])
    []
    >>> misfits(read_catalog(), 7.0, ("building", "building"), ["sewage", "storm", "heat_secondary"])
    [('heat_secondary', 'sewage'), ('heat_secondary', 'storm')]
    """
    rules, found = corridor_rules(catalog), Groups()
    for size in range(1, len(kinds) + 1):
        for group in combinations(sorted(kinds), size):
            if any(set(small) <= set(group) for small in found):
                continue
            if best_order(frozenset(group), sides, rules).needed_m > width_m + 1e-6:
                found.append(group)
    return found


def route_alone(nets: Sequence[KindNet]) -> dict[str, tuple[Edge, ...]]:
    """Route every kind by itself, as separate digs would: its own least-cost tree."""
    found = {}
    for kind in nets:
        tree = least_tree(kind.net, exact=None, exact_arcs=1500, limit=Limit())
        found[kind.kind] = _pairs(kind.net, tree.arcs)
    return found


def tight_groups(
    nets: Sequence[KindNet], lanes: Lanes, rooms: pd.DataFrame, catalog: Catalog, laid: Laid | None
) -> list[Groups]:
    """List for each piece the smallest sets of kinds that do not fit in it, pipes that lie there already counted."""
    there, names = _there(laid, lanes), [kind.kind for kind in nets]
    known: dict[tuple[object, ...], Groups] = {}  # many pieces are alike
    found = []
    for edge, room in enumerate(rooms.to_dict("records")):
        asked = [*names, laid.kind] if laid and edge in there else names
        alike = (room["width_m"], room["left_side"], room["right_side"], len(asked))
        if alike not in known:
            known[alike] = misfits(catalog, room["width_m"], (room["left_side"], room["right_side"]), asked)
        found.append(known[alike])
    return found


def both_routes(
    nets: Sequence[KindNet], lanes: Lanes, tight: Sequence[Groups], catalog: Catalog, laid: Laid | None, limit: Limit
) -> tuple[Joint, dict[str, tuple[Edge, ...]]]:
    """Route all kinds together within a limit, and each by itself."""
    return route_together(nets, lanes, tight, catalog, limit=limit, laid=laid), route_alone(nets)


def routed_from(nets: Sequence[KindNet], lanes: Lanes, tight: Sequence[Groups], laid: Laid | None) -> bytes:
    """Digest what ``both_routes`` reads besides the catalog: options often dig in lanes that are alike."""
    told = hashlib.sha256(repr(tight).encode())
    for kind in nets:
        net = kind.net
        told.update(repr((kind.kind, kind.price, net.count, net.root, net.terminals)).encode())
        for arcs in (net.tail, net.head, net.cost):
            told.update(arcs.tobytes())
    told.update(lanes.pieces[["tail", "head", "length_m"]].to_numpy(float).tobytes())
    told.update(repr((laid and laid.kind, sorted(_there(laid, lanes).items()))).encode())
    return told.digest()


def _pairs(net: Net, arcs: Indices) -> tuple[Edge, ...]:
    return tuple(sorted((int(net.tail[a]), int(net.head[a])) for a in arcs))


def route_together(
    nets: Sequence[KindNet],
    lanes: Lanes,
    tight: Sequence[Groups],
    catalog: Catalog,
    *,
    limit: Limit,
    laid: Laid | None = None,
) -> Joint:
    """Route all kinds at once, so that what is opened is shared and pipes go where they fit.

    .. math:: \\min \\sum_e l_e o_e + \\sum_k \\sum_e l_e (1-s) p_k y_{ke} + P \\sum_e l_e v_e

    with every kind's y a tree from its main to all it serves (directed cuts), :math:`o_e \\ge s\\,p_k\\,y_{ke}` (one
    excavation and reinstatement, that of the dearest), and for each set S that does not fit in e
    :math:`\\sum_{k \\in S} y_{ke} \\le |S| - 1 + v_e`; v costs so much that other lanes are taken first.

    Parameters
    ----------
    nets
        One for each kind.
    lanes
        Pieces and links.
    tight
        For each piece, in their order, the sets of kinds that do not fit in it (``tight_groups``).
    catalog
        Prices' share of excavation, and what counts against a lane too narrow.
    limit
        Work or seconds; then the best plan and its bound.
    laid
        Pipes that lie there already by another plan: their trench is open, and they take room.
    """
    share, penalty = catalog.constants["dig_share"], catalog.constants["dig_overfull_yuan_m"]
    edge_of, length = _edges(lanes)
    model = CutModel()
    columns = {kind.kind: add_net(model, kind.net, cost=kind.net.cost * (1 - share)) for kind in nets}
    opened = model.add(length, upper=np.inf, integer=False)
    over = model.add(length[: len(tight)] * penalty, upper=1.0, integer=False)
    uses = {kind.kind: _uses(kind.net, columns[kind.kind], edge_of) for kind in nets}
    for kind in nets:
        for edge, arcs in uses[kind.kind].items():
            values = [1.0, *[-share * kind.price] * len(arcs)]
            model.row([int(opened[edge]), *arcs], values, 0.0, np.inf)
    there = _there(laid, lanes)
    for edge, price in there.items():
        model.row([int(opened[edge])], [1.0], share * price, np.inf)
    for edge, groups in enumerate(tight):
        for group in groups:
            free = [kind for kind in group if kind in uses]
            arcs = [a for kind in free for a in uses[kind].get(edge, [])]
            model.row([*arcs, int(over[edge])], [1.0] * len(arcs) + [-1.0], -np.inf, len(free) - 1.0)
    quick = _one_after_another(nets, lanes, share, there)
    plain = _value(quick, nets, lanes, tight, catalog, laid)
    found = solve_cuts(model, limit=limit)
    if found is None or not len(found.values):
        bound = min(max(found.bound if found else 0.0, 0.0), plain)
        return Joint(quick, plain, bound, relative_gap(plain, bound), "bounded")
    used = {k.kind: _pairs(k.net, np.flatnonzero(np.rint(found.values[columns[k.kind]]) > 0)) for k in nets}
    if plain < found.objective:
        return Joint(quick, plain, found.bound, relative_gap(plain, found.bound), "bounded")
    status = "optimal" if found.gap < 1e-6 else "bounded"
    return Joint(used, found.objective, found.bound, found.gap, status)


def _there(laid: Laid | None, lanes: Lanes) -> dict[int, float]:
    """Number the pieces in which pipes lie already, with what a metre of them costs."""
    if laid is None:
        return {}
    number = {str(name): k for k, name in enumerate(lanes.pieces.index)}
    return {number[str(name)]: float(price) for name, price in laid.pieces["price_yuan_m"].items()}


def _edges(lanes: Lanes) -> tuple[dict[Edge, int], Floats]:
    """Number what can be opened: pieces first, then links (by node and what they serve)."""
    numbers: dict[Edge, int] = {}
    for k, piece in enumerate(lanes.pieces.itertuples()):
        numbers.setdefault((int(piece.tail), int(piece.head)), k)
        numbers.setdefault((int(piece.head), int(piece.tail)), k)
    return numbers, lanes.pieces["length_m"].to_numpy(float)


def _uses(net: Net, columns: Indices, edge_of: Mapping[Edge, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for k, pair in enumerate(zip(net.tail.tolist(), net.head.tolist(), strict=True)):
        if pair in edge_of:
            found.setdefault(edge_of[pair], []).append(int(columns[k]))
    return found


def _one_after_another(
    nets: Sequence[KindNet], lanes: Lanes, share: float, there: Mapping[int, float]
) -> dict[str, tuple[Edge, ...]]:
    """Route kinds in turn, dearest first; where a lane is already open only the pipe is paid."""
    from dataclasses import replace

    used: dict[str, tuple[Edge, ...]] = {}
    ends = list(zip(lanes.pieces["tail"].tolist(), lanes.pieces["head"].tolist(), strict=True))
    open_ = {way for edge in there for u, v in (ends[edge],) for way in ((u, v), (v, u))}
    for kind in sorted(nets, key=lambda k: (-k.price, k.kind)):
        pairs = list(zip(kind.net.tail.tolist(), kind.net.head.tolist(), strict=True))
        ease = np.array([1 - share if pair in open_ else 1.0 for pair in pairs])
        tree = shortest_path_tree(replace(kind.net, cost=kind.net.cost * ease))
        used[kind.kind] = () if tree is None else _pairs(kind.net, tree)
        open_ |= {way for u, v in used[kind.kind] for way in ((u, v), (v, u))}
    return used


def _value(
    used: Mapping[str, tuple[Edge, ...]],
    nets: Sequence[KindNet],
    lanes: Lanes,
    tight: Sequence[Groups],
    catalog: Catalog,
    laid: Laid | None,
) -> float:
    """Give what a set of routes costs in the model, penalties included."""
    share, penalty = catalog.constants["dig_share"], catalog.constants["dig_overfull_yuan_m"]
    edge_of, length = _edges(lanes)
    kinds_in = {edge: {laid.kind: price} for edge, price in _there(laid, lanes).items()} if laid else {}
    total = 0.0
    for kind in nets:
        cost = dict(zip(zip(kind.net.tail.tolist(), kind.net.head.tolist(), strict=True), kind.net.cost, strict=True))
        for pair in used[kind.kind]:
            total += float(cost[pair]) * (1 - share)
            if pair in edge_of:
                kinds_in.setdefault(edge_of[pair], {})[kind.kind] = kind.price
    for edge, kinds in kinds_in.items():
        total += length[edge] * share * max(kinds.values())
        total += length[edge] * penalty * float(any(kinds.keys() >= set(group) for group in tight[edge]))
    return total
