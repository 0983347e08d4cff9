"""Tasks out of an option: what is done in each lane and yard, by whom, in how many days, after what."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import Finding
from spatialreno.comparison.year.places import Places

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog
    from spatialreno.community import Consents

Row = dict[str, Any]
APPROVAL = "approval"
#: A stage in a lane, and the stage in a yard beside it that it waits for.
_FOR_THE_YARD = frozenset(
    (("pipes", "structures"), ("pipes", "walls"), ("roads", "structures"), ("roads", "walls"), ("roads", "pipes"))
)


@dataclass
class Task:
    """One task: works of one stage in one place, or a paper that must be had before."""

    name: str
    title: str
    title_en: str
    stage: str
    order: int
    place: str
    crew: str = ""
    days: int = 1
    quantity: dict[str, float] = field(default_factory=dict)  # by unit
    things: dict[tuple[str, str], float] = field(default_factory=dict)  # (layer, id): quantity, for shares of money
    flags: set[str] = field(default_factory=set)  # winter (stops in it), noisy, heat, school
    phase: int = 1
    estimate: float = 0.0  # days before they are rounded up


@dataclass
class Plan:
    """Tasks, what waits for what, which may not be under way together, and what could not be planned."""

    tasks: dict[str, Task]
    arcs: set[tuple[str, str]]
    one_way_in: list[tuple[frozenset[str], int]]
    findings: list[Finding]


def make_plan(area: StudyArea, ledger: pd.DataFrame, consents: Consents | None) -> Plan:
    """Make the tasks of one option and everything that ties them.

    Parameters
    ----------
    area
        As the option leaves it.
    ledger
        What the option touches.
    consents
        What is still to be agreed; None: nothing.
    """
    catalog, places = area.catalog, Places(area)
    stages = {row["stage"]: row for row in catalog.rows("work_stages")}
    tasks, notes = _works(ledger, catalog, places, stages)
    arcs = _order(tasks, places)
    papers, more = _papers(tasks, catalog, consents, places)
    groups, said = _one_way_in(tasks, places)
    for task in tasks.values():
        if task.stage in ("pipes", "roads") and "noisy" in task.flags and places.at_school(task.place):
            task.flags.add("school")
    return Plan({**papers, **tasks}, arcs | more, groups, [*notes, *said])


def _works(
    ledger: pd.DataFrame, catalog: Catalog, places: Places, stages: dict[str, dict[str, str]]
) -> tuple[dict[str, Task], list[Finding]]:
    tasks: dict[str, Task] = {}
    unknown: dict[str, int] = defaultdict(int)
    rows, rates = ledger[ledger["verb"] != "keep"], catalog.rows("work_rates")
    for (verb, layer, thing), own in rows.groupby(["verb", "layer", "id"], sort=True):
        row = {str(k): v for k, v in own.iloc[0].items()}
        rate = _rate(rates, row)
        if rate is None:
            unknown[f"{verb} {layer}"] += 1
            continue
        measured = own[own["measure"] == rate["measure"]]["quantity"]
        quantity = float(measured.iloc[0]) if len(measured) and measured.iloc[0] == measured.iloc[0] else 1.0
        _add(tasks, rate, stages[rate["stage"]], row, quantity, places.of(str(layer), str(thing)), places)
    for task in tasks.values():
        task.days = max(1, math.ceil(round(task.estimate, 6)))
    return tasks, [
        Finding("no_work_rate", {"what": what, "count": count}) for what, count in sorted(unknown.items())
    ]


def _rate(rates: list[dict[str, str]], row: Row) -> dict[str, str] | None:
    """Find the output of a crew: the row of the kind itself, else that of the layer; of the part, else of any."""
    own = [
        r for r in rates
        if r["layer"] == row["layer"] and r["verb"] == row["verb"] and r["kind"] in ("", row["kind"])
        and r["part"] in ("", row["part"])
    ]  # fmt: skip
    return max(own, key=lambda r: (bool(r["kind"]), bool(r["part"]), r["work"]), default=None)


def _add(
    tasks: dict[str, Task], rate: dict[str, str], stage: dict[str, str], row: Row, quantity: float, place: str,
    places: Places,
) -> None:  # fmt: skip
    """Add one thing to the task of its stage and place; what is built as a house is a task of its own."""
    own = rate["stage"] == "station" or (rate["stage"] == "green" and row["layer"] in ("facilities", "open_spaces"))
    name = f"{rate['stage']}:{row['id'] if own else place}"
    where = places.title(str(row["layer"]), str(row["id"]), place) if own else places.title("", "", place)
    zh, en = (f"{stage[lang]} · {where}" for lang in ("title_zh", "title_en"))
    task = tasks.setdefault(name, Task(name, zh, en, rate["stage"], int(stage["order"]), place, rate["crew"]))
    task.estimate += quantity / float(rate["per_day"])
    task.quantity[rate["unit"]] = task.quantity.get(rate["unit"], 0.0) + quantity
    task.things[row["layer"], row["id"]] = quantity
    task.flags |= {flag for flag in ("noisy", "heat") if rate[flag] == "yes"}
    task.flags |= {"winter"} if rate["winter"] == "no" else set()
    task.phase = int(row["phase"])


def _order(tasks: dict[str, Task], places: Places) -> set[tuple[str, str]]:
    """Order stages within a place, and between a lane and the yards beside it."""
    arcs: set[tuple[str, str]] = set()
    by_place: dict[str, list[Task]] = defaultdict(list)
    for task in tasks.values():
        by_place[task.place].append(task)
    for own in by_place.values():
        orders = sorted({task.order for task in own})
        for first, then in pairwise(orders):
            arcs |= {(a.name, b.name) for a in own for b in own if (a.order, b.order) == (first, then)}
    for lane, yards in places.beside.items():
        for yard in yards:
            arcs |= set(_across(by_place.get(lane, []), by_place.get(yard, [])))
    return arcs


def _across(lane: list[Task], yard: list[Task]) -> Iterator[tuple[str, str]]:
    """Yield what waits across the edge: the dig for walls and sheds, pavement for the yard's pipes, greens for it."""
    for here in lane:
        for there in yard:
            if (here.stage, there.stage) in _FOR_THE_YARD:
                yield there.name, here.name
            elif here.stage == "roads" and there.stage == "green":
                yield here.name, there.name


