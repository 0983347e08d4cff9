"""Put raw layers together into a StudyArea: conform, reproject, check, split, relate, freeze."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from spatialreno.area.as_drawn import with_types
from spatialreno.area.conform import Notes, conform
from spatialreno.area.estimate import with_estimates
from spatialreno.area.place.crs import (
    LONLAT,
    crs_name,
    datum_fault,
    default_crs,
    metric_crs,
    soon_found,
    zone_crs,
)
from spatialreno.area.place.relate import relate
from spatialreno.area.place.sides import split_by_sides
from spatialreno.area.place.wrong_place import LENGTH_ERROR, length_error, place_fault
from spatialreno.area.rules.acts import as_finding, worth_a_look
from spatialreno.area.rules.check import check_layers
from spatialreno.area.spread import with_compounds_spread
from spatialreno.area.study_area import StudyArea
from spatialreno.area.under_catalog import freeze, refuse_errors
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault, InputError, nearest

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno._types import Crs

_DECIMALS = 6


def assemble(
    layers: Mapping[str, pd.DataFrame],
    *,
    name: str,
    title: str = "",
    crs: Crs = None,
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

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> yard, home = box(627_000, 3_838_000, 627_100, 3_838_080), box(627_010, 3_838_010, 627_060, 3_838_022)
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["一号院"], geometry=[yard]),
    ...         "buildings": layer(id=["B1"], geometry=[home]),
    ...     },
    ...     name="small",
    ... )
    >>> float(area.buildings.loc["B1", "footprint_m2"]), area.buildings.loc["B1", "compound_id"]
    (600.0, 'C1')
    """
    catalog = catalog or read_catalog()
    formed, target, notes = form_layers(layers, crs=crs, catalog=catalog)
    refuse_errors(check_layers(formed, catalog, notes.faults, notes.valid))
    formed["walls"], cuts = split_by_sides(formed["walls"], formed["compounds"].geometry, catalog.constants)
    for wall, pieces in cuts.items():
        notes.act("walls", [wall], "split", f"cut into {pieces} where the compounds beside it change")
    return StudyArea(
        name=name,
        title=title or name,
        crs=target,
        catalog=catalog,
        meta=MappingProxyType(dict(meta or {})),
        _layers=freeze(relate(formed, catalog)),
        _acts=tuple(notes.acts),
    )


def form_layers(
    layers: Mapping[str, pd.DataFrame], *, crs: Crs, catalog: Catalog
) -> tuple[dict[str, pd.DataFrame], CRS, Notes]:
    """Conform all layers and bring them into one CRS, gathering faults and acts on the way.

    Nothing is refused but an unknown layer: what is wrong stands in the notes, so that all of it can be told at once.

    Parameters
    ----------
    layers
        GeoDataFrames (any CRS) and plain tables by layer name; missing layers are empty.
    crs
        Projected CRS in metres; None takes the CGCS2000 3-degree zone of the compounds.
    catalog
        Whose dictionaries the layers are brought into the form of.

    Returns
    -------
    tuple of dict, CRS and Notes
        Every layer of the catalog by name, in one CRS, with all columns but the derived ones; that CRS; and the faults
        found and acts done.

    Raises
    ------
    InputError
        A layer is none of the catalog's; the nearest names are told.

    Examples
    --------
    >>> import shapely
    >>> import geopandas as gpd
    >>> import spatialreno as sr
    >>> from spatialreno.area import form_layers
    >>> yard = gpd.GeoDataFrame({"id": ["C1"]}, geometry=[shapely.box(112.42, 34.66, 112.421, 34.661)], crs="EPSG:4326")
    >>> formed, crs, notes = form_layers({"compounds": yard}, crs=None, catalog=sr.read_catalog())
    >>> crs.to_epsg(), round(float(formed["compounds"].area["C1"]), -3), len(formed["walls"])
    (4546, 10000.0, 0)
    """
    if not isinstance(layers, Mapping) or not all(isinstance(f, pd.DataFrame) for f in layers.values()):
        raise InputError('layers: give tables by name, such as {"compounds": a GeoDataFrame}.')
    unknown = sorted(set(layers) - set(catalog.layers))
    if unknown:
        near = nearest(unknown, catalog.layers)
        raise InputError(f"{', '.join(unknown)}: no such layer. Known layers: {', '.join(catalog.layers)}.{near}")
    notes = Notes()
    formed = {n: conform(layers.get(n), layer, notes) for n, layer in catalog.layers.items()}
    formed, target = _in_one_crs(formed, crs, catalog, notes)
    formed = with_compounds_spread(with_types(formed, catalog, notes), catalog.constants, notes)
    return with_estimates(formed, catalog.constants, notes), target, notes


