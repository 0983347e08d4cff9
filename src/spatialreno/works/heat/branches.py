"""From the arcs of a tree to pipes: what each carries, joined into runs that are laid as one."""

from __future__ import annotations

from collections.abc import Mapping

from spatialreno._types import Indices
from spatialreno.optimise import Net


def carried(net: Net, arcs: Indices, demand: Mapping[int, float]) -> dict[int, float]:
    """Tell what each arc of a tree carries: the demand of all terminals behind it."""
    into = {int(net.head[a]): int(a) for a in arcs}
    load = dict.fromkeys(map(int, arcs), 0.0)
    for terminal, amount in sorted(demand.items()):
        node = terminal
        while node in into:
            arc = into[node]
            load[arc] += amount
            node = int(net.tail[arc])
    return load


def chains(net: Net, arcs: Indices, label: Mapping[int, object]) -> list[list[int]]:
    """Join arcs that follow one another without a branch and bear the same label, from the root outwards."""
    out: dict[int, list[int]] = {}
    for arc in sorted(map(int, arcs)):
        out.setdefault(int(net.tail[arc]), []).append(arc)
    found: list[list[int]] = []
    todo = [(arc, None) for arc in reversed(out.get(net.root, []))]
    open_: list[tuple[int, list[int] | None]] = list(todo)
    while open_:
        arc, chain = open_.pop()
        if chain is None:
            chain = []
            found.append(chain)
        chain.append(arc)
        onward = out.get(int(net.head[arc]), [])
        for follower in reversed(onward):
            same = len(onward) == 1 and label[follower] == label[arc]
            open_.append((follower, chain if same else None))
    return found
