"""Who will hold what after renewal: the register of public facilities (确权)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

COLUMNS = ["layer", "kind", "name", "compound_id", "built", "owner", "manager", "owner_proposed", "manager_proposed",
           "state", "source", "confidence"]  # fmt: skip
_LAYERS = ("facilities", "open_spaces")


def register_facilities(area: StudyArea) -> pd.DataFrame:
    """List every public facility and open space with the party that owns and manages it, or should.

    Parameters
    ----------
    area
        Any area; give ``scenario.apply(today)`` for the register after renewal.

    Returns
    -------
    DataFrame
        Index id; layer, kind, name, compound_id, built (by the scenario), owner and manager (names of the
        parties with a registered right), owner_proposed and manager_proposed (kind of party by the catalog's
        ``holders``, where none is registered), state (``registered``, ``proposed``, ``open``), source,
        confidence.

    Examples
    --------
    >>> import spatialreno as sr
    >>> register_facilities(sr.read_area("data/geo/xigongdi")).loc["F01", "manager"]
    '西工地社区居民委员会'
    """
    rules = {row["kind"]: row for row in area.catalog.rows("holders")}
    frames = [_layer_rows(area, layer, rules) for layer in _LAYERS]
    return pd.DataFrame([row for rows in frames for row in rows], columns=["id", *COLUMNS]).set_index("id").sort_index()


def _layer_rows(area: StudyArea, layer: str, rules: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    frame, before = area.layer(layer), area.survey.layer(layer).index
    held = {right: _held(area, right) for right in ("ownership", "management")}
    rows = []
    for i, feature in frame.iterrows():
        rule = rules.get(str(feature["kind"]), {})
        owner, manager = (held[right].get(str(i), "") for right in ("ownership", "management"))
        rows.append(
            {
                "id": str(i),
                "layer": layer,
                "kind": feature["kind"],
                "name": feature["name"] if isinstance(feature["name"], str) else "",
                "compound_id": feature.get("compound_id") if isinstance(feature.get("compound_id"), str) else "",
                "built": i not in before,
                "owner": owner,
                "manager": manager,
                "owner_proposed": "" if owner else rule.get("owner", ""),
                "manager_proposed": "" if manager else rule.get("manager", ""),
                "state": "registered" if owner and manager else "proposed" if rule else "open",
                "source": rule.get("source", ""),
                "confidence": rule.get("confidence", ""),
            }
        )
    return rows


def _held(area: StudyArea, right: str) -> dict[str, str]:
    """Name the holders of a right by feature."""
    rights = area.rights[area.rights["right"] == right].join(area.parties["name"], on="party_id")
    return {str(i): "、".join(sorted(own)) for i, own in rights.groupby("feature_id")["name"]}