def findings(layers: Mapping[str, pd.DataFrame], *, crs: Crs, catalog: Catalog) -> list[Fault]:
    """List everything that the rules find, errors, warnings and notes, without raising for them."""
    return formed_findings(layers, crs=crs, catalog=catalog)[0]


def formed_findings(
    layers: Mapping[str, pd.DataFrame], *, crs: Crs, catalog: Catalog
) -> tuple[list[Fault], dict[str, pd.DataFrame]]:
    """List what ``findings`` lists, and return the layers in one CRS beside it, for a map of the findings.

    Parameters
    ----------
    layers
        GeoDataFrames (any CRS) and plain tables by layer name; missing layers are empty.
    crs
        Projected CRS in metres; None takes the CGCS2000 3-degree zone of the compounds.
    catalog
        Whose rules are asked.

    Returns
    -------
    tuple of list of Fault and dict
        Errors, warnings and notes, none of them raised; and every layer by name, in one CRS in metres.

    Examples
    --------
    >>> import shapely
    >>> import geopandas as gpd
    >>> import spatialreno as sr
    >>> from spatialreno.area import formed_findings
    >>> shape = shapely.Point(112.42, 34.66).buffer(0.0005)
    >>> yard = gpd.GeoDataFrame({"id": ["C1", "C1"]}, geometry=[shape, shape], crs="EPSG:4326")
    >>> found, formed = formed_findings({"compounds": yard}, crs=None, catalog=sr.read_catalog())
    >>> [fault.rule for fault in found if fault.severity == "error"], len(formed["compounds"])
    (['id', 'empty layer', 'required cell'], 2)
    """
    formed, _, notes = form_layers(layers, crs=crs, catalog=catalog)
    told = [as_finding(act) for act in notes.acts if worth_a_look(act)]
    return check_layers(formed, catalog, notes.faults, notes.valid) + told, formed


def _in_one_crs(
    formed: dict[str, pd.DataFrame], crs: Crs, catalog: Catalog, notes: Notes
) -> tuple[dict[str, pd.DataFrame], CRS]:
    """Bring all layers into one CRS; a layer whose place is unknown stays where it is, with its fault."""
    mapped: dict[str, Any] = {n: f for n, f in formed.items() if not catalog.layers[n].is_table}
    placed = {n: _place_is_known(f, n, notes) for n, f in mapped.items()}
    target = None if crs is None else metric_crs(crs, "crs")
    if target is None and placed["compounds"] and len(mapped["compounds"]):
        target = default_crs(mapped["compounds"])
    if target is None:  # an error is known already; any system will do to look for more
        target = zone_crs(0.0)
    for name, frame in mapped.items():
        if placed[name]:
            fault = datum_fault(frame.crs, target, name)
            notes.faults += [fault] if fault is not None else []
        if placed[name] and frame.crs != target:
            notes.valid.pop(name, None)  # what was whole may cross itself elsewhere
        mapped[name] = _projected(frame, target) if placed[name] else frame.set_crs(target, allow_override=True)
    if placed["compounds"] and len(mapped["compounds"]):
        _tell_length_error(mapped["compounds"], target, notes)
    return formed | mapped, target


def _projected(frame: gpd.GeoDataFrame, target: CRS) -> Any:
    """Bring a layer into a CRS, to the micrometre: beyond that one build of PROJ differs from the next."""
    if frame.crs == target:
        return frame
    there = frame.set_crs(soon_found(frame.crs), allow_override=True).to_crs(target)
    return there.set_geometry(shapely.transform(there.geometry.to_numpy(), lambda xy: np.round(xy, _DECIMALS)))


def _place_is_known(frame: gpd.GeoDataFrame, name: str, notes: Notes) -> bool:
    if not len(frame):
        return False
    if frame.crs is None:
        mend = (
            "State it in the file, or for this file in area.toml "
            f'([files] {name} = {{ file = "…", crs = "EPSG:…" }}); a table in a script takes set_crs()'
        )
        notes.fault(name, (), "coordinate system", "has no coordinate system", mend)
        return False
    fault = place_fault(frame, name)
    if fault is not None:
        notes.faults.append(fault)
    return fault is None


def _tell_length_error(compounds: gpd.GeoDataFrame, crs: CRS, notes: Notes) -> None:
    west, south, east, north = compounds.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    off = length_error(crs, x, y) if np.isfinite([x, y]).all() else 0.0  # a rule tells of lost coordinates
    if off > LENGTH_ERROR:
        lon, _, _, _ = compounds.to_crs(LONLAT).total_bounds
        zone = f", such as {crs_name(zone_crs(lon))}" if np.isfinite(lon) else ""
        notes.fault(
            "compounds",
            (),
            "coordinate system",
            f"lengths in {crs_name(crs)} are {off:.1%} off where the compounds lie",
            f"Check the coordinates; if they are right, give a system made for this place{zone}",
        )
