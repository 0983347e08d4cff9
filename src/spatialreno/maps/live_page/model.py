"""What the live page reckons with: prices, owners, homes, norms, and the edges between compounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.area import all_households, doubled_walls_of_gates, lasting, may_go, parts_that_go
from spatialreno.blocks import frontages
from spatialreno.community import find_consents, read_register, touched_features
from spatialreno.maps.content.owners import party_names
from spatialreno.maps.live_page.consent_model import Asks, asks_of, holders, matters_of
from spatialreno.scenario import Scenario, alter, build, demolish, funding_rule, hundredths, millionths, priced_acts

if TYPE_CHECKING:
    from spatialreno._types import Geometries
    from spatialreno.area import StudyArea
    from spatialreno.community import Register
    from spatialreno.indicators import Evaluation

STATES = ("public", "residents", "closed")
Bill = list[list[Any]]  # rows of payer, fen or None, parties with how their word stands, class


def works(area: StudyArea, register: Register | None = None) -> dict[str, Any]:
    """Price every wall and structure that may come down, every gate's change, and a facility of each kind.

    The rows are those of ``Scenario.ledger`` in whole fen, and what comes on top is the catalog's: one bill for
    Python and for the page.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    register : Register, optional
        Its ballot book, where it is open already.

    Returns
    -------
    dict
        ``walls``, ``structures`` and ``gates`` by id, ``kinds`` by kind; a bill is rows of payer, fen (None
        without a price), parties to ask and class. ``shares``: design, supervision and reserve.
    """
    book = register or read_register(area)
    bills = {layer: _bills(area, [_all_down(area, layer)], book) for layer in ("walls", "structures")}
    gone_gates = {name: rows for (layer, name), rows in bills["walls"].items() if layer == "gates"}
    return {
        "walls": _walls(area, bills["walls"], _matters(area, [_all_down(area, "walls")])),
        "structures": _structures(area, bills["structures"], _matters(area, [_all_down(area, "structures")])),
        "gates": _gates(area, gone_gates, book),
        "kinds": _kinds(area, book),
        "shares": _shares(area),
    }


def _shares(area: StudyArea) -> list[dict[str, Any]]:
    """Say what comes on top of the works: millionths of them, or of them and what came before, by payer."""
    rows = sorted(area.catalog.rows("bill_shares"), key=lambda row: int(row["order"]))
    return [
        {"millionths": millionths(row["rate"]), "payers": row["payers"].split("|"),
         "on_top": "fees" in row["of"].split("|")}
        for row in rows
        if "plan" in row["parts"].split("|")
    ]  # fmt: skip


def _all_down(area: StudyArea, layer: str) -> Any:
    frame = area.layer(layer)
    return demolish(layer, ids=list(frame.index[may_go(frame)]))


def _bills(area: StudyArea, acts: list[Any], book: Register) -> dict[tuple[str, str], Bill]:
    """Read the ledger by layer and id; acts that select nothing are no error here."""
    found: dict[tuple[str, str], Bill] = {}
    acts = _with_effect(acts)
    if not acts:
        return found
    scenario = Scenario("live", "", acts)
    asked = asks_of(find_consents(area, scenario, register=book).asked)
    for layer, verb, kind, name, payer, cost in _priced(area, scenario):
        fen = None if pd.isna(cost) else hundredths(float(cost))
        row = [payer, fen, asked.get((layer, name), []), funding_rule(area.catalog, layer, verb, kind).get("class", "")]
        found.setdefault((layer, name), []).append(row)
    return found


def _priced(area: StudyArea, scenario: Scenario) -> list[tuple[Any, ...]]:
    """List layer, verb, kind, id, payer and cost of what a scenario touches."""
    known = area.derive(_prices)
    if scenario not in known:
        ledger = priced_acts(scenario, area)
        ledger = ledger[ledger["verb"] != "keep"]
        columns = (ledger[name].tolist() for name in ("layer", "verb", "kind", "id", "payer", "cost_yuan"))
        known[scenario] = list(zip(*columns, strict=True))
    return known[scenario]


@lasting
def _prices(area: StudyArea) -> dict[Scenario, list[tuple[Any, ...]]]:
    """Begin the list of what the page tries, with prices and no owners."""
    return {}


def work_out(area: StudyArea) -> None:
    """Price all that the page tries and find what it touches, so that the area remembers it (``StudyArea.lasting``)."""
    down = [[_all_down(area, layer)] for layer in ("walls", "structures")]
    changed = [[act] for act in _gate_acts(area).values()]
    for acts in map(_with_effect, (*down, *changed, *_kind_acts(area))):
        if acts:
            scenario = Scenario("live", "", acts)
            _priced(area, scenario)
            touched_features(area, scenario)


def _matters(area: StudyArea, acts: list[Any]) -> dict[tuple[str, str], list[list[str]]]:
    acts = _with_effect(acts)
    return matters_of(area, Scenario("live", "", acts)) if acts else {}


def _with_effect(acts: list[Any]) -> list[Any]:
    return [act for act in acts if getattr(act, "chosen", None) is None or act.chosen.ids]


def _walls(
    area: StudyArea, bills: dict[tuple[str, str], Bill], matters: dict[tuple[str, str], list[list[str]]]
) -> dict[str, dict[str, Any]]:
    lengths = area.walls["length_m"]
    return {
        str(name): {"bill": rows, "m": float(lengths[name]), "votes": matters.get((layer, name), [])}
        for (layer, name), rows in bills.items()
        if layer == "walls"
    }


def _structures(
    area: StudyArea, bills: dict[tuple[str, str], Bill], matters: dict[tuple[str, str], list[list[str]]]
) -> dict[str, dict[str, Any]]:
    frame = area.structures
    floor, illegal = frame["floor_area_m2"].astype("float64").to_dict(), frame["legality"].eq("illegal").to_dict()
    return {
        str(name): {
            "bill": rows,
            "m2": None if pd.isna(floor[name]) else float(floor[name]),
            "illegal": bool(illegal[name]),
            "votes": matters.get((layer, name), []),
        }
        for (layer, name), rows in bills.items()
        if layer == "structures"
    }


def _gates(area: StudyArea, gone: dict[str, Bill], book: Register) -> dict[str, dict[str, Any]]:
    """Say for each gate how it stands, whose people it lets through, and what each change costs."""
    gates, known = area.gates, set(area.compounds.index)
    sides = {wall: set(pair) for wall, *pair in area.walls[["compound_a", "compound_b"]].itertuples()}
    doubles, onward = doubled_walls_of_gates(area), parts_that_go(area)
    acts = _gate_acts(area)
    changes = {state: _bills(area, [act], book) for state, act in acts.items()}
    matters = {state: _matters(area, [act]) for state, act in acts.items()}
    found = {}
    for name, state, on, yard in gates[["walkers", "wall_id", "compound_id"]].itertuples():
        wall = str(on) if on in sides else ""
        found[str(name)] = {
            "walkers": str(state),
            "walls": [wall, *doubles.get(str(name), [])] if wall else [],
            "onward": sorted(other for gate, other in onward if gate == name),
            "beside": sorted(str(one) for one in ({yard} | sides.get(wall, set())) & known),
            "bill": gone.get(str(name), []),
            "change": {state: bills.get(("gates", str(name)), []) for state, bills in changes.items()},
            "votes": {state: own.get(("gates", str(name)), []) for state, own in matters.items()},
        }
    return found


def _gate_acts(area: StudyArea) -> dict[str, Any]:
    gates = area.gates
    return {
        state: alter("gates", ids=[str(i) for i in gates.index[gates["walkers"] != state]], set={"walkers": state})
        for state in STATES
    }


def _kinds(area: StudyArea, book: Register) -> dict[str, dict[str, Any]]:
    """Price a facility of each kind at its least footprint: on its own, and in a room of a building."""
    stem = fresh_id(area, "N")
    footprints = area.catalog.facilities["footprint_m2"].astype("float64")
    acts, inside = _kind_acts(area)
    bills, rooms = _bills(area, acts, book), _bills(area, inside, book)
    rights = _rights_asked(area, acts, book)
    return {
        str(kind): {
            "bill": bills.get(("facilities", f"{stem}{number}"), []),
            "room": rooms.get(("facilities", f"{stem}{number}"), []),
            "m2": float(footprint) if footprint > 0 else None,
            "asks": rights.get(f"{stem}{number}", ""),
        }
        for number, (kind, footprint) in enumerate(footprints.items())
    }


def _kind_acts(area: StudyArea) -> tuple[list[Any], list[Any]]:
    """Build a facility of each kind on the ground, and each in a room."""
    stem = fresh_id(area, "N")
    middle = area.compounds.geometry.iloc[0].representative_point()
    footprints = area.catalog.facilities["footprint_m2"].astype("float64")
    acts: list[Any] = []
    inside: list[Any] = []
    for number, (kind, footprint) in enumerate(footprints.items()):
        values: dict[str, Any] = {"kind": str(kind)} | ({"area_m2": float(footprint)} if footprint > 0 else {})
        acts.append(build("facilities", f"{stem}{number}", geometry=middle, **values))
        if len(area.buildings):
            room = values | {"building_id": str(area.buildings.index[0])}
            inside.append(build("facilities", f"{stem}{number}", geometry=middle, **room))
    return acts, inside


def matters_put(area: StudyArea) -> dict[str, str]:
    """Say on what owners vote when something is put on their ground, and in a room of their building."""
    first, found = f"{fresh_id(area, 'N')}0", {}
    for put, acts in zip(("ground", "room"), _kind_acts(area), strict=True):
        if acts:
            touched = touched_features(area, Scenario("live", "", acts))
            matters = touched.loc[touched["id"] == first, "matter"]
            found[put] = next((str(name) for name in matters if name), "")
    return found


def payers(priced: Mapping[str, Any]) -> list[str]:
    """List who may pay for what the page tries."""
    bills = [row["bill"] for layer in ("walls", "structures", "gates") for row in priced[layer].values()]
    bills += [own for gate in priced["gates"].values() for own in gate["change"].values()]
    bills += [kind[which] for kind in priced["kinds"].values() for which in ("bill", "room")]
    return sorted({str(row[0]) for bill in bills for row in bill})


def votes_asked(area: StudyArea, priced: Mapping[str, Any], puts: Mapping[str, str]) -> set[tuple[str, str]]:
    """List every matter and place that the acts of the page may put to the vote."""
    acts = [row["votes"] for layer in ("walls", "structures") for row in priced[layer].values()]
    acts += [own for gate in priced["gates"].values() for own in gate["votes"].values()]
    found = {(matter, place) for own in acts for matter, place in own}
    for put, places in (("ground", area.compounds.index), ("room", area.buildings.index)):
        found |= {(puts[put], str(place)) for place in places if puts.get(put)}
    return found


def _rights_asked(area: StudyArea, acts: list[Any], book: Register) -> dict[str, str]:
    """Say for each built thing which rights in its yard must agree; things with the same answer ask the same."""
    asked = find_consents(area, Scenario("live", "", acts), register=book).asked
    own = asked[asked["basis"] == "owner"]
    return {str(name): "|".join(sorted(set(rows["right"]))) for name, rows in own.groupby("id", sort=True)}


def _yard_parties(area: StudyArea, rights: str) -> list[Asks]:
    """List the parties of each compound whose own agreement a thing built there needs."""
    held = holders(area, rights.split("|"))
    return [held.get(str(yard), []) for yard in area.compounds.index]


def fresh_id(area: StudyArea, stem: str) -> str:
    """Find the beginning of an id that no facility has."""
    while any(str(name).startswith(stem) for name in area.facilities.index):
        stem += "N"
    return stem


def homes(area: StudyArea, today: Evaluation) -> dict[str, Any]:
    """List buildings with their compound and, for homes, residents and households."""
    buildings = area.buildings
    yards = {name: at for at, name in enumerate(area.compounds.index)}
    people = today.scores["residents"]
    households, held = buildings["households"].astype("float64"), holders(area, ["ownership"])
    return {
        "buildings": [str(name) for name in buildings.index],
        "yard": [yards.get(yard, -1) if isinstance(yard, str) else -1 for yard in buildings["compound_id"]],
        "homes": [int(row) for row in buildings.index.get_indexer(people.index)],
        "residents": [None if pd.isna(n) else float(n) for n in people],
        "households": [None if pd.isna(n) else float(n) for n in households.reindex(people.index)],
        "all_households": None if math.isnan(whole := all_households(area)) else whole,
        "owners": [held.get(str(name), []) for name in buildings.index],
    }


def norms(today: Evaluation, area: StudyArea) -> dict[str, Any]:
    """Write the standard as the page needs it: kinds with radius and weight, baskets, speeds, the longest walk."""
    norm = today.standard
    limit_m = max(area.catalog.constants["walk_limit_m"], norm.reach_m)
    basket = norm.baskets[0] if norm.baskets else None
    radius = norm.table["radius_m"].astype("float64")
    speeds = area.catalog.groups["speed_m_s"].astype("float64")
    kinds = list(norm.kinds)
    number = {kind: at for at, kind in enumerate(kinds)}
    return {
        "kinds": kinds,
        "radius_m": [float(radius[kind]) for kind in kinds],
        "weight": [float(today.weights[kind]) for kind in kinds],
        "fade": float(norm.score.fade),
        "limit_mm": float(limit_m) * 1000.0,
        "basket": [[number[k] for k in needs] for needs in basket.needs.values()] if basket else [],
        "speed_m_min": float(speeds["general"]) * 60.0,
        "gain_points": float(area.catalog.constants["gain_points"]),
        "known": bool(today.access["within"].notna().any()),
    }


def yards(area: StudyArea, asks: set[str]) -> dict[str, Any]:
    """List compounds with what a block of them adds up to, and who is asked about a thing built in each."""
    return {
        "ids": [str(name) for name in area.compounds.index],
        "m2": [float(value) for value in area.compounds["area_m2"]],
        "parties": {rights: _yard_parties(area, rights) for rights in asks if rights},
        "names": party_names(area),
    }


def yard_of(area: StudyArea, points: Geometries) -> list[int]:
    """Number the compound each point lies in, -1 for none."""
    found = [-1] * len(points)
    point, yard = shapely.STRtree(area.compounds.geometry.to_numpy()).query(points, predicate="intersects")
    for at, row in sorted(zip(point.tolist(), yard.tolist(), strict=True), reverse=True):
        found[at] = row
    return found


def edges(area: StudyArea) -> dict[str, Any]:
    """Write the edges between compounds, and how wide an opening must be."""
    constants = area.catalog.constants
    rows = [
        [f.a, f.b, f.ring, f.along_m, f.ring_m, *f.start, *f.heading, f.spans, f.shut,
         [[layer, name, low, high] for (layer, name), low, high in f.shut_by]]
        for f in frontages(area)
    ]  # fmt: skip
    return {"rows": rows, "least_m": constants["merge_open_m"], "snap_m": constants["snap_m"]}