def _papers(
    tasks: dict[str, Task], catalog: Catalog, consents: Consents | None, places: Places
) -> tuple[dict[str, Task], set[tuple[str, str]]]:
    """Make tasks of approvals, votes not passed and signatures not in hand; each before the works it is for."""
    papers: dict[str, Task] = {}
    arcs: set[tuple[str, str]] = set()
    rows = sorted(catalog.rows("approvals"), key=lambda row: int(row["order"]))
    for row in rows:
        stages = set(row["before"].split("|"))
        if row["per"] == "area":
            found = [task for task in tasks.values() if task.stage in stages]
            if found:
                paper = _paper(row, row["approval"], ("", ""))
                papers[paper.name] = paper
                arcs |= {(paper.name, task.name) for task in found}
        elif consents is not None:
            asked = _votes if row["per"] == "vote" else _signatures
            for name, waiting in asked(tasks, consents):
                paper = _paper(row, name, _titles_of(name, catalog, consents, places))
                papers[paper.name] = paper
                arcs |= {(paper.name, task) for task in waiting}
    if {f"{APPROVAL}:design", f"{APPROVAL}:tender"} <= set(papers):
        arcs.add((f"{APPROVAL}:design", f"{APPROVAL}:tender"))
    return papers, arcs


def _paper(row: dict[str, str], name: str, of: tuple[str, str]) -> Task:
    named = zip(("title_zh", "title_en"), of, strict=True)
    zh, en = (f"{row[key]} · {own}" if own else row[key] for key, own in named)
    full = f"{APPROVAL}:{name}" if row["per"] == "area" else f"{row['approval']}:{name}"
    return Task(full, zh, en, APPROVAL, 0, "", days=int(row["days"]))


def _titles_of(name: str, catalog: Catalog, consents: Consents, places: Places) -> tuple[str, str]:
    """Name a vote by its matter and yard, a unit by its name, in both languages; a household stays a number."""
    matter, _, place = name.partition(":")
    if place:
        rows = {row["matter"]: row for row in catalog.rows("matters")}
        row, where = rows.get(matter, {}), places.title("", "", place)
        return f"{row.get('title_zh', matter)} · {where}", f"{row.get('title_en', matter)} · {where}"
    own = consents.asked[consents.asked["party_id"] == name].iloc[0]
    told = str(own["party"]) if own["party_kind"] != "household" else name
    return told, told


def _votes(tasks: dict[str, Task], consents: Consents) -> Iterator[tuple[str, list[str]]]:
    """Yield every vote that has not passed, with the works of its place: walls for opening, else what is built."""
    open_ = consents.votes[consents.votes["state"] != "passed"]
    for matter, place in zip(open_["matter"], open_["place"], strict=True):
        stages = ("walls",) if matter == "open" else ("pipes", "station", "green", "homes")
        waiting = [task.name for task in tasks.values() if task.place == place and task.stage in stages]
        if waiting:
            yield f"{matter}:{place}", waiting


def _signatures(tasks: dict[str, Task], consents: Consents) -> Iterator[tuple[str, list[str]]]:
    """Yield every holder whose word is not in hand, with the works on what he holds."""
    asked = consents.asked
    own = asked[(asked["basis"] == "owner") & asked["state"].isin(["open", "promised", "refused"])]
    task_of = {thing: task.name for task in tasks.values() for thing in task.things}
    for party, rows in own[own["party_id"].fillna("") != ""].groupby("party_id", sort=True):
        things = zip(rows["layer"], rows["id"], strict=True)
        waiting = sorted({task_of[thing] for thing in things if thing in task_of})
        if waiting:
            yield str(party), waiting


def _one_way_in(tasks: dict[str, Task], places: Places) -> tuple[list[tuple[frozenset[str], int]], list[Finding]]:
    """Keep a way in to each yard: of the lanes at its gates all but one may be dug or paved at a time."""
    by_lane: dict[str, set[str]] = defaultdict(set)
    for task in tasks.values():
        if task.stage in ("pipes", "roads"):
            by_lane[task.place].add(task.name)
    groups, notes = [], []
    for yard, lanes in places.ways_in.items():
        busy = [lane for lane in lanes if by_lane.get(lane)]
        if len(busy) < len(lanes) or not busy:
            continue
        if len(busy) == 1:
            notes.append(Finding("one_way_in", {"yard": yard, "lane": busy[0]}))
            continue
        groups.append((frozenset(name for lane in busy for name in by_lane[lane]), len(busy) - 1))
    return groups, notes
