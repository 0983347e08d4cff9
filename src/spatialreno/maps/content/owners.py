"""Who holds a right in a thing; if nobody does, who holds one in the yards it stands in or between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import lineage

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_LAYERS = ("walls", "structures", "gates")
_YARDS = ("compound_a", "compound_b", "compound_id")


def owner_ids(area: StudyArea) -> dict[tuple[str, str], list[str]]:
    """List the parties of every wall, structure and gate by layer and id.

    Parameters
    ----------
    area : StudyArea
        Its ``rights`` name features by id, a split wall by the id it was surveyed under.
    """
    rights: dict[str, set[str]] = {}
    for feature, party in zip(area.rights["feature_id"], area.rights["party_id"], strict=True):
        rights.setdefault(str(feature), set()).add(str(party))
    found = {}
    for layer in _LAYERS:
        frame = area.layer(layer)
        yards = [frame[column].tolist() for column in _YARDS if column in frame.columns]
        for row, name in enumerate(frame.index):
            own: set[str] = set().union(*(rights.get(one, set()) for one in lineage(str(name))))
            found[layer, str(name)] = sorted(own or _of_yards([column[row] for column in yards], rights))
    return found


def _of_yards(yards: list[Any], rights: dict[str, set[str]]) -> set[str]:
    return set().union(*(rights.get(yard, set()) for yard in yards if isinstance(yard, str)))


def owners(area: StudyArea, joint: str) -> dict[tuple[str, str], str]:
    """Name the parties of every wall, structure and gate."""
    names = party_names(area)
    return {key: joint.join(names.get(party, party) for party in ids) for key, ids in owner_ids(area).items()}


def party_names(area: StudyArea) -> dict[str, str]:
    """Name each party; one without a name by its id."""
    parties = area.parties["name"]
    return {str(key): str(key) if pd.isna(name) else str(name) for key, name in parties.items()}


def yards_of_parties(area: StudyArea) -> dict[str, list[str]]:
    """List the compounds in which each party holds a right, by party id."""
    rights = area.rights
    own = rights[rights["feature_id"].isin(area.compounds.index)]
    found: dict[str, set[str]] = {}
    for yard, party in zip(own["feature_id"], own["party_id"], strict=True):
        found.setdefault(str(party), set()).add(str(yard))
    return {party: sorted(yards) for party, yards in sorted(found.items())}
