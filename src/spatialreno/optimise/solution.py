"""The answer of a search: chosen sites with their proof, and itself a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from spatialreno.errors import InfeasibleError

if TYPE_CHECKING:
    from spatialreno.scenario import Scenario

#: Columns of ``sites`` that become values of the built feature (when not empty).
BUILT_COLUMNS = ("kind", "name", "area_m2", "capacity", "building_id")
#: Other layers take only these (their area follows from the outline).
_OTHER_LAYERS = ("kind", "name")


@dataclass(frozen=True, repr=False)
class Solution:
    """Where to build, whom each site serves, and how good that is proven to be.

    Attributes
    ----------
    kind
        What is built: a kind of the catalog.
    layer
        The layer it is built in.
    sites
        GeoDataFrame, index ``id`` (the ids to build), in the area's CRS; at least ``kind``, ``form``,
        ``area_m2``, ``candidate``, ``geometry``. Where some are built in another layer or under another
        word, ``layer`` and ``as_kind`` say so.
    assignment
        DataFrame ``demand, site, distance_m, weight``: one row per demand served.
    objective, bound, gap
        Value of the choice, the proven limit of any choice, and their relative distance.
    status
        ``optimal``, ``bounded`` (a limit came before the proof) or ``infeasible``; said of the candidates searched,
        whose number is in ``provenance``.
    missing
        When infeasible: what is asked and what there is, in numbers.
    provenance
        Area, fingerprint, model and version this rests on.
    """

    kind: str
    layer: str
    sites: gpd.GeoDataFrame
    assignment: pd.DataFrame
    objective: float
    bound: float
    gap: float
    status: str
    missing: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Close the two mappings, so that an answer stays what was found."""
        object.__setattr__(self, "missing", MappingProxyType(dict(self.missing)))
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    def __reduce__(self) -> tuple[type[Solution], tuple[Any, ...]]:
        """Give the parts to be pickled or copied; closed mappings travel as plain ones and close again."""
        parts = {f.name: getattr(self, f.name) for f in fields(self)}
        return type(self), tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in parts.values())

    @property
    def feasible(self) -> bool:
        """Tell whether there is something to build."""
        return len(self.sites) > 0

    def as_scenario(self, name: str, *, title: str = "") -> Scenario:
        """Write the answer down as a scenario that builds every site.

        Parameters
        ----------
        name
            Name of the new scenario.
        title
            Its title on the map.

        Returns
        -------
        Scenario
            One ``build`` per site.

        Raises
        ------
        InfeasibleError
            When there is no site; the text gives the numbers of ``missing``.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.site_facilities(today, "canteen", count=1)
        >>> plan = found.as_scenario("canteen", title="食堂")
        >>> len(plan.interventions), len(today.apply(plan).facilities) - len(today.facilities)
        (1, 1)
        """
        if not self.feasible:
            why = "no site exists" if self.status == "infeasible" else "no site was found before the limit"
            raise InfeasibleError(f"{self.kind}: {why}. {self.shortfall()}")
        from spatialreno.scenario import Scenario, build

        acts = [
            build(row.get("layer", self.layer), str(site), geometry=row["geometry"], **_values(row))
            for site, row in self.sites.iterrows()
        ]
        return Scenario(name, title=title, interventions=acts)

    def shortfall(self) -> str:
        """Read ``missing`` aloud: every number with its name, in one line."""
        return "; ".join(f"{name} = {_spoken(value)}" for name, value in self.missing.items())

    def __repr__(self) -> str:
        """Tell the answer in a sentence."""
        if not self.feasible:
            return f"<Solution {self.kind}: {self.status}; {self.shortfall()}>"
        where = ", ".join(str(site) for site in self.sites.index)
        value = f"objective {self.objective:,.1f}, bound {self.bound:,.1f}, gap {self.gap:.2%}"
        return f"<Solution {self.kind}: {where}; {value}; {self.status}{self._among()}>"

    def _among(self) -> str:
        """Say what was searched: a proof holds among the candidates, not among all places on the ground."""
        count = self.provenance.get("candidates")
        return "" if count is None else f" among {count} candidates"


def _values(row: pd.Series) -> dict[str, Any]:
    columns = BUILT_COLUMNS if row.get("layer", "facilities") == "facilities" else _OTHER_LAYERS
    values = {column: row[column] for column in columns if column in row and not pd.isna(row[column])}
    return values | ({"kind": row["as_kind"]} if "as_kind" in row else {})


def _spoken(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value) or "none"
    return str(value)
