"""What coalitions gain, by cause, each in its own unit: access, land, pipes, management. Own residents only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from spatialreno.catalog import Finding
from spatialreno.design.question.candidates import Candidate, find_candidates
from spatialreno.design.question.goals import find_goal
from spatialreno.design.together.players import Asked, Players, who_must

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.design.question.hopes import Gain
    from spatialreno.scenario import Scenario
    from spatialreno.works import Dig

Value = Callable[[int], float]
_MONTHS = 12
_OPENED = ("walls", "gates", "structures")
_STANDING = ("ground", "attached")


@dataclass
class Access:
    """Residents of a coalition who come to hold the goal by what the coalition opens."""

    gains: list[tuple[int, Gain]]
    asked: np.ndarray
    memory: dict[tuple[int, int], bool] = field(default_factory=dict)

    def __call__(self, who: int) -> float:
        """Count them."""
        held = (at for at, (home, _) in enumerate(self.gains) if home & who and self._holds(at, who))
        return float(sum(self.gains[at][1].weight for at in held))

    def own(self, players: Players) -> dict[str, float]:
        """Count by player its own residents who gain when all take part."""
        found = dict.fromkeys(players.ids, 0.0)
        for at, (home, gain) in enumerate(self.gains):
            found[players.told(home)[0]] += gain.weight if self._holds(at, players.everybody) else 0.0
        return found

    def _holds(self, at: int, who: int) -> bool:
        key = (at, who)
        if key not in self.memory:
            # More who open more lose nobody: what a part of them does for a home, all of them do.
            fewer = (who & ~(1 << one) for one in range(who.bit_length()) if who >> one & 1)
            known = any(self.memory.get((at, part), False) for part in fewer)
            self.memory[key] = known or self.gains[at][1].holds(self.asked & ~who == 0)
        return self.memory[key]


def access_value(
    area: StudyArea, scenario: Scenario, players: Players, goal: str, standard: str | Standard
) -> tuple[Access, list[Finding]]:
    """Make the game of access: whoever is needed for a wall, gate or structure must be in for it to open.

    What the scenario builds or alters elsewhere (facilities, lanes) is nobody's alone and taken as done.
    """
    from spatialreno.walk import OpeningChoices

    after, base = scenario.apply(area), _given(scenario).apply(area)
    names = _opened(area, after)
    found, lost = find_candidates(base, names)
    notes = [Finding("synergy_shut", {"name": name, "why": why}) for name, why in sorted(lost.items())]
    aim = find_goal(base, goal, standard)
    homes = [str(one) for one in aim.people.index]
    hopes = aim.hopes(OpeningChoices.of(base, [one.acts for one in found], homes))
    own = base.buildings["compound_id"].reindex(homes)
    yard = [players.coalition([compound]) for compound in own]
    gains = [(yard[gain.home], gain) for gain in hopes.gains if yard[gain.home]]
    without = sum(gain.weight for gain in hopes.gains if not yard[gain.home])
    if without:
        notes.append(Finding("synergy_homeless", {"residents": without}))
    asked = np.array([_asked(base, players, one) for one in found], dtype=np.int64)
    return Access(gains, asked), notes


def _given(scenario: Scenario) -> Scenario:
    """Keep of a scenario what opens nothing."""
    from spatialreno.scenario import Scenario as Plan

    acts = [act for act in scenario.interventions if act.layer not in _OPENED]
    return Plan(scenario.name, scenario.title, acts)


def _opened(area: StudyArea, after: StudyArea) -> list[str]:
    """Name what a scenario opens as candidates: walls and structures that go, gates that let more people through."""
    walls = set(area.walls.index) - set(after.walls.index)
    standing = area.structures[area.structures["position"].isin(_STANDING)]
    sheds = set(standing.index) - set(after.structures.index)
    gates = area.gates
    then = after.gates["walkers"].reindex(gates.index).fillna("public")
    more = gates.index[(gates["walkers"] != then) & (gates["walkers"] != "public") & (then != "closed")]
    through = [name for name in more if gates["wall_id"][name] not in walls]
    told = [f"gates:{name}" if then[name] == "public" else f"{name}:residents" for name in through]
    return sorted([*(f"walls:{name}" for name in walls), *(f"structures:{name}" for name in sheds), *told])


def _asked(area: StudyArea, players: Players, one: Candidate) -> int:
    return _together(list(who_must(area, area, players, one.features).values()))


def land_by_coalition(area: StudyArea, after: StudyArea, asked: Asked, players: Players) -> dict[int, float]:
    """Give the square metres that come free, by those without whom they do not.

    The body of a wall needs whoever the wall needs; a strip that walls had shut needs all who are beside it.
    """
    from spatialreno.land import freed_land, wall_bodies

    ground = freed_land(area, after).explode()
    walls = {name: who for (layer, name), who in asked.items() if layer == "walls" and name in area.walls.index}
    bodies = wall_bodies(area.walls.loc[sorted(walls)])
    found: dict[int, float] = {}
    for row in ground.itertuples():
        shares = {players.coalition([row.compound_id]): float(row.geometry.area)}
        if row.cause == "wall":
            shares = {}
            for name, body in zip(sorted(walls), bodies, strict=True):
                shares[walls[name]] = shares.get(walls[name], 0.0) + float(row.geometry.intersection(body).area)
        elif row.cause == "gap":
            near = [walls[name] for name, body in zip(sorted(walls), bodies, strict=True) if row.geometry.dwithin(
                body, area.catalog.constants["tolerance_m"])]  # fmt: skip
            shares = {_together(near): float(row.geometry.area)}
        for who, metres in shares.items():
            found[who] = found.get(who, 0.0) + metres
    return found


def _together(coalitions: list[int]) -> int:
    found = 0
    for who in coalitions:
        found |= who
    return found


def pipes_value(area: StudyArea, players: Players) -> Value:
    """Make the game of heat stations: what fewer stations save in fixed cost against one for each alone."""
    from spatialreno.area import heat_demand

    constants = area.catalog.constants
    waiting = heat_demand(area)
    own = area.buildings["compound_id"].reindex(waiting.index)
    load = [float(waiting[own.isin(mine)].sum()) for mine in players.compounds]
    most, fixed = constants["heat_station_max_m2"], constants["heat_station_set_yuan"]

    def stations(metres: float) -> int:
        return ceil(metres / most - 1e-9) if metres > 0 else 0

    def saved(who: int) -> float:
        some = [load[at] for at in range(players.count) if who >> at & 1]
        return fixed * (sum(map(stations, some)) - stations(sum(some)))

    return saved


def trench_value(area: StudyArea, dig: Dig, players: Players) -> Value:
    """Make the game of trenches: yuan that are saved where a lane is dug once for several instead of for each.

    Routes are those of the dig for all; whoever digs alone pays the whole of every piece on the way to its homes.
    """
    own = area.buildings["compound_id"]
    served = dig.served.assign(who=[players.coalition([own.get(home)]) for home in dig.served["building_id"]])
    yuan = (dig.costs["pipe_yuan"] + dig.costs["trench_yuan"]).astype("float64")
    cost = {key: float(part.sum()) for key, part in yuan.groupby([dig.costs["kind"], dig.costs["piece"]])}
    users: dict[int, float] = {}
    for key, rows in served.groupby(["kind", "piece"]):
        who = _together(rows["who"].tolist())
        users[who] = users.get(who, 0.0) + cost.get(key, 0.0)

    def saved(who: int) -> float:
        return sum(yuan * max((needed & who).bit_count() - 1, 0) for needed, yuan in users.items())

    return saved


def management_value(after: StudyArea, players: Players) -> Value:
    """Make the game of management: yuan a year that neighbours save by being managed as one place.

    Compounds that touch across a wall can be one place; gates between two of one place need no guard.
    """
    from spatialreno.community import manage, management_costs

    yards = sorted(players.of_compound)
    alone = manage(after, clusters={one: [one] for one in yards}).table
    gates = alone["gates"].to_dict()
    costs = management_costs(after.catalog)
    between = neighbours(after)
    inner = {
        pair: gates[pair[0]] + gates[pair[1]] - int(manage(after, clusters={"both": list(pair)}).table["gates"].iloc[0])
        for pair in between
    }
    net = nx.Graph()
    net.add_nodes_from(yards)
    net.add_edges_from(between)

    def cost(compounds: list[str]) -> float:
        """Yuan a month for some compounds, without what households cost, which is the same everywhere."""
        inside = set(compounds)
        saved = sum(count for (a, b), count in inner.items() if a in inside and b in inside)
        places = nx.number_connected_components(net.subgraph(compounds)) if compounds else 0
        return float(costs.place * places + costs.gate * (sum(gates[one] for one in compounds) - saved))

    apart = [cost(list(mine)) for mine in players.compounds]

    def saved(who: int) -> float:
        some = [at for at in range(players.count) if who >> at & 1]
        joint = cost([one for at in some for one in players.compounds[at]])
        return _MONTHS * (sum(apart[at] for at in some) - joint)

    return saved


def neighbours(area: StudyArea) -> list[tuple[str, str]]:
    """List pairs of compounds that touch, with or without a wall, up to the width of a strip between them."""
    import shapely

    yards = area.compounds.geometry
    near = shapely.STRtree(yards.to_numpy()).query(yards.to_numpy(), "dwithin", area.catalog.constants["strip_m"])
    names = [str(one) for one in yards.index]
    pairs = {(min(names[a], names[b]), max(names[a], names[b])) for a, b in near.T.tolist() if a != b}
    return sorted(pairs)
