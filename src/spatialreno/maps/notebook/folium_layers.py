"""``folium_map``: the plan as an ordinary folium map, so that a planner's own layers and plugins join it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import shapely

from spatialreno.area import as_ids, refuse_unknown, way_to_degrees
from spatialreno.maps.drawing.features import Drawn
from spatialreno.maps.drawing.sight import extent, place_of, seen
from spatialreno.maps.drawing.style import styles
from spatialreno.maps.drawing.themes import STANDING, Theme, theme_titles, themes
from spatialreno.maps.words.safe_html import Markup, joined, tag, text
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from spatialreno._types import ToDegrees
    from spatialreno.comparison import Comparison
    from spatialreno.maps.drawing.sight import Viewable

_HATCHED = 0.35  # what our pages hatch is pale here
_PATH = ("color", "weight", "opacity", "fill", "fillColor", "fillOpacity", "dashArray", "lineCap")
_RING = {"facility-built": "area-built", "facility-altered": "area-altered", "facility-gone": "area-gone"}
_DISC = (
    "width:20px;height:20px;line-height:18px;border:{width}px solid {color};border-radius:50%;background:#fff;"
    "color:#1f2937;text-align:center;font-size:12px"
)
_NAME = "color:#374151;font-size:11px;white-space:nowrap;transform:translate(-50%,-50%)"


def folium_map(
    shown: Viewable,
    *,
    option: str | None = None,
    layers: Iterable[str] | None = None,
    m: Any = None,
    lang: Lang = "zh",
) -> Any:
    """Draw an area, an option of a comparison, or a design as an ordinary ``folium.Map``.

    Every layer is a ``folium.FeatureGroup`` in the styles of our pages, in the order of our pages; a layer control
    switches them. ``frame.explore(m=…)``, folium's plugins and ``DualMap`` take it as they take any map. Unlike
    ``draw``, the map asks the net for Leaflet when it is opened, and its names of elements are folium's own.

    Parameters
    ----------
    shown : StudyArea, Comparison or Design
        An area that a plan has changed is drawn as changes to its survey.
    option : str, optional
        Which option of a comparison; ``today`` is one. By default the last.
    layers : iterable of str, optional
        Keys of the layers to draw, as ``buildings``, ``walls``, ``blocks``, ``isochrones``, ``scores``; by default
        all, of which those of our analysis layers are switched off at first.
    m : folium.Map, optional
        A map to draw on, as one side of a ``DualMap``.
    lang : str
        ``zh`` or ``en``. Names in the data stay as they are.

    Returns
    -------
    folium.Map
        Without a base map; add one with ``folium.TileLayer``.

    Raises
    ------
    InputError
        No such option, layer or language, or there is nothing to draw.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plan = sr.folium_map(today, layers=["compounds", "buildings", "walls"])
    >>> [group.layer_name for group in plan._children.values() if hasattr(group, "layer_name")]
    ['小区（院落）', '底图', '围墙、出入口']
    """
    language = checked(lang)
    options = seen(shown, language)
    position = place_of(options, option)
    laid_out = _asked(options, layers, language)
    to_degrees = way_to_degrees(options.areas["today"].crs).transform
    plan = _new_map() if m is None else m
    taken = {child.layer_name for child in plan._children.values() if hasattr(child, "layer_name")}
    for theme in laid_out:
        group = _group(theme, position, to_degrees, language, taken, asked=layers is not None)
        if group is not None:
            group.add_to(plan)
    west, south, east, north = extent(options)
    (left, right), (low, high) = to_degrees([west, east], [south, north])
    plan.fit_bounds([[low, left], [high, right]])
    if m is None:
        _control().add_to(plan)
    return plan


def _new_map() -> Any:
    from spatialreno.maps.page.folium_elements import PlanMap

    return PlanMap(tiles=None, max_zoom=22)


def _control() -> Any:
    import folium

    return folium.LayerControl(collapsed=True)


def _asked(options: Comparison, layers: Iterable[str] | None, lang: Lang) -> list[Theme]:
    """Lay out the layers asked for; scores are buildings shaded by theirs."""
    titles = theme_titles(options, lang)
    known = set(titles) if options.evaluations else {key for key in titles if key in STANDING or _own(options, key)}
    if options.evaluations:
        known.add("scores")
    wanted = set(known) if layers is None else set(as_ids(layers))
    refuse_unknown(sorted(wanted), known, what="map", noun="layer that can be drawn here")
    drawn = wanted | ({"buildings"} if "scores" in wanted else set())
    found = []
    for theme in themes(options, lang, only=drawn):
        if theme.key in wanted:
            found.append(theme)
        if theme.key == "buildings" and "scores" in wanted:
            found.append(_scores(theme, lang))
    return [theme for theme in found if theme.drawn]


def _own(options: Comparison, key: str) -> bool:
    layer = options.areas["today"].catalog.layers.get(key)
    return layer is not None and layer.theme == "generic"


def _scores(buildings: Theme, lang: Lang) -> Theme:
    shaded = []
    for thing in buildings.drawn:
        given = thing.more.get("score")
        if given is not None:
            each = given["by"] if isinstance(given, dict) else [given] * len(thing.classes)
            classes = tuple(cls and name for cls, name in zip(thing.classes, each, strict=True))
            shaded.append(Drawn(thing.geometry, classes, thing.rows))
    return Theme("scores", word("scores", lang), "analysis", False, shaded)


def _group(theme: Theme, position: int, to_degrees: ToDegrees, lang: Lang, taken: set[Any], *, asked: bool) -> Any:
    """Make one feature group; None where this option draws nothing of it."""
    import folium

    things = [thing for thing in theme.drawn if thing.classes[position] is not None]
    if not things:
        return None
    title = str(text(theme.title or word("ground", lang)))
    if title in taken:  # the control knows layers by their titles
        title = str(text(f"{theme.title or word('ground', lang)} ({theme.key})"))
    taken.add(title)
    group = folium.FeatureGroup(name=title, show=theme.shown or asked, control=bool(theme.title) or asked)
    by_class: dict[str, list[Any]] = {}
    for thing in things:
        if thing.more.get("label") or thing.more.get("name"):
            _sign(thing, position, to_degrees).add_to(group)
        else:
            by_class.setdefault(str(thing.classes[position]), []).append(thing)
    for name, own in by_class.items():
        _shapes(name, own, to_degrees).add_to(group)
    return group


def _shapes(name: str, things: Sequence[Drawn], to_degrees: ToDegrees) -> Any:
    """Write everything of one class as one GeoJson; its one column is markup that has passed our door."""
    import folium

    rows = [
        {
            "type": "Feature",
            "properties": {"told": str(_told(thing))},
            "geometry": shapely.geometry.mapping(_on_earth(thing, to_degrees)),
        }
        for thing in things
    ]
    look = _look(name)
    told = any(row["properties"]["told"] for row in rows)
    tip = folium.GeoJsonTooltip(fields=["told"], labels=False, sticky=True) if told else None
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": rows}, style_function=lambda _: look, tooltip=tip, control=False
    )


def _on_earth(thing: Drawn, to_degrees: ToDegrees) -> Any:
    shape = thing.geometry
    if shape.geom_type == "Point":
        shape = shape.buffer(thing.more.get("radius") or 1, quad_segs=4)
    moved = shapely.transform(shape, to_degrees, interleaved=False)
    return shapely.transform(moved, lambda xy: xy.round(7))


def _look(name: str) -> dict[str, Any]:
    style = styles().get(name.removesuffix("~"), {})
    look = {key: style[key] for key in _PATH if style.get(key) is not None}
    if "fillColor" in style:
        look["fill"] = bool(style["fillOpacity"])  # what has no fill must not take the pointer either
    if style.get("hatch") or style.get("cross"):
        look["fillOpacity"] = _HATCHED
    if name.endswith("~"):
        look["dashArray"] = "1 3"
    return look


def _told(thing: Drawn) -> Markup:
    return joined(*(tag("div", tag("b", title), " ", said) for title, said in thing.rows))


def _sign(thing: Drawn, position: int, to_degrees: ToDegrees) -> Any:
    """Put up a facility's disc, or a name."""
    import folium

    lon, lat = to_degrees(thing.geometry.x, thing.geometry.y)
    if not thing.more.get("label"):
        face, size = tag("div", thing.more["name"], style=_NAME), (0, 0)
    else:
        ring = styles().get(_RING.get(str(thing.classes[position]).removesuffix("~"), ""), {})
        style = _DISC.format(color=ring.get("color", "#6b7280"), width=2 if ring else 1)
        face, size = tag("div", thing.more["label"], style=style, title=thing.more.get("alt", "")), (20, 20)
    icon = folium.DivIcon(html=str(face), icon_size=size, class_name="spatialreno")
    told = _told(thing)
    return folium.Marker([float(lat), float(lon)], icon=icon, tooltip=folium.Tooltip(str(told)) if told else None)
