"""``draw``: a comparison as one page that opens anywhere, with nothing fetched from anywhere."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialreno.area import way_to_degrees
from spatialreno.files import put_text
from spatialreno.maps.content.indicator_tables import option_titles
from spatialreno.maps.drawing.answers import origins
from spatialreno.maps.drawing.cards import Stories, stages
from spatialreno.maps.drawing.features import encoded
from spatialreno.maps.drawing.people_themes import people_themes
from spatialreno.maps.drawing.style import styles
from spatialreno.maps.drawing.themes import Theme, asked_for, bounds, kept_themes, told
from spatialreno.maps.page.basemaps import base_settings
from spatialreno.maps.page.guests import join_guests
from spatialreno.maps.page.panel import panel
from spatialreno.maps.page.toolbar import tools
from spatialreno.maps.words import safe_html as door
from spatialreno.maps.words.numbers import facility_label
from spatialreno.maps.words.people_words import people_legend
from spatialreno.maps.words.safe_html import Markup, joined, tag
from spatialreno.maps.words.words import Lang, checked, legend_words, word

if TYPE_CHECKING:
    from spatialreno._types import ToDegrees
    from spatialreno.catalog import Catalog
    from spatialreno.comparison import Comparison, People

# Above this many features the map is painted on one canvas instead of one SVG element a feature.
_CANVAS_FROM = 3000
# Above this many features a layer is compressed; the page unpacks it before it draws.
_PACKED_FROM = 2000
_MAX_ZOOM = 22
_SAID = (
    "layers legend map north zoom_in zoom_out fit reach_from gone altered built scores gains start today close "
    "skip theme_plan theme_today theme_analysis theme_own swipe no_works before_works nothing_found map_key "
    "walk_said walk_joint walk_less walk_longer walk_new walk_lost walk_more walk_rest walk_same walk_to walk_all"
)
WORDS = tuple(_SAID.split())
# Our own code by task, in the order in which it is read.
MAP_SCRIPTS = ("base", "shapes", "labels", "draw", "controls", "inspect", "search", "paper")
_SCRIPTS = (*MAP_SCRIPTS, "swipe", "phases", "basemap", "page")


@dataclass(frozen=True, repr=False)
class Page:
    """A finished page: one HTML document with everything in it."""

    title: str
    _html: str = field(repr=False)

    def html(self) -> str:
        """Return the document."""
        return self._html

    def save(self, path: str | Path) -> Path:
        """Write the document, whole or not at all, and return where.

        Parameters
        ----------
        path : str or Path
            File to write; missing folders are made.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        InputError
            The file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import spatialreno as sr
        >>> page = Page("空白", "<!DOCTYPE html><title>空白</title>")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page.save(f"{folder}/maps/page.html").name
        'page.html'
        """
        return put_text(Path(path), self._html)

    def _repr_html_(self) -> str:
        """Show the page in a notebook, in a frame that can reach neither the notebook nor the net."""
        frame = tag(
            "iframe", srcdoc=Markup(html.escape(self._html, quote=True)), title=self.title,
            sandbox="allow-scripts allow-downloads allow-modals", loading="lazy",
            style="width:100%;height:640px;border:1px solid #d4d4ce",
        )  # fmt: skip
        return str(tag("div", frame))

    def __repr__(self) -> str:
        """Read the page aloud."""
        return f"Page {self.title} ({len(self._html.encode()) / 1e6:.1f} MB)"


def printed(title: str, body: Markup, lang: Lang, *, style: str = "", script: str = "") -> Page:
    """Make a page to print: one file, nothing fetched, no script unless one of ours; styled as a report by default."""
    sheet = style or door.asset("report.css")
    return Page(title, door.plain(body, lang=word("html_lang", lang), title=title, style=sheet, script=script))


def draw(
    options: Comparison,
    *,
    lang: Lang = "zh",
    people: People | None = None,
    base: str | None = None,
    write_key: bool = False,
    extra: Iterable[Any] = (),
    heavy: bool | None = None,
) -> Page:
    """Draw options beside today on one offline page: map, legend, tables, and what they rest on.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives; its areas are in a projected CRS, the page in longitude and latitude.
    lang : str
        ``zh`` or ``en``. Names in the data stay as they are.
    people : People, optional
        What ``gather_people`` gives: lifts, menu, management, check-up join the consents.
    base : str, optional
        A map underneath from the net: ``tianditu``, ``osm`` or ``gaode`` (its tiles moved from GCJ-02). By default
        none: the page then asks the net for nothing.
    write_key : bool
        Write Tianditu's key from the environment (``TIANDITU_KEY``) into the page; else the page asks for one.
    extra : iterable of folium layers, optional
        Layers of your own, or maps whose layers are taken (``[frame.explore()]``); the list of layers switches them.
        What their pop-ups say is as you made it; no script that hides in it runs.
    heavy : bool, optional
        Draw what is heavy too (free land, changes of reach, widths of lanes, where there is room), or leave it out; by
        default it is left out above 300 compounds, and the page says so and how to ask for it.

    Returns
    -------
    Page
        ``.save(path)`` writes it; ``.html()`` is the text. The same options give the same bytes.

    Raises
    ------
    InputError
        The language or the base map is unknown, a key is to be written and there is none, or a layer of your own is
        none or would have to fetch something.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> page = draw(sr.compare(today, []))
    >>> page.title
    '西工地片区（示意）'
    """
    from spatialreno.comparison import as_comparison

    language = checked(lang)
    options = as_comparison(options, what="draw")
    under, hosts = base_settings(base, write_key=write_key)
    title = options.areas["today"].title or options.areas["today"].name
    with door.guarded():
        figure = _figure(options, people, language, under, extra, asked_for(options, heavy=heavy))
        text = door.document(
            figure,
            lang=word("html_lang", language),
            title=f"{title} · {word('compare', language)}",
            style=door.asset("page.css"),
            script=door.scripts(_SCRIPTS),
            hosts=hosts,
        )
    return Page(title, text)


def _figure(
    options: Comparison, people: People | None, lang: Lang, under: dict[str, Any] | None, extra: Iterable[Any],
    left_out: frozenset[str],
) -> Any:
    """Put the map and the panel into one folium figure."""
    from spatialreno.maps.page.folium_elements import Panel, PlanLayer

    to_degrees = way_to_degrees(options.areas["today"].crs).transform
    stories = Stories(options, lang)
    laid_out = [*told(kept_themes(options, lang, left_out), stories), *people_themes(options, people, lang)]
    corners = bounds(options, to_degrees)
    plan = map_of(laid_out, corners)
    for theme in laid_out:
        PlanLayer(payload(theme, options, lang, to_degrees)).add_to(plan)
    join_guests(plan, extra)
    chosen = len(options.areas) - 1
    beside = joined(
        tools(option_titles(options, lang), lang),
        panel(options, lang, chosen=chosen, people=people, left_out=left_out),
    )
    said = _settings(options, lang, corners, stories) | {"base": under}
    Panel(beside, door.data(said)).add_to(plan)
    return plan.get_root()


def map_of(laid_out: list[Theme], corners: list[list[float]]) -> Any:
    """Make the empty map: Leaflet alone, no tiles, one canvas when there is much to paint."""
    import folium

    plan = folium.Map(
        location=[sum(corner[axis] for corner in corners) / 2 for axis in (0, 1)],
        tiles=None, zoom_start=16, zoom_control=False, attribution_control=False, zoom_snap=0.25,
        prefer_canvas=sum(len(theme.drawn) for theme in laid_out) > _CANVAS_FROM,
    )  # fmt: skip
    plan.options["max_zoom"] = _MAX_ZOOM  # folium keeps its own argument of this name for tiles
    plan.default_js = [link for link in plan.default_js if link[0] == "leaflet"]
    plan.default_css = [link for link in plan.default_css if link[0] == "leaflet_css"]
    return plan


def name_titles(catalog: Catalog, lang: Lang) -> list[str]:
    """List what the name of a thing is called in the layers, so that the page can find things by name."""
    return sorted({layer.columns["name"].title(lang) for layer in catalog.layers.values() if "name" in layer.columns})


def payload(theme: Theme, options: Comparison, lang: Lang, to_degrees: ToDegrees) -> str:
    """Write a theme as data for the page."""
    layers = options.areas["today"].catalog.layers
    single = {"blocks": "block", "clusters": "clusters", "isochrones": "isochrones", "freed": "freed", "names": "names"}
    what = word(single[theme.key], lang) if theme.key in single else theme.title
    if theme.key in layers:
        what = layers[theme.key].title(lang)
    elif theme.key in {"works", "streets", "sites", "grounds", "new_grounds"}:
        what = layers[
            {"sites": "facilities", "grounds": "open_spaces", "new_grounds": "open_spaces"}.get(theme.key, "paths")
        ].title(lang)
    return (door.packed_data if len(theme.drawn) > _PACKED_FROM else door.data)(
        {"key": theme.key, "title": theme.title, "heading": theme.group, "shown": theme.shown, "what": what}
        | encoded(theme.drawn, to_degrees)
    )


def _settings(options: Comparison, lang: Lang, corners: list[list[float]], stories: Stories) -> dict[str, Any]:
    catalog = options.areas["today"].catalog
    limits = sorted({float(m) for frame in options.isochrones.values() for m in frame["minutes"]})
    legend = legend_words(lang) | people_legend(lang)
    for rank, minutes in enumerate(limits[:3], start=1):
        for name in (f"reach-{rank}", f"reach-other-{rank}"):
            legend[name] += f"{minutes:g} {word('minutes', lang)}"
    return {
        "styles": styles(),
        "legend": [list(pair) for pair in legend.items()],
        "options": option_titles(options, lang),
        "open": len(options.areas) - 1,
        "bounds": corners,
        "origins": [[name, place.title] for name, place in origins(options, lang).items()],
        "words": {key: word(key, lang) for key in WORDS} | {"sample": facility_label("health_centre", catalog, lang)},
        "kinds": stories.kind_titles,
        "cards": stories.card_titles,
        "names": name_titles(catalog, lang),
        "stages": stages(options, lang),
    }
