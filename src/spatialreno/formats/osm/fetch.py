"""A quarter from the live services of OpenStreetMap by its name: asked once through OSMnx, kept, then read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spatialreno.area import StudyArea
from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError
from spatialreno.formats.osm.import_osm import import_osm
from spatialreno.formats.osm.read import KEYS, Bounds

_BUSY = (429, 504)
_EXTRACT = "Or work without the network: download an extract (openstreetmap.org, Export) and use import-osm"
_FILE = "extract.osm.pbf"


@dataclass(frozen=True)
class OsmService:
    """Whom to ask, and where answers are kept.

    Attributes
    ----------
    nominatim, overpass
        Addresses of the services; a bureau may run its own.
    cache
        Folder of answers; default is ``spatialreno/osm`` in the user's cache. The same question is asked once.
    """

    nominatim: str = "https://nominatim.openstreetmap.org/"
    overpass: str = "https://overpass-api.de/api"
    cache: Path | None = None


def fetch_osm(
    place: str,
    *,
    around_m: float | None = None,
    name: str | None = None,
    title: str = "",
    service: OsmService | None = None,
    fresh: bool = False,
) -> StudyArea:
    """Make a study area of what OpenStreetMap knows of a place now, as ``import_osm`` makes one of an extract.

    Parameters
    ----------
    place
        Its name, such as ``西工地街道, 洛阳``.
    around_m
        Take a square of this half side around the place, in metres, instead of its boundary; needed when it is
        mapped as a point only.
    name, title
        Short name, and name for people (default: ``place``).
    service
        Whom to ask; default are the public services.
    fresh
        Ask again, although an answer is kept.

    Returns
    -------
    StudyArea
        ``area.meta`` holds source, licence (ODbL) and the day of the data.

    Raises
    ------
    InputError
        No network, a busy service, no such place, a place too large, or nothing to plan in it.

    Examples
    --------
    >>> fetch_osm("西工街道, 洛阳", around_m=500)  # doctest: +SKIP
    """
    if not place.strip():
        raise InputError("place is empty. Give a name such as 西工街道, 洛阳.")
    if around_m is not None and not 0 < around_m < float("inf"):
        raise InputError(f"around_m is {around_m:g}, expected more than 0. Give metres, such as 500.")
    service = service or OsmService()
    folder = _kept(service, f"{place}\n{around_m}")
    with _told(place, service), _settings(service, folder, fresh):
        bounds = _bounds(place, around_m)
        extract, day = _extract(folder, bounds)
    area = import_osm(extract, name=name or "fetched", title=title or place, bounds=bounds)
    act = {"layer": "", "id": "", "rule": "fetched", "reason": f"{place}: {_text(bounds)}, as of {day or 'today'}"}
    return replace(area, _acts=(act, *area._acts))


def _kept(service: OsmService, question: str) -> Path:
    """Name the folder of the answers to one question."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    key = hashlib.sha256("\n".join((service.nominatim, service.overpass, question)).encode()).hexdigest()[:16]
    return (service.cache or home / "spatialreno" / "osm") / key


@contextmanager
def _settings(service: OsmService, folder: Path, fresh: bool) -> Iterator[None]:
    """Set OSMnx for our questions only, and everything back afterwards."""
    from osmnx import settings

    from spatialreno._version import __version__

    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    ours = {
        "nominatim_url": service.nominatim,
        "overpass_url": service.overpass,
        "cache_folder": folder,
        "use_cache": True,
        "cache_only_mode": True,  # OSMnx asks and keeps; our own reader makes shapes
        "doh_url_template": None,  # no third service learns what is asked
        "http_user_agent": f"spatialreno/{__version__}",
        "http_referer": "https://pypi.org/project/spatialreno/",
        "http_accept_language": "zh,en",
        "requests_kwargs": {"hooks": {"response": [_NotTwice()]}},
    }
    kept = {key: getattr(settings, key) for key in ours}
    names = socket.getaddrinfo  # OSMnx replaces it
    try:
        for key, value in ours.items():
            setattr(settings, key, value)
        yield
    finally:
        socket.getaddrinfo = names
        for key, value in kept.items():
            setattr(settings, key, value)


