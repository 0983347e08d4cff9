"""What a scenario touches and opens, and the rule of the catalog that says who must agree to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import lasting
from spatialreno.community.consents.nearby import Nearby
from spatialreno.community.consents.opened import (
    LINES,
    Act,
    features_of,
    gate_is_alone,
    gate_sides,
    lineages_of,
    opened_between,
    wall_sides,
)
from spatialreno.scenario import as_scenarios, work_done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

COLUMNS = [
    *("verb", "layer", "id", "kind", "sort", "names", "places", "beside"),
    *("basis", "must", "informs", "matter", "source", "confidence"),
]
#: An act the catalog has no rule for: whoever owns the thing or uses the land must agree.
_ELSE = {
    "basis": "owner",
    "must": "ownership|land_use",
    "informs": "management",
    "matter": "works",
    "source": "no rule in consent_rules",
    "confidence": "assumed",
}
_IN_BUILDING = "in_building"
#: Kinds of rule that come from what an act does, and not from what the thing is.
_OPENS, _ALONE, _THROUGH = "opens", "alone", "through"
_LAND = "land_use"
_RECENT = 32  # scenarios that are remembered: all options of a comparison


def touched_features(area: StudyArea, scenario: Scenario) -> pd.DataFrame:
    """List every feature a scenario touches, with the rule of consent that holds for it.

    What is altered without effect (another name, or what is so already) asks nobody and is not listed.

    Parameters
    ----------
    area
        The area as it is.
    scenario
        The option.

    Returns
    -------
    DataFrame
        Columns verb, layer, id, kind (of the rule; ``opens``: the act opens the way between compounds), sort (its own
        kind or use), names (ids under which rights in the thing may stand: its own, its building's, that of its wall or
        of the wall it is a piece of), places (compounds it stands in or between), beside (compounds within a strip's
        width), basis, must, informs (rights, joined by ``|``), matter, source,
        confidence. An act may stand in two rows: an illegal structure is enforced, and the way that it leaves open is
        asked for.

    Raises
    ------
    ScenarioError
        What is given is no scenario, or does not fit the area.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plan = sr.Scenario("p", interventions=[sr.demolish("walls", ids="W01")])
    >>> touched_features(today, plan)[["id", "places", "basis", "must"]].to_numpy().tolist()
    [['W01', ('C01',), 'owner', 'ownership|land_use']]
    """
    as_scenarios([scenario], what="consents")
    recent = area.derive(_recent)
    known = recent.pop(scenario, None)
    recent[scenario] = _touched(area, scenario) if known is None else known
    if len(recent) > _RECENT:
        del recent[next(iter(recent))]
    return recent[scenario].copy()


@lasting
def _recent(area: StudyArea) -> dict[Scenario, pd.DataFrame]:
    """Begin the list of scenarios last asked for; consents and check-ups ask for the same."""
    return {}


def _touched(area: StudyArea, scenario: Scenario) -> pd.DataFrame:
    keys: list[Act] = [(verb, layer, i) for verb, layer, i, _ in work_done(scenario, area)]
    after = scenario.apply(area)
    opens = opened_between(area, after, keys)
    gone = {i for verb, layer, i in keys if (verb, layer) == ("demolish", "walls")}
    rules, yards = area.catalog.rows("consent_rules"), Nearby(area.compounds.geometry)
    walls = {True: after.walls, False: area.walls}
    sides = {built: wall_sides(own) for built, own in walls.items()}
    lines = {built: Nearby(own.geometry) for built, own in walls.items()}
    features = features_of(area, after, keys)
    rows = []
    for key in keys:
        verb, layer, i = key
        feature = features[key]
        pierced = sorted(lines[True].met(feature["geometry"], "crosses")) if verb == "build" and layer in LINES else []
        places = {*_places(feature, area, yards)}.union(*(sides[verb == "build"][wall] for wall in pierced))
        if layer == "gates":
            places |= gate_sides(feature, sides[verb == "build"], lines[verb == "build"], area.catalog.constants)
        told: dict[Any, Any] = {"verb": verb, "layer": layer, "id": i, "sort": _sort(layer, feature)}
        told["names"] = _names(i, feature, pierced)
        asked = _asked_for(key, feature, rules, gone, bool(pierced), places, opens.get(key, frozenset()))
        for kind, where in asked:
            rule = _rule(rules, verb, layer, kind)
            if len(asked) > 1 and kind != _OPENS:  # the vote on the way is on the land, too
                rule["must"] = "|".join(right for right in rule["must"].split("|") if right != _LAND)
            if rule["basis"] != "follows":
                beside = _beside(feature, area, yards, where)
                rows.append(told | {"kind": kind, "places": where, "beside": beside} | rule)
    return pd.DataFrame(rows, columns=COLUMNS)


def _asked_for(
    key: Act, feature: Mapping[str, Any], rules: list[dict[str, str]], gone: set[str], pierces: bool,
    places: set[str], opens: frozenset[str],
) -> list[tuple[str, tuple[str, ...]]]:
    """Give the rules that hold for one act, each with its compounds: by what the thing is, and by what it opens."""
    verb, layer, _ = key
    kind = _THROUGH if pierces else _kind(layer, feature)
    if (verb, layer) == ("demolish", "gates") and gate_is_alone(feature, gone):
        kind = _ALONE
    own, both = (kind, tuple(sorted(places))), tuple(sorted(places | opens))
    if not opens:
        return [own]
    if (verb, layer) == ("demolish", "walls"):  # its own rule is the one for opening a way
        return [(kind, both)]
    rule = _rule(rules, verb, layer, kind)
    common = kind in ("", _ALONE) and (rule["matter"] or rule["basis"] == "follows")  # the vote on the way decides it
    return [(_OPENS, both)] if common else [own, (_OPENS, both)]  # enforcement, a right of one's own stay


def _kind(layer: str, feature: Mapping[str, Any]) -> str:
    """Give what the rules distinguish: the legality of a structure, a facility in a building."""
    if layer == "structures":
        return str(feature["legality"])
    if layer == "facilities":
        return _IN_BUILDING if isinstance(feature["building_id"], str) else ""
    return ""


def _sort(layer: str, feature: Mapping[str, Any]) -> str:
    """Give a thing's own kind; a building's is its use."""
    own = feature.get("use" if layer == "buildings" else "kind")
    return own if isinstance(own, str) else ""


def _rule(rules: list[dict[str, str]], verb: str, layer: str, kind: str) -> dict[str, str]:
    """Take the rule of a layer, verb and kind; what opens a way and has no row of its own goes as a wall does."""
    own = [r for r in rules if r["layer"] == layer and r["verb"] == verb]
    found = [r for r in own if r["kind"] == kind]
    if not found and kind == _OPENS:
        found = [r for r in rules if (r["layer"], r["verb"], r["kind"]) == ("walls", "demolish", "")]
    found = found or [r for r in own if not r["kind"]]
    return {key: found[0][key] for key in _ELSE} if found else dict(_ELSE)


def _names(i: str, feature: Mapping[str, Any], pierced: list[str]) -> tuple[str, ...]:
    """Name the ids under which rights in a thing may stand: its own, its building's, that of its wall."""
    host = [str(feature[c]) for c in ("building_id", "wall_id") if isinstance(feature.get(c), str)]
    return tuple(lineages_of([i, *host, *pierced]))


def _places(feature: Mapping[str, Any], area: StudyArea, yards: Nearby) -> tuple[str, ...]:
    """Name the compounds of a feature: those beside a wall, the one it is in, else those it lies on."""
    told = [feature.get(c) for c in ("compound_a", "compound_b", "compound_id")]
    named = tuple(sorted({c for c in told if isinstance(c, str)}))
    shape = feature["geometry"]
    if named and shape.geom_type != "Polygon":
        return named
    reach = area.catalog.constants["tolerance_m"]
    inner = shape.buffer(-reach) if shape.geom_type == "Polygon" else shape
    return tuple(sorted({*named, *yards.met(inner)}))


def _beside(feature: Mapping[str, Any], area: StudyArea, yards: Nearby, places: tuple[str, ...]) -> tuple[str, ...]:
    """Name the compounds a feature passes at no more than a strip's width."""
    return tuple(sorted({*places, *yards.near(feature["geometry"], area.catalog.constants["strip_m"])}))
