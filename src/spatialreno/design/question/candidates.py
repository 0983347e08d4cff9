"""What may be opened: walls that may go, gates that may let more people through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from spatialreno.area import may_go
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Build, Intervention, Scenario

#: Layer, id, and what becomes of it.
Act = tuple[str, str, str]
WORDS = ("walls", "gates", "paths")
_USUAL = WORDS[:2]
_RESIDENTS = ":residents"
_FARTHEST = ("gone", "public", "residents")


@dataclass(frozen=True)
class Candidate:
    """One thing that may be opened, and what opening it does.

    Attributes
    ----------
    id
        Id of the wall, the gate or the structure; ``G05:residents`` for a gate opened to residents only; ``W12@L3``
        for a new gate where path L3 meets wall W12; several walls that only help together are joined by ``+``.
    acts
        Layer, id, and what becomes of it: ``gone``, ``public`` or ``residents``.
    new
        For a new gate: what is built.
    """

    id: str
    acts: tuple[Act, ...]
    new: Build | None = field(default=None, compare=False)

    @property
    def features(self) -> tuple[tuple[str, str], ...]:
        """The things it touches: layer and id."""
        return tuple((layer, name) for layer, name, _ in self.acts)


def find_candidates(
    area: StudyArea, asked: Sequence[str] | None = None, new: Iterable[Build] = ()
) -> tuple[list[Candidate], dict[str, str]]:
    """List what may be opened, sorted by id.

    Parameters
    ----------
    area
        The area in any state.
    asked
        Ids of walls, gates and structures on the ground, and the words ``walls`` (every removable wall), ``gates``
        (every gate that does not let everybody through) and ``paths`` (a new gate wherever a path meets a wall); the
        first two by default. A gate is opened to everybody, and where it is closed today also to residents alone
        (``G05:residents``).
    new
        New gates, which stand closed in the area: for the word ``paths``.

    Returns
    -------
    tuple
        The candidates, and why some things that were asked for are none, by id.

    Raises
    ------
    InputError
        An id that names nothing of this kind, or a wall that is not removable; with the nearest ids.

    Examples
    --------
    >>> import spatialreno as sr
    >>> found, refused = find_candidates(sr.read_area("data/geo/xigongdi"), ["W01", "G05"])
    >>> [one.acts for one in found], refused
    ([(('gates', 'G05', 'public'),), (('walls', 'W01', 'gone'),)], {})
    """
    if isinstance(asked, str):
        raise InputError(
            f"design: candidates is {asked!r}, expected a list such as ['walls', 'W12']. Put it in a list."
        )
    built = {one.id: one for one in new}
    known = _known(area)
    chosen: dict[str, tuple[Act, ...]] = {}
    lost: list[str] = []
    for word in _USUAL if asked is None else asked:
        found = _by_word(area, word, set(built)) if word in WORDS else _by_id(area, word, known)
        lost += [] if found else [word]
        for one in found:
            chosen[_id_of(one)] = (one,)
    lost = [word for word in lost if word not in WORDS]
    if lost:
        raise InputError(f"design: {'; '.join(_why(area, word, known) for word in lost[:8])}.")
    found_all = [Candidate(name, acts, built.get(acts[0][1])) for name, acts in sorted(chosen.items())]
    return _joined(found_all, area)


def scenario_of(chosen: Iterable[Candidate], name: str, title: str = "", reason: str = "") -> Scenario:
    """Write chosen candidates down as a scenario.

    Parameters
    ----------
    chosen
        As from ``find_candidates``.
    name, title
        Of the scenario.
    reason
        Why, for each of its acts.

    Returns
    -------
    Scenario
        New gates are built, walls and structures taken down, gates altered; one act for each layer and way.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.design import find_candidates
    >>> found, _ = find_candidates(sr.read_area("data/geo/xigongdi"), ["W01", "G05"])
    >>> scenario_of(found, "two")
    Scenario two two: alter gates (ids = ['G05']) in two; demolish walls (ids = ['W01']) in two
    """
    from spatialreno.scenario import Scenario, alter, demolish

    some = list(chosen)
    acts = sorted(act for one in some if one.new is None for act in one.acts)
    done: list[Intervention] = [_as_built(one.new, one.acts[0][2], reason) for one in some if one.new is not None]
    for layer, becomes in sorted({(layer, becomes) for layer, _, becomes in acts}):
        ids = [i for where, i, what in acts if (where, what) == (layer, becomes)]
        if becomes == "gone":
            done.append(demolish(layer, ids=ids, reason=reason))
        else:
            done.append(alter(layer, ids=ids, set={"walkers": becomes}, reason=reason))
    return Scenario(name, title, done)


def everything(candidates: Sequence[Candidate], area: StudyArea) -> Scenario:
    """Open all there is, each thing as far as any candidate opens it.

    Parameters
    ----------
    candidates
        As from ``find_candidates``.
    area
        The area they are for, with new gates standing closed.
    """
    wall_of = dict(zip(area.gates.index, area.gates["wall_id"], strict=True))
    gone = {thing for one in candidates for thing in one.features if one.acts[0][2] == "gone"}
    farthest: dict[tuple[str, str], Candidate] = {}
    for one in sorted(candidates, key=lambda one: _FARTHEST.index(one.acts[0][2]), reverse=True):
        layer, name = one.features[0]
        if layer != "gates" or ("walls", wall_of[name]) not in gone:
            farthest[layer, name] = one
    return scenario_of(farthest.values(), "everything")


def _as_built(gate: Build, becomes: str, reason: str) -> Build:
    """Let a new gate through whom its candidate says."""
    values = tuple(sorted({**dict(gate.values), "walkers": becomes}.items()))
    return replace(gate, values=values, reason=reason)


def exclusions(candidates: Sequence[Candidate], area: StudyArea) -> list[tuple[int, int]]:
    """List pairs of candidates that make no sense together: a gate and its wall, a gate opened in two ways."""
    wall_of = dict(zip(area.gates.index, area.gates["wall_id"], strict=True))
    by_thing: dict[tuple[str, str], list[int]] = {}
    for at, one in enumerate(candidates):
        for thing in one.features:
            by_thing.setdefault(thing, []).append(at)
    pairs: set[tuple[int, int]] = set()
    for at, one in enumerate(candidates):
        for layer, name in one.features:
            rivals = by_thing[layer, name] + (by_thing.get(("walls", wall_of[name]), []) if layer == "gates" else [])
            pairs |= {(min(at, other), max(at, other)) for other in rivals if other != at}
    return sorted(pairs)


def _known(area: StudyArea) -> dict[str, list[str]]:
    """Layers of each id that may be a candidate."""
    standing = area.structures.index[area.structures["position"].isin(["ground", "attached"])]
    found: dict[str, list[str]] = {}
    for layer, ids in (("walls", area.walls.index), ("gates", area.gates.index), ("structures", standing)):
        for name in ids:
            found.setdefault(str(name), []).append(layer)
    return found


def _by_word(area: StudyArea, word: str, built: set[str]) -> list[Act]:
    if word == "walls":
        return [("walls", name, "gone") for name in _removable(area, "walls")]
    names = [str(name) for name in area.gates.index if (name in built) == (word == "paths")]
    return [act for name in names for act in _gate_acts(area, name)]


def _by_id(area: StudyArea, word: str, known: dict[str, list[str]]) -> list[Act]:
    """Read one id, with ``:residents`` behind it or ``walls:``, ``gates:`` before it where it is needed."""
    layer, _, rest = word.partition(":")
    if layer in ("walls", "gates", "structures") and layer in known.get(rest, []):
        return _acts(area, layer, rest)
    if word.endswith(_RESIDENTS):
        acts = (
            _gate_acts(area, word.removesuffix(_RESIDENTS)) if word.removesuffix(_RESIDENTS) in area.gates.index else []
        )
        return [act for act in acts if act[2] == "residents"]
    return _acts(area, known[word][0], word) if len(known.get(word, [])) == 1 else []


def _acts(area: StudyArea, layer: str, name: str) -> list[Act]:
    if layer == "gates":
        return [act for act in _gate_acts(area, name) if act[2] == "public"]
    return [(layer, name, "gone")] if name in _removable(area, layer) else []


def _gate_acts(area: StudyArea, name: str) -> list[Act]:
    """Give the ways a gate may be opened beyond today."""
    walkers = area.gates.at[name, "walkers"]
    ways = {"closed": ["public", "residents"], "residents": ["public"]}.get(walkers, [])
    return [("gates", name, becomes) for becomes in ways]


def _removable(area: StudyArea, layer: str) -> list[str]:
    table = area.layer(layer)
    return [str(name) for name in table.index[may_go(table)]]


def _id_of(act: Act) -> str:
    return act[1] + (_RESIDENTS if act[2] == "residents" else "")


def _why(area: StudyArea, word: str, known: dict[str, list[str]]) -> str:
    """Say why an id is no candidate, and what may be meant."""
    layers = known.get(word, [])
    if len(layers) > 1:
        return f"{word} is in {' and '.join(layers)}: write {layers[0]}:{word}"
    if layers and layers[0] != "gates":
        return f"{word} is not removable: leave it out, or correct removable in {layers[0]}"
    if layers:
        return f"{word} lets everybody through already: leave it out"
    near = get_close_matches(word, [*known, *WORDS], n=3)
    return f"{word} is no wall, gate or structure on the ground" + (f" (near: {', '.join(near)})" if near else "")


def _joined(candidates: list[Candidate], area: StudyArea) -> tuple[list[Candidate], dict[str, str]]:
    """Join walls drawn along one line that share a gate: without its own wall the gate is gone from the other too."""
    import networkx as nx

    from spatialreno.walk import doubled_walls

    doubled = nx.Graph(doubled_walls(area))
    wall_of = {one.acts[0][1]: one for one in candidates if one.acts[0][0] == "walls"}
    found = {one.id: one for one in candidates}
    left_out: dict[str, str] = {}
    for walls in nx.connected_components(doubled):
        mine = [wall_of[name] for name in sorted(walls) if name in wall_of]
        for one in mine:
            del found[one.id]
        if len(mine) == len(walls):
            joined = Candidate("+".join(one.id for one in mine), tuple(act for one in mine for act in one.acts))
            found[joined.id] = joined
        else:
            rest = ", ".join(sorted(walls - set(wall_of)))
            left_out |= {one.id: f"shares a gate with {rest}, which stays" for one in mine}
    return sorted(found.values(), key=lambda one: one.id), left_out
