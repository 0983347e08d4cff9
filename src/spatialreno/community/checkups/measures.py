"""What a lack of the check-up is measured by: how much is there, and of how much, by compound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import nan

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import StudyArea, heated_share, home_buildings, open_facilities, pipes_in_use
from spatialreno.blocks import compound_blocks
from spatialreno.land import fire_access


@dataclass(frozen=True)
class Ruled:
    """A row of the catalog that says by what a lack is measured.

    Attributes
    ----------
    measure
        One of ``MEASURES``.
    kinds
        What counts.
    within
        ``compound``; the ``block`` of open compounds it is part of, today and with the option; or the ``pool``: that
        block both times, so that sharing what there was is no gain.
    target
        How much there shall be of each ``per`` (household, resident, car_place, whole; empty: in all).
    unit
        Of the measure.
    """

    measure: str
    kinds: tuple[str, ...]
    within: str
    target: float
    per: str
    unit: str


@dataclass(frozen=True)
class Found:
    """How much there is in one place.

    Attributes
    ----------
    value
        What there is, as far as it is known.
    whole
        Of how much, where the measure itself says so.
    unsure
        Whether something that counts has no known size.
    unit
        Where it is another than the catalog's row says.
    """

    value: float
    whole: float = nan
    unsure: bool = False
    unit: str = ""


class Ground:
    """One state of an area, asked for what lies in some of its compounds; what was worked out is kept.

    Parameters
    ----------
    area
        Today, or as a plan leaves it.
    today
        The area as it is.
    """

    def __init__(self, area: StudyArea, today: StudyArea) -> None:
        self.area, self.today = area, today
        self.measured: dict[tuple[Ruled, tuple[str, ...]], tuple[Found, float]] = {}  # with what there shall be
        self._yards: dict[tuple[str, ...], shapely.Geometry] = {}
        self._homes: dict[tuple[str, ...], gpd.GeoDataFrame] = {}

    @cached_property
    def blocks(self) -> dict[str, list[str]]:
        """By compound, the compounds of its block."""
        block = compound_blocks(self.area)
        members = {b: [str(i) for i in own.index] for b, own in block.groupby(block)}
        return {str(c): members[b] for c, b in block.items()}

    def places(self, compound: str, within: str) -> list[str]:
        """Name the compounds that count as one place with a compound."""
        return [compound] if within == "compound" else self.blocks.get(compound, [compound])

    def yard(self, places: list[str]) -> shapely.Geometry:
        """Give the ground of compounds."""
        key = tuple(places)
        if key not in self._yards:
            own = self.area.compounds.geometry
            self._yards[key] = shapely.union_all(own[own.index.isin(places)].to_numpy())
        return self._yards[key]

    @cached_property
    def homes(self) -> gpd.GeoDataFrame:
        """Homes, with the share that is heated and whether a fire engine serves them."""
        homes = home_buildings(self.area)
        verdict = fire_access(self.area).buildings["verdict"].reindex(homes.index)
        return homes.assign(heated=heated_share(self.area).reindex(homes.index), served=verdict.eq("pass"))

    @cached_property
    def new_pipes(self) -> gpd.GeoDataFrame:
        """Pipes that are laid anew: built, or of another size or place than today."""
        then = self.area.pipes
        then = then[then["status"].ne("abandoned")]
        now = self.today.pipes.reindex(then.index)
        other = then["diameter_mm"].astype("float64").fillna(0.0).ne(now["diameter_mm"].astype("float64").fillna(0.0))
        moved = ~shapely.equals(then.geometry.to_numpy(), now.geometry.to_numpy())
        return then[~then.index.isin(self.today.pipes.index) | other | moved]

    def homes_in(self, places: list[str]) -> gpd.GeoDataFrame:
        """List the homes of compounds."""
        key = tuple(places)
        if key not in self._homes:
            self._homes[key] = self.homes[self.homes["compound_id"].isin(places)]
        return self._homes[key]

    def inside(self, rows: gpd.GeoDataFrame, kinds: tuple[str, ...], places: list[str]) -> gpd.GeoDataFrame:
        """List what is of some kinds and lies in compounds, by a point of it."""
        wanted = np.flatnonzero(rows["kind"].isin(kinds).to_numpy(bool))
        points = shapely.point_on_surface(rows.geometry.to_numpy()[wanted])
        return rows.iloc[wanted[shapely.intersects(points, self.yard(places))]]

    def basis(self, places: list[str], per: str) -> float:
        """Count what the target is told per: households, residents, car places of compounds."""
        if per in ("household", "resident"):
            people = self.homes_in(places)[f"{per}s"].astype("float64")
            return float(people.sum()) if people.notna().all() else nan
        if per == "car_place":
            return _sized(self.inside(self.area.parking, ("car",), places)["places"]).value
        return 1.0


Measure = Callable[[Ground, Ruled, list[str]], Found]


def homes_heated(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Count the households that are connected; of a home that is not known to be heated none."""
    homes = ground.homes_in(places)
    return _households(homes, homes["heated"].fillna(0.0))


