"""What a scenario touches and opens, and the rule of the catalog that says who must agree to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.community.consents.opened import (
    Act,
    gate_is_alone,
    gate_sides,
    lineages_of,
    opened_between,
    walls_pierced,
)

if TYPE_CHECKING:
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


def touched_features(area: StudyArea, scenario: Scenario) -> pd.DataFrame:
    """List every feature a scenario touches, with the rule of consent that holds for it.

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
    """
    bill = scenario.ledger(area)
    acts = bill[bill["verb"] != "keep"].drop_duplicates(["verb", "layer", "id"])
    after = scenario.apply(area)
    keys = list(acts[["verb", "layer", "id"]].itertuples(index=False, name=None))
    opens = opened_between(area, after, keys)
    gone = {i for verb, layer, i in keys if (verb, layer) == ("demolish", "walls")}
    rows = []
    for key in keys:
        source = after if key[0] == "build" else area
        feature = source.layer(key[1]).loc[key[2]]
        for kind, places in _asked_for(key, feature, source, gone, opens.get(key, frozenset())):
            rows += _row(key, kind, feature, places, area)
    return pd.DataFrame(rows, columns=COLUMNS)


def _asked_for(
    key: Act, feature: Any, source: StudyArea, gone: set[str], opens: frozenset[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """Give the rules that hold for one act, each with its compounds: by what the thing is, and by what it opens."""
    verb, layer, _ = key
    kind, places = _kind(layer, feature), set(_places(feature, source))
    if layer == "gates":
        places |= gate_sides(feature, source)
        kind = _ALONE if verb == "demolish" and gate_is_alone(feature, gone) else kind
    pierced = source.walls.loc[walls_pierced(feature, layer, source)] if verb == "build" else source.walls.iloc[:0]
    if len(pierced):
        kind = _THROUGH
        places |= {c for c in [*pierced["compound_a"], *pierced["compound_b"]] if isinstance(c, str)}
    own = (kind, tuple(sorted(places)))
    if not opens:
        return [own]
    if (verb, layer) == ("demolish", "walls"):  # its own rule is the one for opening a way
        return [(kind, tuple(sorted(places | opens)))]
    opened = (_OPENS, tuple(sorted(places | opens)))
    return [opened] if kind in ("", _ALONE) else [own, opened]  # enforcement, a right of one's own, a pierced wall stay


def _row(key: Act, kind: str, feature: Any, places: tuple[str, ...], area: StudyArea) -> list[dict[str, Any]]:
    """Lay out one act under one rule; what follows something else asks nobody."""
    verb, layer, i = key
    rule = _rule(area.catalog.rows("consent_rules"), verb, layer, kind)
    if rule["basis"] == "follows":
        return []
    told: dict[str, Any] = {"verb": verb, "layer": layer, "id": i, "kind": kind, "sort": _sort(layer, feature)}
    told |= {"names": _names(i, layer, feature, area), "places": places, "beside": _beside(feature, area, places)}
    return [told | rule]


def _kind(layer: str, feature: Any) -> str:
    """Give what the rules distinguish: the legality of a structure, a facility in a building."""
    if layer == "structures":
        return str(feature["legality"])
    if layer == "facilities":
        return _IN_BUILDING if isinstance(feature["building_id"], str) else ""
    return ""


def _sort(layer: str, feature: Any) -> str:
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


def _names(i: str, layer: str, feature: Any, area: StudyArea) -> tuple[str, ...]:
    """Name the ids under which rights in a thing may stand: its own, its building's, that of its wall."""
    host = [str(feature[c]) for c in ("building_id", "wall_id") if isinstance(feature.get(c), str)]
    return tuple(lineages_of([i, *host, *walls_pierced(feature, layer, area)]))


def _places(feature: Any, area: StudyArea) -> tuple[str, ...]:
    """Name the compounds of a feature: those beside a wall, the one it is in, else those it lies on."""
    told = [feature.get(c) for c in ("compound_a", "compound_b", "compound_id")]
    named = tuple(sorted({c for c in told if isinstance(c, str)}))
    shape = feature["geometry"]
    if named and shape.geom_type != "Polygon":
        return named
    reach = area.catalog.constants["tolerance_m"]
    inner = shape.buffer(-reach) if shape.geom_type == "Polygon" else shape
    yards = area.compounds.geometry
    return tuple(sorted({*named, *yards.index[shapely.intersects(yards.to_numpy(), inner)]}))


def _beside(feature: Any, area: StudyArea, places: tuple[str, ...]) -> tuple[str, ...]:
    """Name the compounds a feature passes at no more than a strip's width."""
    yards = area.compounds.geometry
    near = shapely.dwithin(yards.to_numpy(), feature["geometry"], area.catalog.constants["strip_m"])
    return tuple(sorted({*places, *yards.index[near]}))
