"""Put raw layers together into a StudyArea: conform, reproject, check, split, relate, freeze."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from spatialreno.area.check import check_layers
from spatialreno.area.conform import Notes, conform
from spatialreno.area.crs import default_crs, metric_crs, reproject
from spatialreno.area.estimate import with_estimates
from spatialreno.area.relate import relate
from spatialreno.area.sides import split_walls
from spatialreno.area.study_area import StudyArea, freeze
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault, InputError


def assemble(
    layers: Mapping[str, pd.DataFrame],
    *,
    name: str,
    title: str = "",
    crs: Any = None,
    meta: Mapping[str, Any] | None = None,
    catalog: Catalog | None = None,
) -> StudyArea:
    """Make a checked study area out of raw tables.

    Parameters
    ----------
    layers
        GeoDataFrames (any CRS) and plain tables by layer name; missing layers are empty.
    name, title
        Short name, and name for people.
    crs
        Projected CRS in metres; default is the CGCS2000 3-degree zone of the compounds.
    meta
        source, licence, date, invented, note.
    catalog
        Norms and dictionaries; default is the one that ships.

    Returns
    -------
    StudyArea

    Raises
    ------
    InputError
        With every fault found, each naming layer, ids, what was expected and the mend.
    """
    catalog = catalog or read_catalog()
    formed, target, notes = form_layers(layers, crs=crs, catalog=catalog)
    faults = notes.faults or [f for f in check_layers(formed, catalog) if f.severity == "error"]
    if faults:
        raise InputError.of(faults)
    formed = with_estimates(formed, catalog.constants, notes)
    formed["walls"], cuts = split_walls(formed["walls"], formed["compounds"].geometry, catalog.constants)
    for wall, pieces in cuts.items():
        notes.act("walls", str(wall), "split", f"cut into {pieces} where the compounds beside it change")
    return StudyArea(
        name=name,
        title=title or name,
        crs=target,
        catalog=catalog,
        meta=MappingProxyType(dict(meta or {})),
        _layers=freeze(relate(formed, catalog.constants)),
        _acts=tuple(notes.acts),
    )


def form_layers(
    layers: Mapping[str, pd.DataFrame], *, crs: Any, catalog: Catalog
) -> tuple[dict[str, pd.DataFrame], CRS, Notes]:
    """Conform all layers and bring them into one CRS, gathering faults and acts on the way."""
    unknown = sorted(set(layers) - set(catalog.layers))
    if unknown:
        raise InputError(f"{', '.join(unknown)}: no such layer. Known layers: {', '.join(catalog.layers)}.")
    notes = Notes()
    formed = {n: conform(layers.get(n), layer, notes) for n, layer in catalog.layers.items()}
    return *_in_one_crs(formed, crs, catalog, notes), notes


def replace_layers(area: StudyArea, changed: Mapping[str, pd.DataFrame]) -> StudyArea:
    """Return the area with some layers changed, checked and related again; its survey stays.

    Parameters
    ----------
    area
        The area to start from.
    changed
        New tables by layer name, in the area's CRS.

    Raises
    ------
    InputError
        When the changed layers break a rule.
    """
    notes = Notes()
    dictionaries = area.catalog.layers
    formed = {n: area.layer(n) for n in dictionaries}
    formed |= {n: conform(frame, dictionaries[n], notes) for n, frame in changed.items()}
    faults = notes.faults or [f for f in check_layers(formed, area.catalog) if f.severity == "error"]
    if faults:
        raise InputError.of(faults)
    related = relate(formed, area.catalog.constants)
    return replace(area, _layers=freeze(related), _survey=area.survey)


def findings(layers: Mapping[str, pd.DataFrame], *, crs: Any, catalog: Catalog) -> list[Fault]:
    """List everything that the rules find, errors, warnings and notes, without raising for them."""
    formed, _, notes = form_layers(layers, crs=crs, catalog=catalog)
    return notes.faults + check_layers(formed, catalog)


def _in_one_crs(
    formed: dict[str, pd.DataFrame], crs: Any, catalog: Catalog, notes: Notes
) -> tuple[dict[str, pd.DataFrame], CRS]:
    stated = [n for n, f in formed.items() if len(f) and not catalog.layers[n].is_table]
    bare = [n for n in stated if formed[n].crs is None]
    for name in bare:
        notes.fault(
            name,
            (),
            "coordinate system",
            "has no coordinate system",
            "State it in the file, or with set_crs() on the table",
        )
    if bare or not len(formed["compounds"]):
        target = CRS.from_epsg(4546) if crs is None else metric_crs(crs, "crs")
    else:
        target = default_crs(formed["compounds"]) if crs is None else metric_crs(crs, "crs")
    return {n: _into(f, target, n) for n, f in formed.items()}, target


def _into(frame: Any, crs: CRS, name: str) -> Any:
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    if frame.crs is None:
        return frame.set_crs(crs)
    return reproject(frame, crs, name)