def homes_with_fire_access(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Count the households all of whose stairwells a fire engine serves; unknown where no street is drawn."""
    homes = ground.homes_in(places)
    found = _households(homes, homes["served"].astype("float64"))
    known = bool(ground.area.paths["kind"].eq("street").any())
    return Found(found.value, unsure=found.unsure or not known)


def homes_managed(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Count the households of compounds that somebody manages."""
    manager = ground.area.compounds["management"].reindex(places)
    managed = set(manager.index[manager.notna() & manager.ne("none")])
    homes = ground.homes_in(places)
    return _households(homes, homes["compound_id"].isin(managed).astype("float64"))


def parking_places(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Count marked places, and those of parking facilities by their capacity."""
    marked = ground.inside(ground.area.parking, rule.kinds, places)["places"]
    built = ground.inside(open_facilities(ground.area), rule.kinds, places)["capacity"]
    return _sized(pd.concat([marked.astype("float64"), built.astype("float64")]))


def largest_facility(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Measure the largest open facility of the kinds: many small ones are no large one."""
    rows = ground.inside(open_facilities(ground.area), rule.kinds, places)
    sizes = _areas(rows)
    return Found(float(sizes.max()) if sizes.notna().any() else 0.0, unsure=bool(sizes.isna().any()))


def activity_ground(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Measure ground for activity: what is drawn once, however many things lie on it; points by their area."""
    layers = (ground.area.open_spaces, open_facilities(ground.area))
    rows = [ground.inside(layer, rule.kinds, places) for layer in layers]
    shapes = [shape for own in rows for shape in own.geometry if shape.area > 0]
    points = [_areas(own[own.geometry.area == 0]) for own in rows]
    told = float(sum(sizes.sum() for sizes in points))
    unsure = any(bool(sizes.isna().any()) for sizes in points)
    return Found(float(shapely.union_all(shapes).area) + told, unsure=unsure)


def pipes_renewed(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Measure the yard's old pipe that was laid anew; where none is surveyed, the households that new pipes join."""
    yard, new = ground.yard(places), ground.new_pipes
    old = pipes_in_use(ground.today)
    metres = {kind: _within(old[old["kind"] == kind], yard) for kind in rule.kinds}
    if any(metres.values()):
        laid = sum(min(_within(new[new["kind"] == kind], yard), there) for kind, there in metres.items())
        return Found(laid, whole=sum(metres.values()))
    homes = ground.homes_in(places)
    joined, reach = np.ones(len(homes), bool), ground.today.catalog.constants["pipe_joined_m"]
    for kind in rule.kinds:
        lines = shapely.union_all(new.geometry[new["kind"] == kind].to_numpy())
        joined &= shapely.dwithin(homes.geometry.to_numpy(), lines, reach)
    found = _households(homes, pd.Series(joined.astype(float), index=homes.index))
    return Found(found.value, ground.basis(places, "household"), found.unsure, unit="household")


def illegal_cleared(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Measure the illegal floor of today that no longer stands."""
    sheds = ground.today.structures
    sheds = sheds[sheds["legality"].eq("illegal") & sheds["compound_id"].isin(places)]
    floors = sheds["floor_area_m2"].fillna(sheds["area_m2"] * sheds["storeys"].fillna(1.0)).astype("float64")
    return Found(float(floors[~sheds.index.isin(ground.area.structures.index)].sum()), whole=float(floors.sum()))


def roofs_good(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Measure good roofs over the footprint of homes; one of which nothing is said is not good."""
    homes = ground.homes_in(places)
    roofs = homes["footprint_m2"].astype("float64")
    return Found(float(roofs[homes["roof"].eq("good").fillna(False)].sum()), whole=float(roofs.sum()))


def boiler_houses_reused(ground: Ground, rule: Ruled, places: list[str]) -> Found:
    """Measure today's boiler houses that have gone or are used for something else."""
    old = ground.today.buildings.loc[lambda houses: houses["use"].isin(rule.kinds)]
    old = old[old["compound_id"].isin(places)]
    use = ground.area.buildings["use"].reindex(old.index)
    floors = old["floor_area_m2"].fillna(old["footprint_m2"]).astype("float64")
    return Found(float(floors[~use.isin(rule.kinds)].sum()), whole=float(floors.sum()))


MEASURES: Mapping[str, Measure] = {
    f.__name__: f
    for f in (
        homes_heated, homes_with_fire_access, homes_managed, parking_places, largest_facility, activity_ground,
        pipes_renewed, illegal_cleared, roofs_good, boiler_houses_reused,
    )
}  # fmt: skip


def _households(homes: gpd.GeoDataFrame, share: pd.Series) -> Found:
    """Add up households by the share of each home that counts."""
    people = homes["households"].astype("float64")
    return Found(float((people.fillna(0.0) * share).sum()), unsure=bool(people.isna().any()))


def _sized(sizes: pd.Series) -> Found:
    return Found(float(sizes.astype("float64").sum()), unsure=bool(sizes.isna().any()))


def _areas(rows: gpd.GeoDataFrame) -> pd.Series:
    """Give the area of things: as told, else as drawn; missing where neither is known."""
    drawn = rows.geometry.area.where(lambda area: area > 0)
    sizes: pd.Series = rows["area_m2"].astype("float64").fillna(drawn)
    return sizes


def _within(pipes: gpd.GeoDataFrame, yard: shapely.Geometry) -> float:
    return float(shapely.length(shapely.intersection(pipes.geometry.to_numpy(), yard)).sum())
