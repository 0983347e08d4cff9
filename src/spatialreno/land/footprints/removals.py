"""Why nothing fits, and the fewest walls and structures whose removal makes it fit: found exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import shapely

from spatialreno.errors import InfeasibleError, InputError
from spatialreno.land.footprints.buildable import Given, Sides, asked_sides, built_as
from spatialreno.land.footprints.make_room import Best, least_removals
from spatialreno.land.footprints.sites import largest_site, new_ids
from spatialreno.land.footprints.things import BY, Things, removables
from spatialreno.land.geometry.fit_rectangle import Fit, place

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

By = Literal["cost", "number", "owners"]


@dataclass(frozen=True, repr=False, eq=False)
class Removals:
    """What must go so that a footprint fits.

    Attributes
    ----------
    kind, by
        What is to fit, and what was kept least: ``cost``, ``number`` or ``owners``.
    fits_now
        Whether it fits with nothing removed.
    largest
        The largest footprint of its proportions that fits now (None: none).
    fit
        Where it fits after the removals (None: nowhere, even with everything removable gone).
    table
        What to remove: ``layer, id, kind, legality, quantity, unit, cost_yuan, parties``.
    cost_yuan, number, owners
        Totals; owners counts the different parties to ask.
    built
        Layer, id and kind under which the footprint would be built.
    """

    kind: str
    by: str
    fits_now: bool
    largest: Fit | None
    fit: Fit | None
    table: pd.DataFrame
    cost_yuan: float
    number: int
    owners: int
    built: tuple[str, str, str] = field(default=("facilities", "", ""))

    def as_scenario(self, name: str, *, title: str = "", build: bool = False) -> Scenario:
        """Write the removals down as a scenario; with ``build`` the footprint is built too.

        Parameters
        ----------
        name, title
            Of the scenario.
        build
            Whether the footprint is built, too, under the id that ``built`` names.

        Returns
        -------
        Scenario
            One ``demolish`` for each layer, by ids; with ``build`` a ``build`` in the area's coordinates.

        Raises
        ------
        InfeasibleError
            When the footprint fits nowhere whatever is removed.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.fewest_removals(today, "heat_exchange_station")
        >>> plan = found.as_scenario("station", title="建站", build=True)
        >>> plan.name, len(today.structures) - len(today.apply(plan).structures) >= 0
        ('station', True)
        """
        from spatialreno.scenario import Scenario, demolish
        from spatialreno.scenario import build as built

        if self.fit is None:
            raise InfeasibleError(f"{self.kind}: fits nowhere, even with every removable wall and structure gone.")
        acts: list[Any] = [
            demolish(str(layer), ids=rows["id"].tolist(), reason=f"makes room for {self.kind}")
            for layer, rows in self.table.groupby("layer")
        ]
        if build:
            layer, own_id, word = self.built
            acts.append(built(layer, own_id, geometry=self.fit.rectangle, kind=word))
        return Scenario(name, title, acts)

    def __repr__(self) -> str:
        """Read the finding aloud."""
        if self.fits_now:
            return f"<Removals {self.kind}: it fits as things stand>"
        if self.fit is None:
            return f"<Removals {self.kind}: fits nowhere, whatever is removed>"
        names = ", ".join(f"{row.layer} {row.id}" for row in self.table.itertuples())
        return (
            f"<Removals {self.kind}, least {self.by}: {names}; {self.number} to remove, "
            f"{self.cost_yuan:,.0f} yuan, {self.owners} parties>"
        )


def fewest_removals(area: StudyArea, kind: str, *, by: By = "cost", sides: Given = None) -> Removals:
    """Find the removals that let a footprint of a kind stand, at the least cost, number or owners to ask.

    Yard by yard and strip by strip, in the directions of the buildings, compounds and staying walls by it. For one
    direction the place of the middle decides which things are in the way: thing i is hit in the region
    :math:`F_i = B_i \\oplus R` (its body swept by the footprint). The plane is cut along these regions, leaving out
    every part that is no better than the best choice known to do; a part does where some of it lies within
    ``access_m`` of a path of its own yard, if need be once more things are gone that part it from one. So what is
    found is the optimum, not a sample, and "nowhere" means that taking everything down leaves no site.

    Parameters
    ----------
    area
        The area.
    kind
        Facility kind of the catalog.
    by
        What is kept least; the other two break ties.
    sides
        Width and depth in metres to try instead of the catalog's, or several such; or an area in m².

    Returns
    -------
    Removals
        Walls are removed by whole rows (``split_walls`` makes shorter ones); roofs and balconies stand in
        nobody's way; retaining walls and what is not removable stay.

    Raises
    ------
    InputError
        For an unknown kind or ``by``, or sides that are none.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> fewest_removals(today, "heat_exchange_station", by="number").table["id"].tolist()
    ['V51', 'V52', 'V56', 'W21']
    """
    if by not in BY:
        raise InputError(f"fewest_removals: by = {by!r}. Choose one of {', '.join(BY)}.")
    tried = asked_sides(area, kind, sides, what="fewest_removals")
    now = _fits_now(area, kind, tried)
    things = removables(area, kind)
    best: Best = (frozenset(), now) if now else None
    fits = [] if now else [fit for own in tried if (fit := largest_site(area, kind, own))]
    largest = max(fits, key=lambda fit: fit.rectangle.area, default=None)
    if best is None:
        best = least_removals(area, kind, tried, things=things, by=by)
    return _told(area, kind, by, largest=largest, best=best, things=things)


def _fits_now(area: StudyArea, kind: str, tried: Sides) -> Fit | None:
    from spatialreno.land.footprints.sites import candidate_sites

    sites = candidate_sites(area, kind, sides=tried)
    if sites.empty:
        return None
    row = sites.iloc[0]
    return place(shapely.centroid(row["geometry"]), row["width_m"], row["depth_m"], row["angle_deg"])


def _told(
    area: StudyArea,
    kind: str,
    by: str,
    *,
    largest: Fit | None,
    best: Best,
    things: Things,
) -> Removals:
    which = sorted(best[0]) if best else []
    table = things.table.iloc[which].reset_index(drop=True)
    owners = frozenset().union(*(things.parties[k] for k in which))
    layer, word = built_as(area, kind)
    return Removals(
        kind=kind,
        by=by,
        fits_now=best is not None and not which,
        largest=largest,
        fit=best[1] if best else None,
        table=table,
        cost_yuan=float(things.cost[which].sum()),
        number=len(which),
        owners=len(owners),
        built=(layer, new_ids(area, kind, 1)[0], word),
    )
