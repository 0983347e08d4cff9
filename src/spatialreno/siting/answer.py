"""From a choice among candidates to a solution: ids to build under, assignment, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from spatialreno.land import new_ids
from spatialreno.optimise import Solution
from spatialreno.siting.distances import EXISTING
from spatialreno.siting.models.choice import Choice

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class Found:
    """What a search came to: the candidates, the choice, what is missing, what it rests on."""

    sites: gpd.GeoDataFrame
    choice: Choice
    missing: Mapping[str, Any]
    basis: Mapping[str, Any]


def solution(area: StudyArea, kind: str, found: Found) -> Solution:
    """Give the chosen candidates the ids they will be built under and tell the whole as a solution."""
    choice = found.choice
    chosen = found.sites.loc[list(choice.sites)]
    names = pd.Index(new_ids(area, kind, len(chosen)), dtype="str", name="id")
    built = dict(zip(choice.sites, names, strict=True))
    served = [built.get(site, str(site).removeprefix(EXISTING)) for site in choice.assignment["site"]]
    return Solution(
        kind=kind,
        layer="facilities",
        sites=chosen.assign(candidate=chosen.index.astype("str")).set_axis(names, axis=0),
        assignment=choice.assignment.assign(site=pd.Series(served, dtype="str")),
        objective=choice.objective,
        bound=choice.bound,
        gap=choice.gap,
        status=choice.status,
        missing=found.missing,
        provenance={**_stamp(area), "kind": kind, "candidates": len(found.sites), **found.basis},
    )


def _stamp(area: StudyArea) -> dict[str, str]:
    try:
        release = version("spatialreno")
    except PackageNotFoundError:  # a source tree that was never installed
        release = "unknown"
    return {"area": area.name, "fingerprint": area.fingerprint, "version": release}
