"""A planner's own folium layers on the offline page: taken as copies, and nothing fetched for them."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from spatialreno.errors import InputError
from spatialreno.maps.page.folium_elements import Guest
from spatialreno.maps.words import safe_html as door


def join_guests(plan: Any, extra: Iterable[Any]) -> None:
    """Put layers of one's own on the map of a page, in their order; inside ``guarded``.

    Parameters
    ----------
    plan : folium.Map
        The page's map.
    extra : iterable
        folium layers, or maps whose layers are taken.

    Raises
    ------
    InputError
        Something is no folium layer, or its pictures would have to come from the net: all at once.
    """
    given = [extra] if hasattr(extra, "get_root") else list(extra)
    found = [layer for one in given for layer in _layers_of(one)]
    problems = [problem for layer in found if (problem := _problem(layer))]
    if problems:
        raise InputError("draw: " + "; ".join(problems))
    for number, layer in enumerate(found, start=1):
        own = _copied(layer, number)
        own.add_to(plan)
        Guest(own, door.data(_title(layer, number))).add_to(plan)


def _layers_of(given: object) -> Iterator[Any]:
    """Take the layers of a map, such as ``frame.explore()`` gives, but not what lies underneath."""
    import folium

    if not isinstance(given, folium.Map):
        yield given
        return
    for child in given._children.values():
        if isinstance(child, (folium.map.Layer, folium.Marker)) and not isinstance(child, _pictured()):
            yield child


def _pictured() -> tuple[type, ...]:
    from folium.raster_layers import TileLayer, WmsTileLayer

    return TileLayer, WmsTileLayer


def _problem(layer: Any) -> str:
    from branca.element import MacroElement

    if isinstance(layer, _pictured()):
        return f"extra: {type(layer).__name__} would fetch pictures from the net. Name a base map: base=\"osm\""
    if not isinstance(layer, MacroElement):
        return f"extra: {type(layer).__name__} is no folium layer. Give a FeatureGroup, a GeoJson, a Marker or a map"
    return ""


def _title(layer: Any, number: int) -> str:
    name = str(getattr(layer, "layer_name", "") or "")
    return f"{number}" if not name or name == layer.get_name() else name


def _copied(layer: Any, number: int) -> Any:
    """Copy a layer without the map it came from, and number its parts, so that the page is the same bytes."""
    memo = {id(layer._parent): None} if layer._parent is not None else {}
    own = copy.deepcopy(layer, memo)
    counted = itertools.count(1)
    for part in _parts(own):
        part._id = f"guest{number}x{next(counted)}"
    return own


def _parts(element: Any) -> Iterator[Any]:
    yield element
    for child in element._children.values():
        yield from _parts(child)
