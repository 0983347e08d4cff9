"""What clusters are made of: compounds, who is whose neighbour, how far they are apart, what limits a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

import networkx as nx
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats, Geometries
from spatialreno.catalog import Finding
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatialreno.area import StudyArea

Across = Literal["wall", "lane", "street"]
ACROSS: tuple[Across, ...] = ("wall", "lane", "street")
BY = ("street", "community")
_STREET = "street"


@dataclass(frozen=True)
class Limit:
    """A sum over the compounds of a cluster that must lie between two numbers."""

    name: str
    amounts: Floats
    least: float
    most: float


@dataclass(frozen=True)
class Yards:
    """Compounds in the order of their places, so that what they are called changes nothing.

    Attributes
    ----------
    ids
        Compound ids from north-west to south-east.
    households
        Households of each.
    beside
        Neighbours of each, by number.
    metres
        Way from the middle of each to the middle of each other through neighbours; infinite where there is none.
    limits
        What a cluster must keep to.
    """

    ids: tuple[str, ...]
    households: Floats
    beside: tuple[frozenset[int], ...]
    metres: Floats
    limits: tuple[Limit, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)

    def pieces(self) -> list[list[int]]:
        """List groups of compounds that hang together."""
        return [sorted(part) for part in nx.connected_components(self.net(range(self.count)))]

    def net(self, some: Iterable[int]) -> Any:
        """Give neighbours among some compounds as a graph."""
        inside = set(some)
        net = nx.Graph()
        net.add_nodes_from(sorted(inside))
        net.add_edges_from((a, b) for a in sorted(inside) for b in self.beside[a] if b in inside)
        return net

    def keeps(self, some: list[int]) -> bool:
        """Tell whether a cluster keeps to all limits."""
        return all(each.least - 1e-6 <= float(each.amounts[some].sum()) <= each.most + 1e-6 for each in self.limits)


def ordered_yards(area: StudyArea) -> pd.DataFrame:
    """Sort compounds by place, with their households; refuse those whose households nobody knows."""
    compounds = area.compounds
    if compounds.empty:
        raise InputError("clusters: the area has no compound. Add the layer compounds.")
    told = area.buildings.groupby("compound_id")["households"].sum(min_count=1)
    homes = compounds["households"].astype("float64").fillna(told.reindex(compounds.index).astype("float64"))
    unknown = sorted(str(one) for one in homes.index[homes.isna()])
    if unknown:
        some = ", ".join(unknown[:8]) + (f" and {len(unknown) - 8} more" if len(unknown) > 8 else "")
        raise InputError(f"clusters: households of {some} are not known. Fill them in compounds or in buildings.")
    middle = compounds.geometry.centroid
    frame = pd.DataFrame(compounds).assign(homes=homes, x=middle.x.round(3), y=middle.y.round(3))
    return frame.sort_values(["y", "x"], ascending=[False, True], kind="stable")


def make_yards(
    area: StudyArea, frame: pd.DataFrame, across: str, street_m: float, by: tuple[str, ...], limits: tuple[Limit, ...]
) -> Yards:
    """Find neighbours and ways among compounds; what ``by`` parts is no neighbour."""
    shapes = frame["geometry"].to_numpy()
    reach = area.catalog.constants["strip_m"] if across == "wall" else street_m
    near = shapely.STRtree(shapes).query(shapes, "dwithin", reach)
    pairs = sorted((a, b) for a, b in near.T.tolist() if a < b)
    front = area.catalog.constants["cluster_front_m"]
    faced = [pair for pair in pairs if _faces(shapes[pair[0]], shapes[pair[1]], reach, front)]
    open_pairs = faced if across == "street" else _not_across(area, shapes, faced)
    border = [_borders(area, frame, one) for one in by]
    joined = [(a, b) for a, b in open_pairs if all(each[a] == each[b] for each in border)]
    beside: list[set[int]] = [set() for _ in shapes]
    for a, b in joined:
        beside[a].add(b)
        beside[b].add(a)
    spots = frame[["x", "y"]].to_numpy(float)
    net = nx.Graph()
    net.add_nodes_from(range(len(shapes)))
    net.add_weighted_edges_from((a, b, float(np.hypot(*(spots[a] - spots[b])))) for a, b in joined)
    metres = np.full((len(shapes), len(shapes)), np.inf)
    for one, far in nx.all_pairs_dijkstra_path_length(net):
        metres[one, list(far)] = list(far.values())
    ids = tuple(str(one) for one in frame.index)
    return Yards(ids, frame["homes"].to_numpy(float), tuple(frozenset(each) for each in beside), metres, limits)


def _faces(one: shapely.Geometry, other: object, reach: float, least_m: float) -> bool:
    """Tell whether two outlines run beside one another for more than a corner."""
    front = shapely.intersection(shapely.boundary(one), shapely.buffer(other, reach + 0.1))
    return float(shapely.length(front)) >= least_m + 2 * reach


def _not_across(area: StudyArea, shapes: Geometries, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out pairs with a street between them; a lane parts nobody."""
    paths = area.paths
    streets = paths.geometry[paths["kind"] == _STREET].to_numpy()
    if not len(streets) or not pairs:
        return pairs
    between = [shapely.shortest_line(shapes[a], shapes[b]) for a, b in pairs]
    cut = set(shapely.STRtree(streets).query(between, "intersects")[0].tolist())
    return [pair for at, pair in enumerate(pairs) if at not in cut]


