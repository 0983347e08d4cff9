"""``propose_clusters``: compounds to be planned, financed and managed as one (组团), with a bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np
import pandas as pd

from spatialreno.catalog import Finding, read_catalog, sentence
from spatialreno.design.grouping.bound import find_bound
from spatialreno.design.grouping.growth import Parts, grown, middle_of
from spatialreno.design.grouping.map_of_yards import ACROSS, BY, Across, Yards, find_limits, make_yards, ordered_yards
from spatialreno.design.grouping.proven import Division, divided, value_of
from spatialreno.design.grouping.windows import QUICK, bettered
from spatialreno.errors import InfeasibleError, InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

# Up to so many compounds the solver divides all of them at once, with a proof; above, window by window, with a bound.
_PROVEN_UP_TO = 150
_BESIDE = 2
_CLOSED = 1e-6


class Rules(TypedDict, total=False):
    """What else a cluster must keep to."""

    one_station: bool
    pays: bool
    budget_yuan: float
    cost_yuan: Mapping[str, float]
    eligible: float
    built_before: int


@dataclass(frozen=True, repr=False)
class Clusters:
    """Compounds planned, financed and managed as one (组团), as proposed.

    Attributes
    ----------
    of_compound
        Cluster by compound id: K1, K2 … from north-west to south-east.
    table
        Index cluster: compounds (list of ids), households, middle (the compound that households are nearest to),
        metres (mean way of a household's compound to it), and the sum of each further rule.
    beside
        A row for each number of clusters from two fewer to two more: count, value, bound, status (``impossible``: their
        households do not fit; ``none found``), households_least, households_most; those that were not chosen are grown
        and not proven.
    value, bound
        Households × metres to the middle of their cluster, and what no division into so many clusters can be below.
    status
        ``proven``; ``stopped``: the effort was used up first; ``heuristic``: grown; the bound holds all the same.
    findings, provenance
        What else must be known (``notes`` tells it), and what this rests on.
    """

    of_compound: pd.Series[str]
    table: pd.DataFrame
    beside: pd.DataFrame
    value: float
    bound: float
    status: str
    findings: tuple[Finding, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Close the mapping, so that an answer stays what was found."""
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Give what is stored to be pickled."""
        told = (self.of_compound, self.table, self.beside, self.value, self.bound, self.status, self.findings)
        return Clusters, (*told, dict(self.provenance))

    @property
    def gap(self) -> float:
        """How far the value may be from the least there is, as a share of it (0: proven)."""
        return max(self.value - self.bound, 0.0) / self.value if self.value > 0 else 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What else must be known, a sentence each."""
        return tuple(sentence(read_catalog(), one, "en") for one in self.findings)

    def members(self) -> dict[str, list[str]]:
        """Give compound ids by cluster, as ``sr.community.manage`` takes them."""
        return {str(name): list(own) for name, own in self.table["compounds"].items()}

    def scenario(self, name: str = "clusters", title: str = "组团") -> Scenario:
        """Write the clusters down: applied, the column ``cluster`` of compounds holds them.

        Parameters
        ----------
        name, title
            Of the scenario.

        Returns
        -------
        Scenario
            One ``alter`` of compounds for each cluster.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.propose_clusters(today, households=(100, 700), count=2)
        >>> found.scenario().apply(today).compounds["cluster"].to_dict() == found.of_compound.to_dict()
        True
        """
        from spatialreno.scenario import Scenario, alter

        acts = [alter("compounds", ids=own, set={"cluster": one}) for one, own in self.members().items()]
        return Scenario(name, title, acts)

    def __repr__(self) -> str:
        """Read the clusters aloud."""
        homes = self.table["households"]
        proof = {
            "proven": "no division into so many is nearer to its middles",
            "heuristic": f"heuristic, at most {self.gap:.1%} above the bound",
        }.get(self.status, f"stopped, at most {self.gap:.1%} above the bound")
        return (
            f"{len(homes)} clusters of {homes.min():,.0f} to {homes.max():,.0f} households, "
            f"{self.value / max(homes.sum(), 1):,.0f} m from a household's compound to its middle on average; {proof}"
        )


def propose_clusters(
    area: StudyArea,
    *,
    households: tuple[float, float] = (1000, 2500),
    by: str | Sequence[str] = (),
    across: Across = "street",
    street_m: float = 20.0,
    count: int | None = None,
    reach_m: float = 600.0,
    nodes: int = 20_000,
    seed: int = 0,
    **rules: Unpack[Rules],
) -> Clusters:
    r"""Divide compounds into clusters that hang together, each near to its middle and of a size that can be managed.

    .. math:: \min \sum_i h_i \, d(i, r(i))

    Clusters are grown from spread seeds and bettered along their borders. Up to 150 compounds a solver then finds the
    least, with rows that keep clusters together added where one falls apart; above, it divides a few neighbouring
    clusters at a time anew until nothing is gained, and a relaxation gives the bound.

    Parameters
    ----------
    area
        The area in any state.
    households
        Least and most households of a cluster.
    by
        ``street`` (a cluster keeps to the compounds along one named street), ``community`` (borders of the column
        ``community`` are kept), or both.
    across
        What two neighbours of a cluster may have between them: a ``wall``, a ``lane``, or a ``street``.
    street_m
        Neighbours across a lane or street are no farther apart, in metres.
    count
        How many clusters; by default as many as leaves each midway between least and most.
    reach_m
        No compound is farther from its cluster's middle, through neighbours, in metres.
    nodes
        Most nodes of the solver's search tree.
    seed
        Of the growth.
    rules
        ``one_station`` (one heat station carries what waits for heat), ``pays`` (fees at today's rates carry one
        manager with one gate), ``budget_yuan`` with ``cost_yuan`` by compound (one year's money), ``eligible`` (least
        share of households in compounds built before ``built_before``; by default those that the catalog's
        ``funding_rules`` give central money, built by 2000).

    Returns
    -------
    Clusters

    Raises
    ------
    InputError
        A word that is not known, or households, communities or costs that are missing, by compound.
    InfeasibleError
        No division keeps to the rules; the message says which compounds or numbers stand in the way.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> found = propose_clusters(today, households=(100, 700), count=2)
    >>> len(found.table), found.status, bool(found.table["households"].between(100, 700).all())
    (2, 'proven', True)
    """
    borders = (by,) if isinstance(by, str) and by else tuple(by)
    _checked(households, borders, across, rules)
    frame = ordered_yards(area)
    limits, notes = find_limits(area, frame, households, rules)
    yards = make_yards(area, frame, across, street_m, borders, limits)
    number = _count(yards, households) if count is None else int(count)
    _refuse_impossible(yards, households, number)
    found = _divide(yards, number, reach_m, nodes, seed)
    if not found.parts:
        raise InfeasibleError(
            f"clusters: no division into {number} keeps to all rules. Give another count or wider households, or leave "
            f"out one of {', '.join(limit.name for limit in limits)}; reach_m = {reach_m:g} may be short."
        )
    notes.append(Finding("cluster_reach", {"reach_m": reach_m}))
    table, of_compound = _told(yards, found.parts, frame)
    rows = [_beside(yards, number + step, reach_m, seed) for step in range(-_BESIDE, _BESIDE + 1) if step]
    own: dict[str, Any] = {"count": number, "value": found.value, "bound": found.bound, "status": found.status}
    own |= _sizes(yards, found.parts)
    beside = pd.DataFrame([own, *(row for row in rows if row)]).sort_values("count", ignore_index=True)
    return Clusters(
        of_compound, table, beside, found.value, found.bound, found.status, tuple(notes), _provenance(area, households)
    )


def _checked(households: tuple[float, float], by: tuple[str, ...], across: str, rules: Rules) -> None:
    faults = [f"by {one!r} is none of {', '.join(BY)}" for one in by if one not in BY]
    if across not in ACROSS:
        faults.append(f"across is {across!r}, expected one of {', '.join(ACROSS)}")
    if len(households) != 2 or not 0 <= households[0] <= households[1]:
        faults.append(f"households is {households}, expected (least, most)")
    unknown = sorted(set(rules) - set(Rules.__annotations__))
    if unknown:
        faults.append(f"{', '.join(unknown)} is no rule. Rules: {', '.join(Rules.__annotations__)}")
    if faults:
        raise InputError(f"clusters: {'; '.join(faults)}.")


def _count(yards: Yards, households: tuple[float, float]) -> int:
    """Choose the number that leaves each midway between least and most, as far as pieces allow."""
    total, (least, most) = float(yards.households.sum()), households
    wished = round(total / max((least + most) / 2, 1.0))
    low = max(sum(ceil(yards.households[piece].sum() / max(most, 1.0)) for piece in yards.pieces()), 1)
    high = floor(total / least) if least > 0 else yards.count
    return int(min(max(wished, low), max(high, 1)))


def _refuse_impossible(yards: Yards, households: tuple[float, float], count: int) -> None:
    """Name what alone makes a division impossible."""
    least, most = households
    large = [yards.ids[at] for at in range(yards.count) if yards.households[at] > most]
    faults = [f"{', '.join(large[:8])} alone hold more than {most:g} households"] if large else []
    for piece in yards.pieces():
        homes = float(yards.households[piece].sum())
        if homes < least:
            names = ", ".join(yards.ids[at] for at in piece[:8]) + (" …" if len(piece) > 8 else "")
            faults.append(f"{names} have no further neighbours and hold {homes:g} households, fewer than {least:g}")
    total = float(yards.households.sum())
    if not 1 <= count <= yards.count or not count * least <= total <= count * most:
        faults.append(f"{count} clusters of {least:g} to {most:g} cannot hold {total:g} households")
    if faults:
        raise InfeasibleError(
            f"clusters: {'; '.join(faults)}. Give other numbers, or join neighbours farther apart (street_m, across)."
        )


def _divide(yards: Yards, count: int, reach_m: float, nodes: int, seed: int) -> Division:
    start = _grown(yards, count, reach_m, seed)
    if yards.count <= _PROVEN_UP_TO:
        start = None if start is None else bettered(yards, start, reach_m, QUICK)
        return divided(yards, count, reach_m, start, nodes)
    if start is None:
        return Division([], np.inf, -np.inf, "heuristic")
    return _bounded(yards, bettered(yards, start, reach_m), reach_m)


def _grown(yards: Yards, count: int, reach_m: float, seed: int) -> Parts | None:
    parts = grown(yards, count, seed=seed)
    return parts if parts is None or _near(yards, parts, reach_m) else None


def _bounded(yards: Yards, parts: Parts, reach_m: float) -> Division:
    value = value_of(yards, parts)
    bound = min(find_bound(yards, len(parts), reach_m, value).value, value)
    closed = value - bound <= _CLOSED * max(value, 1.0)
    return Division(parts, value, value if closed else bound, "proven" if closed else "heuristic")


def _near(yards: Yards, parts: Parts, reach_m: float) -> bool:
    return all(float(yards.metres[part, middle_of(yards, part)[0]].max()) <= reach_m for part in parts)


def _beside(yards: Yards, count: int, reach_m: float, seed: int) -> dict[str, Any] | None:
    """Grow another number of clusters, with its bound."""
    if not 1 <= count <= yards.count:
        return None
    homes, total = yards.limits[0], float(yards.households.sum())
    if not count * homes.least <= total <= count * homes.most:
        return {"count": count, "status": "impossible"}
    parts = _grown(yards, count, reach_m, seed)
    if parts is None:
        return {"count": count, "status": "none found"}
    found = _bounded(yards, bettered(yards, parts, reach_m, QUICK), reach_m)
    told = {"count": count, "value": found.value, "bound": found.bound, "status": found.status}
    return told | _sizes(yards, found.parts)


def _sizes(yards: Yards, parts: Parts) -> dict[str, float]:
    homes = [float(yards.households[part].sum()) for part in parts]
    return {"households_least": min(homes), "households_most": max(homes)}


def _told(yards: Yards, parts: Parts, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Name clusters from north-west to south-east, by their first compound."""
    rows = []
    for at, part in enumerate(sorted(parts, key=min), start=1):
        middle, metres = middle_of(yards, part)
        homes = float(yards.households[part].sum())
        row = {
            "cluster": f"K{at}", "compounds": sorted(yards.ids[one] for one in part), "households": homes,
            "middle": yards.ids[middle], "metres": round(metres / homes, 1) if homes else 0.0,
        }  # fmt: skip
        rows.append(row | {limit.name: float(limit.amounts[part].sum()) for limit in yards.limits[1:]})
    table = pd.DataFrame(rows).set_index("cluster")
    cluster = {one: str(name) for name, own in table["compounds"].items() for one in own}
    return table, pd.Series(cluster, name="cluster", dtype="str").reindex(sorted(map(str, frame.index)))


def _provenance(area: StudyArea, households: tuple[float, float]) -> dict[str, Any]:
    from spatialreno._version import __version__

    return {"area": area.fingerprint, "households": list(households), "version": __version__}