class _NotTwice:
    """Give up when a service says a second time that it is busy; OSMnx would ask for ever."""

    def __init__(self) -> None:
        self.busy = 0

    def __call__(self, response: Any, **_: Any) -> None:
        self.busy += response.status_code in _BUSY
        if self.busy > 1:
            raise InputError(f"{response.url.split('?')[0]}: the service is busy. Try again later. {_EXTRACT}.")


@contextmanager
def _told(place: str, service: OsmService) -> Iterator[None]:
    """Say in our words what went wrong on the way."""
    from requests.exceptions import RequestException

    try:
        yield
    except RequestException as error:
        what = f"{service.nominatim} and {service.overpass}"
        raise InputError(
            f"{place}: {what} cannot be reached ({type(error).__name__}). Check the network. {_EXTRACT}."
        ) from error
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise InputError(
            f"{place}: no answer that can be used ({error}). Write the place with its city, or fetch it fresh."
        ) from error


def _bounds(place: str, around_m: float | None) -> Bounds:
    """Ask where a place is: west, south, east, north in degrees."""
    import osmnx
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    if around_m is None:
        west, south, east, north = _boundary(place)
    else:
        lat, lon = osmnx.geocode(place)
        (east, _, _), (west, _, _) = (geod.fwd(lon, lat, turn, around_m) for turn in (90, 270))
        (_, north, _), (_, south, _) = (geod.fwd(lon, lat, turn, around_m) for turn in (0, 180))
    wide, high = geod.inv(west, south, east, south)[2], geod.inv(west, south, west, north)[2]
    most = read_catalog().constants["fetch_side_m"]
    if max(wide, high) > most:
        raise InputError(
            f"{place}: is {wide / 1000:.1f} by {high / 1000:.1f} km, more than {most / 1000:g} km. "
            "Name a smaller place, or state how far around it (around_m, --around)."
        )
    return round(west, 7), round(south, 7), round(east, 7), round(north, 7)


def _boundary(place: str) -> Bounds:
    import osmnx

    try:
        found = osmnx.geocode_to_gdf(place)
    except TypeError as error:  # so OSMnx says that there is none
        raise InputError(
            f"{place}: is not mapped with a boundary. State how far around it (around_m, --around)."
        ) from error
    west, south, east, north = map(float, found.total_bounds)
    return west, south, east, north


def _extract(folder: Path, bounds: Bounds) -> tuple[Path, str]:
    """Ask for everything of use inside the bounds, and keep it as an extract; return it and the day of the data."""
    import osmnx
    import shapely

    with suppress(InterruptedError):  # how OSMnx says that all is kept
        osmnx.features_from_polygon(shapely.box(*bounds), dict.fromkeys(KEYS, True))
    answers = [json.loads(f.read_text(encoding="utf-8")) for f in sorted(folder.glob("*.json"))]
    parts = [a for a in answers if isinstance(a, dict) and isinstance(a.get("elements"), list)]
    found = {(e["type"], e["id"]): e for part in parts for e in part["elements"]}
    day = max((str(p.get("osm3s", {}).get("timestamp_osm_base", "")) for p in parts), default="")
    return _written(folder / _FILE, found, bounds, day), day[:10]


def _written(path: Path, found: dict[tuple[str, int], dict[str, Any]], bounds: Bounds, day: str) -> Path:
    import osmium

    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(*bounds))
    if day:
        header.set("osmosis_replication_timestamp", day)
    draft = path.with_name(f"draft.{path.name}")
    with osmium.SimpleWriter(str(draft), header=header, overwrite=True) as writer:
        for kind in ("node", "way", "relation"):
            for key in sorted(k for k in found if k[0] == kind):
                _add(writer, found[key])
    return draft.replace(path)


def _add(writer: Any, item: dict[str, Any]) -> None:
    from osmium.osm import mutable

    said = {"id": item["id"], "version": 1, "tags": {str(k): str(v) for k, v in item.get("tags", {}).items()}}
    if item["type"] == "node":
        writer.add_node(mutable.Node(location=(item["lon"], item["lat"]), **said))
    elif item["type"] == "way":
        writer.add_way(mutable.Way(nodes=item.get("nodes", []), **said))
    else:
        members = [(m["type"][0], m["ref"], m.get("role", "")) for m in item.get("members", [])]
        writer.add_relation(mutable.Relation(members=members, **said))


def _text(bounds: Bounds) -> str:
    return ", ".join(f"{v:.5f}" for v in bounds)
