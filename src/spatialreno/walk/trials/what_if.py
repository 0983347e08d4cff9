"""What if this wall went: each candidate alone, by pushing on only what changes, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from spatialreno.area import as_ids, as_kinds, may_go, on_ground, open_facilities, standing_structures
from spatialreno.errors import InputError, nearest
from spatialreno.walk.trials.trials import NEWLY_INSIDE, NEWLY_REACHED, Marks, Trial

if TYPE_CHECKING:
    from spatialreno._types import Floats, Row
    from spatialreno.area import Ids, StudyArea

_BY_KIND = ["layer", "id", "kind", "residents", "newly_reached", "person_m"]
_NUMBERS = ["people", "homes", "person_kinds", "newly_reached", "person_m"]
_RANKED = ["people", "person_kinds", "person_m"]
_SIDES = ["compound_a", "compound_b", "compound_id"]


#: What candidates are ranked by.
Ranked = Literal["people", "person_kinds", "person_m", "newly_reached", "homes"]


@dataclass(frozen=True, eq=False, repr=False)
class WhatIf:
    """What opening each candidate alone gives to the residents; people are counted once.

    Attributes
    ----------
    table
        A row a candidate, as asked; index layer, id. Columns name (its own, else the compounds beside it), length_m
        (of a wall), inferred, people (residents newly within the radius of at least one kind, each counted once), homes
        (their buildings), person_kinds (the same residents counted once for every kind they gain), newly_reached
        (residents who could not walk to some kind within the limit at all, counted once), person_m (metres saved, one
        way, over residents and kinds), geometry. People are NaN where the residents of no building are known, and all
        numbers where a candidate is not judged: outside compounds and open spaces, where people walk on paths alone,
        nobody can say who would cross where it stood.
    by_kind
        A row a candidate and kind: layer, id, kind, residents (newly inside that kind's radius), newly_reached,
        person_m. Sums of residents over kinds are person_kinds, not people.
    radii
        Metres by kind.
    """

    table: gpd.GeoDataFrame
    by_kind: pd.DataFrame
    radii: Mapping[str, float]

    def top(self, n: int | None = 20, *, by: Ranked = "people") -> gpd.GeoDataFrame:
        """Give the best candidates first.

        Parameters
        ----------
        n
            How many; None for all.
        by
            Column of ``table`` to rank by: ``people`` (default), ``person_kinds``, ``person_m``, ``newly_reached`` or
            ``homes``. Equals go by people, person-kinds and metres saved, then by id.

        Returns
        -------
        GeoDataFrame
            Rows of ``table``, in the area's CRS.

        Raises
        ------
        InputError
            There is no such column of numbers.

        Examples
        --------
        >>> import spatialreno as sr
        >>> sr.what_if(sr.read_area("data/geo/xigongdi"), ["W03/2", "W01"]).top(1)["people"].tolist()
        [879.0]
        """
        if by not in _NUMBERS:
            raise InputError(f"what_if: cannot rank by {by!r}. Use one of {', '.join(_NUMBERS)}.")
        order = list(dict.fromkeys([by, *_RANKED]))
        return self.table.sort_index(level="id", kind="stable").sort_values(order, ascending=False, kind="stable")[:n]

    def plot(self, **how: Any) -> Any:
        """Draw the candidates, coloured by people, and return the axes; ``how`` as for ``GeoDataFrame.plot``.

        Parameters
        ----------
        **how
            As for ``GeoDataFrame.plot``; it goes before ours (coloured by people, with a legend).

        Returns
        -------
        matplotlib.axes.Axes
            In the area's CRS, in metres.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> axes = sr.what_if(today, ["W03/2", "W01"]).plot(legend=False)
        >>> len(axes.collections)
        1
        """
        shown = {"column": "people", "legend": True, "cmap": "viridis", "missing_kwds": {"color": "lightgrey"}}
        return self.table.plot(**{**shown, **how})

    def __len__(self) -> int:
        """Count the candidates."""
        return len(self.table)

    def __repr__(self) -> str:
        """Read the best three aloud."""
        best = self.top(3)["people"]
        told = ", ".join(f"{name} {people:,.0f}" for (_, name), people in best.items() if people > 0)
        most = f"most people newly within a radius: {told or 'none'}"
        unknown = int(self.table["homes"].isna().sum())
        rest = f"; {unknown} not judged, since they part no walkable ground" if unknown else ""
        return f"What if: {len(self)} candidates, each opened alone; {most}{rest}"


def what_if(
    area: StudyArea,
    candidates: Ids | None = None,
    *,
    kinds: Sequence[str] | str | None = None,
    radius_m: float | Mapping[str, float] | None = None,
    standard: str = "gb50180-2018",
    limit_m: float | None = None,
) -> WhatIf:
    """Tell for each wall, gate or structure what opening it alone would give to the residents.

    Method: the nearest facility of each kind is known for every node of the fabric; opening something opens hops, whose
    gain is pushed on from their ends and taken back afterwards. Exact: equal to applying the scenario and recomputing.

    Parameters
    ----------
    area
        The study area in any state.
    candidates
        Id or ids of walls (taken away with the gates in them), of gates (opened to everybody) or of structures on the
        ground (taken away). By default all removable walls and structures, and all gates that are not public.
    kinds
        Facility kinds; by default every kind that is open in the area and has a radius.
    radius_m
        How far the circle reaches, in metres, for all kinds or by kind; by default as the standard says.
    standard
        The standard whose circle counts.
    limit_m
        Farthest walk, in metres; by default the catalog's `walk_limit_m`.

    Returns
    -------
    WhatIf
        ``.table`` (a row a candidate, people counted once), ``.by_kind``, ``.top(n)``.

    Raises
    ------
    InputError
        A candidate is none of these, or a kind has no radius.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.walk import what_if
    >>> found = what_if(sr.read_area("data/geo/xigongdi"))
    >>> bool((found.table["people"] <= found.table["person_kinds"]).all())
    True
    """
    names = candidate_layers(area, candidates)
    radii = radii_of(area, kinds, radius_m, standard)
    trial = Trial.of(area, radii, limit_m)
    residents = area.buildings["residents"].astype("float64")
    rows, sums = [], []
    for (layer, name), judged, change in zip(names, trial.judges(names), trial.openings(names), strict=True):
        gains, marks = trial.gains(change)
        if not judged:
            rows += [(layer, name, kind, *[np.nan] * 3) for kind in trial.kinds]
            sums.append(dict.fromkeys(_NUMBERS, np.nan))
            continue
        rows += [(layer, name, kind, *gain) for kind, gain in zip(trial.kinds, gains, strict=True)]
        sums.append(_once(marks, trial.people) | _over_kinds(gains))
    by_kind = pd.DataFrame(rows, columns=_BY_KIND)
    if not residents.notna().any():
        by_kind[["residents", "newly_reached", "person_m"]] = np.nan
    return WhatIf(_candidates(area, names, sums, known=residents.notna().any()), by_kind, radii)


def _once(marks: Marks, people: Floats) -> dict[str, float]:
    """Count the residents of marked homes, each once."""
    inside, reached = marks & NEWLY_INSIDE > 0, marks & NEWLY_REACHED > 0
    return {"people": people[inside].sum(), "homes": int(inside.sum()), "newly_reached": people[reached].sum()}


def _over_kinds(gains: Sequence[tuple[float, float, float]]) -> dict[str, float]:
    """Add up what every kind gives; who gains two kinds counts twice."""
    return {"person_kinds": sum(gain[0] for gain in gains), "person_m": sum(gain[2] for gain in gains)}


def _candidates(
    area: StudyArea, names: Sequence[tuple[str, str]], sums: list[dict[str, float]], *, known: bool
) -> gpd.GeoDataFrame:
    """Lay out the candidates with what a reader knows them by, a row each."""
    index = pd.MultiIndex.from_tuples(names, names=["layer", "id"])
    features = [area.layer(layer).loc[name] for layer, name in names]
    told = {
        "name": [_called(area, feature) for feature in features],
        "length_m": [float(feature.get("length_m", np.nan)) for feature in features],
        "inferred": [bool(feature["inferred"]) for feature in features],
    }
    numbers = {column: [row[column] for row in sums] for column in _NUMBERS}
    if not known:
        numbers |= {column: [np.nan] * len(names) for column in _NUMBERS if column != "homes"}
    shapes = [feature["geometry"] for feature in features]
    return gpd.GeoDataFrame(told | numbers, index=index, geometry=shapes, crs=area.crs)


def _called(area: StudyArea, feature: Row) -> str:
    """Name a thing for people: by its own name, else by the compounds it stands in or between."""
    if isinstance(feature["name"], str):
        return str(feature["name"])
    beside = [feature.get(side) for side in _SIDES]
    return "—".join(str(area.compounds["name"][yard]) for yard in dict.fromkeys(beside) if isinstance(yard, str))


def candidate_layers(area: StudyArea, candidates: Ids | None) -> list[tuple[str, str]]:
    """Name the layer of each candidate."""
    standing = standing_structures(area).index
    layers = {"walls": area.walls.index, "gates": area.gates.index, "structures": standing}
    if candidates is None:
        loose = {
            "walls": area.walls.index[may_go(area.walls)],
            "gates": area.gates.index[area.gates["walkers"] != "public"],
            "structures": area.structures.index[may_go(area.structures) & on_ground(area.structures)],
        }
        return [(layer, str(name)) for layer, names in loose.items() for name in names]
    asked = as_ids(candidates)
    found = [[layer for layer, names in layers.items() if name in names] for name in asked]
    odd = [name for name, here in zip(asked, found, strict=True) if len(here) != 1]
    if odd:
        message = f"what_if: {', '.join(odd[:8])} must each name one wall, gate or structure on the ground."
        near = nearest(odd, [name for names in layers.values() for name in names])
        raise InputError(f"{message} Use ids of these layers, each in one of them only.{near}")
    return [(here[0], name) for name, here in zip(asked, found, strict=True)]


def radii_of(
    area: StudyArea, kinds: Sequence[str] | str | None, radius_m: float | Mapping[str, float] | None, standard: str
) -> dict[str, float]:
    """Give the radius of each kind to count, in metres."""
    wanted = sorted(set(open_facilities(area)["kind"] if kinds is None else as_kinds(area, kinds, what="what_if")))
    if isinstance(radius_m, int | float):
        return dict.fromkeys(wanted, float(radius_m))
    known = dict(area.catalog.standard(standard).table["radius_m"] if radius_m is None else radius_m)
    lost = [kind for kind in wanted if kind not in known]
    if lost and kinds is not None:
        message = f"what_if: {standard} gives no radius for {', '.join(lost)}."
        raise InputError(f"{message} Leave them out of kinds=, or give radius_m=.")
    return {kind: float(known[kind]) for kind in wanted if kind in known}
