"""What if this wall went: each candidate alone, by pushing on only what changes, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import as_kinds, on_ground, open_facilities, standing_structures
from spatialreno.errors import InputError
from spatialreno.walk.trials.trials import Trial

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

COLUMNS = ["layer", "id", "kind", "residents", "newly_reached", "person_m"]


def what_if(
    area: StudyArea,
    candidates: Sequence[str] | None = None,
    *,
    kinds: Sequence[str] | None = None,
    radius_m: float | Mapping[str, float] | None = None,
    standard: str = "gb50180-2018",
    limit_m: float | None = None,
) -> pd.DataFrame:
    """Tell for each wall, gate or structure what opening it alone would give to the residents.

    Method: the nearest facility of each kind is known for every node of the fabric; opening something opens hops, whose
    gain is pushed on from their ends and taken back afterwards. Exact: equal to applying the scenario and recomputing.

    Parameters
    ----------
    area
        The study area in any state.
    candidates
        Ids of walls (taken away with the gates in them), of gates (opened to everybody) or of structures on the ground
        (taken away). By default all removable walls and structures, and all gates that are not public.
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
    pandas.DataFrame
        A row for each candidate and kind, sorted by candidate as asked: layer, id, kind, residents (newly inside the
        circle), newly_reached (residents who could not walk there within the limit at all), person_m (metres saved by
        those who could, summed over residents; one way).

    Raises
    ------
    InputError
        A candidate is none of these, or a kind has no radius.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.walk import what_if
    >>> table = what_if(sr.read_area("data/geo/xigongdi"))
    >>> bool((table["residents"] >= 0).all())
    True
    """
    names = candidate_layers(area, candidates)
    radii = radii_of(area, kinds, radius_m, standard)
    trial = Trial.of(area, radii, limit_m)
    rows = [
        (layer, name, kind, *gain)
        for (layer, name), change in zip(names, trial.openings(names), strict=True)
        for kind, gain in zip(trial.kinds, trial.gains(change), strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def candidate_layers(area: StudyArea, candidates: Sequence[str] | None) -> list[tuple[str, str]]:
    """Name the layer of each candidate."""
    standing = standing_structures(area).index
    layers = {"walls": area.walls.index, "gates": area.gates.index, "structures": standing}
    if candidates is None:
        loose = {
            "walls": area.walls.index[area.walls["removable"].fillna(True).astype(bool)],
            "gates": area.gates.index[area.gates["walkers"] != "public"],
            "structures": area.structures.index[
                area.structures["removable"].fillna(True).astype(bool) & on_ground(area.structures)
            ],
        }
        return [(layer, str(name)) for layer, names in loose.items() for name in names]
    found = [[layer for layer, names in layers.items() if name in names] for name in candidates]
    odd = [name for name, here in zip(candidates, found, strict=True) if len(here) != 1]
    if odd:
        message = f"what_if: {', '.join(odd[:8])} must each name one wall, gate or structure on the ground."
        raise InputError(f"{message} Use ids of these layers, each in one of them only.")
    return [(here[0], str(name)) for name, here in zip(candidates, found, strict=True)]


def radii_of(
    area: StudyArea, kinds: Sequence[str] | None, radius_m: float | Mapping[str, float] | None, standard: str
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
