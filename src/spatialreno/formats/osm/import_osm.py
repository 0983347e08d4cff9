"""A study area from an OpenStreetMap extract: what is mapped, and what had to be inferred, marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.area import LONLAT, StudyArea, assemble, metric_crs, zone_crs
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.formats.osm import layers as osm_layers
from spatialreno.formats.osm.buildings import buildings
from spatialreno.formats.osm.clip import Desk
from spatialreno.formats.osm.facilities import facilities
from spatialreno.formats.osm.gates import place_gates
from spatialreno.formats.osm.infer_walls import infer_walls
from spatialreno.formats.osm.mend import bridge_gaps, trim_compounds
from spatialreno.formats.osm.read import Bounds, RawOsm, read_osm
from spatialreno.formats.osm.tags import Kinds

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno._types import Crs

SOURCE = "OpenStreetMap"
LICENCE = "ODbL 1.0 © OpenStreetMap contributors"
_NOTE = "Walls, gates, storeys and people marked inferred or estimated were not surveyed"


def import_osm(
    path: str | Path,
    *,
    name: str | None = None,
    title: str = "",
    bounds: Bounds | None = None,
    crs: Crs = None,
    catalog: Catalog | None = None,
) -> StudyArea:
    """Make a study area of an OpenStreetMap extract (``.osm`` or ``.osm.pbf``).

    Compounds are residential land use. Where a compound has no mapped wall, its edge becomes one
    (``inferred``), with a gate where a path crosses. Storeys, floor area, households and residents that
    are not mapped are estimated from the norms of the catalog and named in the column ``estimated``.
    Which tag becomes which kind is the catalog table ``osm_kinds``; tags in no row are counted in the
    area's report, as is everything that was cut, moved, mended or left out.

    Parameters
    ----------
    path
        The file; the format is told from its first bytes.
    name, title
        Short name (default: the file's name), and name for people.
    bounds
        West, south, east, north in degrees (WGS 84); default is what the file's header says.
    crs
        Projected CRS in metres; default is the CGCS2000 3-degree zone of the middle of the extract.
    catalog
        Kinds, norms and constants; default is the one that ships.

    Returns
    -------
    StudyArea

    Raises
    ------
    InputError
        The file cannot be read, states no bounds and none are given, or holds nothing inside them.

    Examples
    --------
    >>> area = import_osm("haidian.osm", name="haidian")  # doctest: +SKIP
    """
    path = Path(path)
    raw = read_osm(path)
    box = _box(raw, path, bounds)
    middle = _middle(raw, box, path)
    catalog = catalog or read_catalog()
    target = zone_crs(middle) if crs is None else metric_crs(crs, "crs")
    desk = Desk(box, target, Kinds(catalog.osm_kinds), catalog.constants, raw.acts)
    meta = {"source": SOURCE, "licence": LICENCE, "date": raw.date, "invented": False, "note": _NOTE}
    short = name or path.name.split(".")[0]
    area = assemble(osm_tables(raw, desk), name=short, title=title, crs=target, meta=meta, catalog=catalog)
    return replace(area, _acts=(*desk.acts.rows, *area._acts))


def osm_tables(raw: RawOsm, desk: Desk) -> dict[str, gpd.GeoDataFrame]:
    """Make every layer of the features read, with the walls and gates that were inferred.

    Parameters
    ----------
    raw
        Features in longitude and latitude.
    desk
        Bounds, metric CRS, kinds, constants and notes.

    Returns
    -------
    dict
        Raw tables by layer name, index ``id``, not yet checked.

    Raises
    ------
    InputError
        No residential land use or no building lies inside the bounds.
    """
    compounds = osm_layers.compounds(raw, desk)
    houses = buildings(raw, desk, compounds)
    _refuse_nothing(compounds, houses)
    paths = osm_layers.paths(raw, desk)
    gates = osm_layers.gates(raw, desk)
    mapped = osm_layers.walls(raw, desk).assign(inferred=False)
    mapped = _both(mapped, bridge_gaps(mapped, gates, desk))
    walls = _both(mapped, infer_walls(compounds, mapped, houses, paths, desk, gone=_gone(raw, desk)))
    compounds = trim_compounds(compounds, walls, desk)
    tables = {
        "buildings": houses,  # first: the doors and facilities in them name them
        "compounds": compounds,
        "walls": walls,
        "gates": place_gates(gates, walls, paths, compounds, houses, desk),
        "paths": paths.drop(columns="level", errors="ignore"),
        "facilities": facilities(raw, desk, houses),
        "open_spaces": osm_layers.open_spaces(raw, desk, compounds),
        "parking": osm_layers.parking(raw, desk),
        "trees": osm_layers.trees(raw, desk),
        "entrances": osm_layers.entrances(raw, desk, houses),
    }
    return _distinct({name: table for name, table in tables.items() if len(table)}, desk)


def _gone(raw: RawOsm, desk: Desk) -> list[Any]:
    """List the lines along which walls were taken down, in metres."""
    lines = gpd.GeoSeries([feature.shape for feature in raw.gone], crs=LONLAT)
    return list(lines.to_crs(desk.crs)) if len(lines) else []


def _distinct(tables: dict[str, gpd.GeoDataFrame], desk: Desk) -> dict[str, gpd.GeoDataFrame]:
    """Let no two layers share an id: an object that is a compound and its fence is ``w5`` and ``w5-walls``."""
    seen: set[str] = set()
    result = {}
    for name, table in tables.items():
        taken = table.index.isin(seen)
        desk.acts.add(name, table.index[taken], "renamed", f"-{name} added: another layer has the same object")
        keys = [f"{key}-{name}" if old else key for key, old in zip(table.index, taken, strict=True)]
        result[name] = table.set_axis(pd.Index(keys, name="id", dtype="object"))
        seen.update(keys)
    return result


def _refuse_nothing(compounds: gpd.GeoDataFrame, houses: gpd.GeoDataFrame) -> None:
    """A study area needs compounds and buildings; OpenStreetMap may have neither."""
    mend = "Choose an extract where they are mapped, or draw them in an OpenStreetMap editor and export again"
    empty = {
        "compounds": (compounds, "no landuse=residential is mapped inside the bounds"),
        "buildings": (houses, "no building is mapped inside the bounds"),
    }
    faults = [Fault(name, (), "empty layer", why, mend) for name, (frame, why) in empty.items() if not len(frame)]
    if faults:
        raise InputError.of(faults)


def _both(one: gpd.GeoDataFrame, two: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    some = [frame for frame in (one, two) if len(frame)]
    return pd.concat(some).sort_index(kind="stable") if some else one


def _box(raw: RawOsm, path: Path, bounds: Bounds | None) -> Any:
    """Return the rectangle to cut to, from the argument or from the file."""
    found = bounds or raw.bounds
    if found is None:
        raise InputError(
            f"{path}: the file does not say what it covers. Give bounds=(west, south, east, north) in degrees."
        )
    west, south, east, north = found
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InputError(f"{path}: bounds {found} are no rectangle of degrees. Give west < east and south < north.")
    return shapely.box(west, south, east, north)


def _middle(raw: RawOsm, box: BaseGeometry, path: Path) -> float:
    """Return the longitude in the middle of what lies inside the bounds."""
    shapes = [f.shape for f in (*raw.points, *raw.lines, *raw.areas)]
    seen = [s for s, inside in zip(shapes, shapely.intersects(box, shapes), strict=True) if inside]
    if not seen:
        raise InputError(
            f"{path}: nothing of use lies inside the bounds {box.bounds}. Choose an extract with buildings and streets."
        )
    west, _, east, _ = shapely.total_bounds(seen)
    return float((max(west, box.bounds[0]) + min(east, box.bounds[2])) / 2)
