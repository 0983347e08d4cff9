"""What a scenario touches, and the rule of the catalog that says who must agree to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.area import lineage

if TYPE_CHECKING:
    import geopandas as gpd

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
        Columns verb, layer, id, kind (of the rule), sort (its own kind or use), names (ids under which rights
        in the thing may stand: its own, its building's, that of the wall it is a piece of), places (compounds
        it stands in or between), beside (compounds within a strip's width), basis, must, informs (rights,
        joined by ``|``), matter, source, confidence.
    """
    bill = scenario.ledger(area)
    acts = bill[bill["verb"] != "keep"].drop_duplicates(["verb", "layer", "id"])
    after = scenario.apply(area)
    rules, yards = area.catalog.rows("consent_rules"), area.compounds.geometry
    frames = {(source is after, layer): source.layer(layer) for source in (area, after) for layer in set(acts["layer"])}
    rows = []
    for act in acts[["verb", "layer", "id"]].to_dict("records"):
        feature = frames[act["verb"] == "build", act["layer"]].loc[act["id"]]
        kind = _kind(act["layer"], feature)
        rule = _rule(rules, act, kind)
        if rule["basis"] != "follows":
            places = _places(feature, area, yards)
            told: dict[Any, Any] = {"kind": kind, "sort": _sort(act["layer"], feature)}
            told |= {"names": _names(act["id"], feature), "places": places}
            told["beside"] = _beside(feature, area, yards, places)
            rows.append(act | told | rule)
    return pd.DataFrame(rows, columns=COLUMNS)


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


def _rule(rules: list[dict[str, str]], act: dict[Any, Any], kind: str) -> dict[str, str]:
    own = [r for r in rules if r["layer"] == act["layer"] and r["verb"] == act["verb"]]
    found = [r for r in own if r["kind"] == kind] or [r for r in own if not r["kind"]]
    return {key: found[0][key] for key in _ELSE} if found else dict(_ELSE)


def _names(i: str, feature: Any) -> tuple[str, ...]:
    host = [str(feature[c]) for c in ("building_id",) if isinstance(feature.get(c), str)]
    names = [*lineage(i), *host]
    return tuple(name for k, name in enumerate(names) if name not in names[:k])


def _places(feature: Any, area: StudyArea, yards: gpd.GeoSeries) -> tuple[str, ...]:
    """Name the compounds of a feature: those beside a wall, the one it is in, else those it lies on."""
    told = [feature.get(c) for c in ("compound_a", "compound_b", "compound_id")]
    named = tuple(sorted({c for c in told if isinstance(c, str)}))
    shape = feature["geometry"]
    if named and shape.geom_type != "Polygon":
        return named
    reach = area.catalog.constants["tolerance_m"]
    inner = shape.buffer(-reach) if shape.geom_type == "Polygon" else shape
    return tuple(sorted({*named, *yards.index[shapely.intersects(yards.to_numpy(), inner)]}))


def _beside(feature: Any, area: StudyArea, yards: gpd.GeoSeries, places: tuple[str, ...]) -> tuple[str, ...]:
    """Name the compounds a feature passes at no more than a strip's width."""
    near = shapely.dwithin(yards.to_numpy(), feature["geometry"], area.catalog.constants["strip_m"])
    return tuple(sorted({*places, *yards.index[near]}))