def _borders(area: StudyArea, frame: pd.DataFrame, by: str) -> list[str]:
    """Name for each compound its community, or the street that it lies on: the nearest that has a name."""
    if by == "community":
        missing = sorted(str(one) for one in frame.index[frame["community"].isna()])
        if missing:
            raise InputError(f"clusters: the community of {', '.join(missing[:8])} is not known. Fill it in compounds.")
        return [str(one) for one in frame["community"]]
    paths = area.paths
    named = paths[paths["name"].notna() & (paths["name"] != "")]
    if named.empty:
        raise InputError("clusters: no path has a name, so nothing lies on a street. Fill name in paths.")
    order = named.sort_values("name", kind="stable")
    lines = order.geometry.to_numpy()
    found = []
    for at, shape in enumerate(frame["geometry"]):
        far = shapely.distance(lines, shape)
        nearest = int(np.argmin(far.round(3)))
        on_one = far[nearest] <= area.catalog.constants["street_front_m"]
        found.append(str(order["name"].iloc[nearest]) if on_one else f"\0{at}")  # on none: by itself
    return found


def find_limits(area: StudyArea, frame: pd.DataFrame, households: tuple[float, float], rules: Mapping[str, Any]) -> (
    tuple[tuple[Limit, ...], list[Finding]]
):  # fmt: skip
    """Write what a cluster must keep to as sums over its compounds."""
    homes = frame["homes"].to_numpy(float)
    notes: list[Finding] = []
    limits = [Limit("households", homes, float(households[0]), float(households[1]))]
    if rules.get("one_station"):
        limits.append(_load(area, frame))
    if rules.get("pays"):
        limits.append(_pays(area, frame, notes))
    if rules.get("budget_yuan") is not None:
        limits.append(_money(frame, rules.get("cost_yuan"), float(rules["budget_yuan"])))
    if rules.get("eligible"):
        before = rules.get("built_before")
        old = _old_before(area) if before is None else int(before)
        limits.append(_eligible(frame, float(rules["eligible"]), old, notes))
    return tuple(limits), notes


def _load(area: StudyArea, frame: pd.DataFrame) -> Limit:
    from spatialreno.area import heat_demand

    waiting = heat_demand(area)
    by_yard = waiting.groupby(area.buildings["compound_id"].reindex(waiting.index)).sum()
    load = by_yard.reindex(frame.index).fillna(0.0).to_numpy(float)
    return Limit("station_m2", load, -np.inf, area.catalog.constants["heat_station_max_m2"])


def _pays(area: StudyArea, frame: pd.DataFrame, notes: list[Finding]) -> Limit:
    """Ask that fees at today's rates carry what a manager costs, with one gate a cluster."""
    from spatialreno.community import management_costs

    costs = management_costs(area.catalog)
    fee = frame["fee_yuan_month"].astype("float64") * frame["fee_rate"].astype("float64")
    unknown = int(fee.isna().sum())
    if unknown:
        notes.append(Finding("cluster_fees", {"count": unknown}))
    surplus = frame["homes"].to_numpy(float) * (fee.fillna(0.0).to_numpy(float) - costs.household)
    return Limit("balance_yuan_month", surplus, float(ceil(costs.place + costs.gate)), np.inf)


def _money(frame: pd.DataFrame, cost: Mapping[str, float] | pd.Series[Any] | None, budget: float) -> Limit:
    if cost is None:
        raise InputError("clusters: budget_yuan needs cost_yuan, the yuan that each compound takes in one year.")
    given = pd.Series(cost, dtype="float64").reindex(frame.index)
    missing = sorted(str(one) for one in given.index[given.isna()])
    if missing:
        raise InputError(f"clusters: cost_yuan says nothing of {', '.join(missing[:8])}. Give a number for each.")
    return Limit("cost_yuan", given.to_numpy(float), -np.inf, budget)


def _old_before(area: StudyArea) -> int:
    """Name the year before which homes were built for which there is central money."""
    rows = area.catalog.rows("funding_rules")
    last = [int(row["built_to"]) for row in rows if row["payer"] == "central" and row["built_to"]]
    if not last:
        raise InputError("clusters: funding_rules names no last year of central money. Give built_before.")
    return max(last) + 1


def _eligible(frame: pd.DataFrame, share: float, before: int, notes: list[Finding]) -> Limit:
    """Ask that so great a share of a cluster's households live in compounds built before a year."""
    built = frame["built_year"].astype("float64")
    unknown = int(built.isna().sum())
    if unknown:
        notes.append(Finding("cluster_years", {"count": unknown}))
    old = (built < before).to_numpy(bool)
    return Limit("eligible", frame["homes"].to_numpy(float) * (old - share), 0.0, np.inf)
