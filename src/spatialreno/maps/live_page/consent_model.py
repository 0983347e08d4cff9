"""Whose word the live page asks for: what each holder has said so far, and the votes of owners that an act needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.community import CONSENT_ORDER, CONSENT_STATES, fewest_people, touched_features
from spatialreno.maps.content.people_sections import say_matter

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.community import Poll, Register
    from spatialreno.comparison import Comparison
    from spatialreno.maps.words.words import Lang
    from spatialreno.scenario import Scenario

Asks = list[list[Any]]  # party and how its word stands, a number of ``CONSENT_ORDER``
#: Most matters of one yard that are won together; more are added up.
_TOGETHER = 3


def asks_of(asked: pd.DataFrame) -> dict[tuple[str, str], Asks]:
    """Read the table of ``find_consents``: by layer and id the parties whose own agreement is needed."""
    own = asked[(asked["basis"] == "owner") & (asked["party_id"] != "")]
    found: dict[tuple[str, str], dict[str, int]] = {}
    columns = (own[name].tolist() for name in ("layer", "id", "party_id", "state"))
    for layer, name, party, state in zip(*columns, strict=True):
        _worse(found.setdefault((str(layer), str(name)), {}), str(party), CONSENT_ORDER.index(state))
    return {key: sorted([party, state] for party, state in states.items()) for key, states in found.items()}


def _worse(states: dict[str, int], party: str, state: int) -> None:
    states[party] = max(states.get(party, 0), state)


def holders(area: StudyArea, rights: Iterable[str]) -> dict[str, Asks]:
    """List by thing who holds one of some rights in it, and his word; all owners together act through their vote."""
    all_owners = set(area.parties.index[area.parties["kind"] == "all_owners"])
    held = area.rights[area.rights["right"].isin(list(rights)) & ~area.rights["party_id"].isin(all_owners)]
    found: dict[str, dict[str, int]] = {}
    for thing, party, consent in zip(held["feature_id"], held["party_id"], held["consent"], strict=True):
        _worse(found.setdefault(thing, {}), str(party), CONSENT_ORDER.index(CONSENT_STATES[consent]))
    return {thing: sorted([party, state] for party, state in states.items()) for thing, states in found.items()}


def matters_of(area: StudyArea, scenario: Scenario) -> dict[tuple[str, str], list[list[str]]]:
    """List by layer and id the matters on which owners vote, each with the places it may concern."""
    found: dict[tuple[str, str], list[list[str]]] = {}
    touched = touched_features(area, scenario)
    for one in touched[touched["matter"] != ""].to_dict("records"):
        for place in one["places"]:
            found.setdefault((str(one["layer"]), str(one["id"])), []).append([str(one["matter"]), str(place)])
    return found


def votes(options: Comparison, book: Register, asked: Iterable[tuple[str, str]], lang: Lang) -> dict[str, Any]:
    """Count each vote that the page may need, and those of one place together.

    Parameters
    ----------
    options : Comparison
        Today.
    book : Register
        Its ballots.
    asked : iterable of (matter, place)
        What the acts of the page may put to the vote.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    dict
        ``each``: by ``matter:place`` its title, its place and how many are still to be won (0: passed; None: nobody
        knows how many households vote there);
        ``together``: by matters of one place, joined by ``|``, the fewest households that decide all of them.
    """
    rows = {row["matter"]: row for row in options.today.catalog.rows("matters")}
    lived = {unit: book.places(unit) for unit in ("building", "compound")}
    known = sorted({(m, p) for m, p in asked if p in lived.get(rows[m]["electorate"], ())})
    polls = {f"{m}:{p}": book.poll(m, p) for m, p in known}
    # For each vote the first one with the same voters, the same choices and the same rule.
    first: dict[tuple[Any, ...], str] = {}
    alike = {name: first.setdefault(_same(poll), name) for name, poll in polls.items()}
    counts = {name: polls[name].count("") for name in first.values()}
    missing = {name: None if count.uncounted else len(count.to_win) for name, count in counts.items()}
    each = {f"{m}:{p}": [say_matter(f"{m}:{p}", options, lang), p, missing[alike[f"{m}:{p}"]]] for m, p in known}
    fewest: dict[tuple[str, ...], int] = {(name,): count for name, count in missing.items() if count is not None}
    together = {}
    for names in _sets_of(each):
        own = tuple(sorted({alike[name] for name in names}))
        if own not in fewest:
            fewest[own] = len(fewest_people({name: polls[name] for name in own}).asked)
        together["|".join(names)] = fewest[own]
    return {"each": each, "together": together}


def _same(poll: Poll) -> tuple[Any, ...]:
    return poll.rule, tuple(poll.areas_m2.items()), tuple(sorted(poll.votes.items())), poll.uncounted


def _sets_of(each: dict[str, list[Any]]) -> Iterator[tuple[str, ...]]:
    """Go through the sets of undecided matters of one place."""
    by_place: dict[str, list[str]] = {}
    for name, (_, place, missing) in each.items():
        if missing:
            by_place.setdefault(place, []).append(name)
    for names in by_place.values():
        for count in range(2, min(len(names), _TOGETHER) + 1):
            yield from combinations(sorted(names), count)
