"""``live``: one offline page in which anyone tries a plan and sees what it does within a tenth of a second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno.area import as_day, crs_text, open_facilities, way_to_degrees
from spatialreno.community import CONSENT_ORDER, read_register
from spatialreno.comparison import as_comparison
from spatialreno.maps.content.indicator_tables import unit_text
from spatialreno.maps.drawing.cards import Stories
from spatialreno.maps.drawing.features import Told
from spatialreno.maps.drawing.style import GAIN_BREAKS_M, HUES, SCORE_BREAKS, styles
from spatialreno.maps.drawing.themes import Theme, asked_for, bounds, kept_themes, told
from spatialreno.maps.live_page import model as plan_model
from spatialreno.maps.live_page.consent_model import votes
from spatialreno.maps.live_page.fit_model import fit_model
from spatialreno.maps.live_page.ground_model import ground_points
from spatialreno.maps.live_page.panel import panel, tools, years
from spatialreno.maps.live_page.starts import starts
from spatialreno.maps.live_page.typed_arrays import columns_apart, packed
from spatialreno.maps.live_page.walk_model import walk_model
from spatialreno.maps.page.page import MAP_SCRIPTS, WORDS, Page, map_of, name_titles, payload
from spatialreno.maps.words import safe_html
from spatialreno.maps.words.numbers import facility_label, facility_title
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.words import Lang, checked, legend_words, payer_word, word
from spatialreno.maps.words.words_live import LIVE

if TYPE_CHECKING:
    from spatialreno._types import ToDegrees
    from spatialreno.area import StudyArea
    from spatialreno.comparison import Comparison
    from spatialreno.indicators import Evaluation
    from spatialreno.maps.drawing.features import Drawn
    from spatialreno.maps.words.safe_html import Markup
    from spatialreno.scenario import Scenario

_SCRIPTS = (
    *MAP_SCRIPTS, "page", "graph", "stands", "fields", "walks", "ground", "blocks", "fit", "consent", "model", "plan",
    "toml", "reach", "look", "tables", "live",
)  # fmt: skip
# Blocks are drawn by compound, walks where somebody clicks.
_LEFT_OUT = {"blocks", "freed", "isochrones", "works", "new_grounds"}
_KEPT_MORE = ("label", "name", "alt", "radius", "angle", "card")
_MINUTES = (5, 10, 15)
# Above this many hops the model is compressed; the page unpacks it before it starts.
_PACKED_FROM = 50_000
_LINES = (
    ("wall_m", "m", 0), ("illegal_m2", "m2", 0), ("other_m2", "m2", 0), ("blocks", "block", 0),
    ("largest_m2", "m2", 0), ("facilities", "facility", 0), ("share", "share", 1), ("mean", "point", 1),
    ("gained", "person", 0), ("gained_homes", "household", 0), ("lost", "person", 0), ("lost_homes", "household", 0),
    ("cost", "10000 yuan", 1), ("per_household", "yuan", 0),
    ("unpriced", "row", 0), ("asked", "party", 0), ("parties_open", "party", 0), ("households_missing", "household", 0),
    ("unfit", "facility", 0),
)  # fmt: skip
# Lines that run along in the bar, under short names.
_TOTALS = (
    "wall_m", "illegal_m2", "blocks", "share", "mean", "gained_homes", "lost_homes", "cost", "asked", "parties_open",
    "households_missing", "unfit",
)  # fmt: skip


def live(
    area: StudyArea,
    *,
    standard: str = "gb50180-2018",
    lang: Lang = "zh",
    scenarios: Iterable[Scenario] = (),
    start: str | None = None,
    heavy: bool | None = None,
) -> Page:
    """Make a page in which walls, structures, gates and facilities can be tried, offline.

    The page walks on the same graph as Python, in whole millimetres, and prices with the same ledger; what is tried
    is exported as a scenario that ``read_scenario`` reads back to the same numbers.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed, in a projected CRS in metres.
    standard : str
        Planning standard by name or path.
    lang : str
        ``zh`` or ``en``. Names in the data stay as they are.
    scenarios : iterable of Scenario, optional
        Options that can be started from. A facility goes to the nearest point of the page's ground; what the page
        cannot try (paths, greens, new walls) is told and left out.
    start : str, optional
        First day of the works (YYYY-MM-DD): an option that is started from then tells its year too, as
        ``options.schedule`` and ``options.funding`` have it, with heat and one dig. None: no year.
    heavy : bool, optional
        Draw what is heavy too (:func:`spatialreno.draw`), or leave it out; by default above 300 compounds.

    Returns
    -------
    Page
        ``.save(path)`` writes it. The same area gives the same bytes.

    Raises
    ------
    InputError
        The language is unknown, the area is too large for one page, or ``start`` is no day.

    Examples
    --------
    >>> import spatialreno as sr
    >>> live(sr.read_area("data/geo/xigongdi")).title
    '西工地片区（示意） · 现场试算'
    """
    from spatialreno.comparison import compare
    from spatialreno.scenario import as_scenarios

    checked(lang)
    plans = as_scenarios(scenarios, what="live")
    if start is not None:
        as_day(start, what="live")
    today = compare(area, [], standard=standard, origins=[])
    planned = compare(area, plans, standard=standard, works=["heat", "dig"]) if start and plans else None
    return live_of(today, lang=lang, scenarios=plans, planned=planned, start=start, heavy=heavy)


def live_of(
    options: Comparison,
    *,
    lang: Lang = "zh",
    scenarios: Iterable[Scenario] = (),
    planned: Comparison | None = None,
    start: str | None = None,
    heavy: bool | None = None,
) -> Page:
    """Make the live page of a comparison of today alone.

    Parameters
    ----------
    options
        What ``compare`` gives without options, or ``today_alone``.
    lang, scenarios, start, heavy
        As for ``live``.
    planned
        The scenarios, compared: what their years are taken from; needs ``start``.

    Returns
    -------
    Page
        One file that works without a network.

    Raises
    ------
    InputError
        The language is unknown, or a scenario is named twice or does not fit.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from spatialreno import assemble, compare
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["院"], geometry=[box(x, y, x + 60, y + 60)]),
    ...         "buildings": layer(id=["B1"], households=[12], geometry=[box(x + 5, y + 5, x + 25, y + 15)]),
    ...     },
    ...     name="yard",
    ... )
    >>> live_of(compare(area, []), lang="en").title
    'yard · Try it live'
    """
    language, plans = checked(lang), list(scenarios)
    if start is not None:
        as_day(start, what="live")
    area = as_comparison(options, what="live_of").today
    title = f"{area.title or area.name} · {word('live', language)}"
    with safe_html.guarded():
        text = safe_html.document(
            _figure(options, plans, years(planned, start, plans, language), language,
                    asked_for(options, heavy=heavy)),
            lang=word("html_lang", language),
            title=title,
            style=safe_html.asset("page.css") + safe_html.asset("live.css"),
            script=safe_html.scripts(_SCRIPTS),
        )
    return Page(title, text)


def _figure(
    options: Comparison, scenarios: Sequence[Scenario], told_years: Sequence[Markup], lang: Lang,
    left_out: frozenset[str],
) -> Any:
    from spatialreno.maps.page.folium_elements import Panel, PlanLayer

    area = options.areas["today"]
    to_degrees = way_to_degrees(area.crs).transform
    stories = Stories(options, lang)
    kept = [theme for theme in kept_themes(options, lang, left_out) if theme.key not in _LEFT_OUT]
    laid_out = [_signed(theme) for theme in told(kept, stories)]
    corners = bounds(options, to_degrees)
    plan = map_of(laid_out, corners)
    for theme in laid_out:
        PlanLayer(payload(theme, options, lang, to_degrees)).add_to(plan)
    model = _model(options, to_degrees, lang)
    step = model["walk"]["ground"]["step_m"]
    bar = tools(_kinds(options, lang), lang, [s.title for s in scenarios])
    beside = safe_html.joined(bar, panel(options, lang, step_m=step, left_out=left_out, told=told_years))
    said = _words(options, lang) | {"bounds": corners, "cards": stories.card_titles}
    said["kinds"] = [facility_title(kind, area.catalog, lang) for kind in model["norm"]["kinds"]]
    said["payers"] = {who: payer_word(who, lang, area.catalog) for who in plan_model.payers(model["works"])}
    said["starts"] = starts(area, scenarios, model["walk"]["origin"], lang)
    packed_up = model["walk"]["hops"] > _PACKED_FROM
    said["model"] = safe_html.packed_text(*columns_apart(model)) if packed_up else model
    Panel(beside, safe_html.data(said), start="startLive").add_to(plan)
    return plan.get_root()


def _words(options: Comparison, lang: Lang) -> dict[str, Any]:
    """Gather what the page says and how it draws."""
    area = options.areas["today"]
    spoken = (*WORDS, *LIVE, "change", "plan", "start", "measure")
    layers = ("walls", "structures", "gates")
    labels = {str(kind): facility_label(str(kind), area.catalog, lang) for kind in area.catalog.facilities.index}
    baskets = options.evaluations["today"].standard.baskets
    told = {**area.catalog.constants, "basket": getattr(baskets[0], f"title_{lang}") if baskets else "—"}
    return {
        "styles": styles(),
        "legend": [list(pair) for pair in legend_words(lang).items()],
        "options": [word("today", lang)],
        "origins": [],
        "stamp": area.fingerprint[:12],
        "name": area.name,
        "words": {key: word(key, lang) for key in spoken} | {"sample": labels.get("health_centre", "·")},
        "lines": [
            [key, word(f"t_{key}", lang).format(**told), unit_text(unit, lang), digits] for key, unit, digits in _LINES
        ],
        "short": {key: word(f"s_{key}", lang) for key in _TOTALS},
        "names": name_titles(area.catalog, lang),
        "minutes": list(_MINUTES),
        "hues": len(HUES),
        "score_breaks": list(SCORE_BREAKS),
        "gain_breaks": list(GAIN_BREAKS_M),
        "kind_names": dict(_kinds(options, lang)),
        "kind_labels": labels,
        "columns": {
            column.column: column.title(lang)
            for name in ("facilities", *layers)
            for column in area.catalog.layers[name].columns.values()
        },
        "layer_names": {name: area.catalog.layers[name].title(lang) for name in layers},
        "yuan": unit_text("yuan", lang),
        "states": [say("not_in_hand" if state == "open" else state, lang) for state in CONSENT_ORDER],
    }


def _signed(theme: Theme) -> Theme:
    """Keep of each feature what the live page needs, and say of which layer it is."""

    def more(drawn: Drawn) -> dict[str, Any]:
        kept = {key: drawn.more[key] for key in _KEPT_MORE if key in drawn.more}
        return kept | ({"of": drawn.rows.layer} if isinstance(drawn.rows, Told) else {})

    return replace(theme, drawn=[replace(drawn, more=more(drawn)) for drawn in theme.drawn])


def _model(options: Comparison, to_degrees: ToDegrees, lang: Lang) -> dict[str, Any]:
    area, today = options.areas["today"], options.evaluations["today"]
    serving = open_facilities(area)
    walk, fits, known = options.once("live ground", lambda: _on_the_ground(area))
    area.take_lasting(known)
    register = options.register or read_register(area)
    works, puts = plan_model.works(area, register), plan_model.matters_put(area)
    return {
        "walk": walk,
        "today": _todays_walks(today),
        "facilities": [str(kind) for kind in serving["kind"]],
        "facility_ids": [str(name) for name in serving.index],
        "people": plan_model.homes(area, today),
        "norm": plan_model.norms(today, area),
        "works": works,
        "puts": puts,
        "votes": votes(options, register, plan_model.votes_asked(area, works, puts), lang),
        "fits": fits,
        "yards": plan_model.yards(area, {kind["asks"] for kind in works["kinds"].values()}),
        "edges": plan_model.edges(area),
        "centres": _centres(area, walk["origin"]),
        "crs": crs_text(area.crs),
        "fresh": plan_model.fresh_id(area, "N"),
        "to_degrees": _to_degrees(area, walk["origin"], to_degrees),
    }


def _todays_walks(today: Evaluation) -> list[str]:
    """Write today's walks by home and kind in whole millimetres, -1 where none leads: the page opens with them."""
    walks = today.access.pivot(index="building_id", columns="kind", values="distance_m")
    walks = walks.reindex(index=today.scores.index, columns=list(today.standard.kinds))
    return packed(np.rint(walks.fillna(-0.001).to_numpy(float) * 1000.0).astype(np.int64).ravel())


def _on_the_ground(area: StudyArea) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Work out where anybody can walk, what fits where, what each act costs and touches: for that nobody is asked."""
    ground = ground_points(area)
    walk = walk_model(area, [str(name) for name in open_facilities(area).index], ground)
    plan_model.work_out(area)
    return walk, fit_model(area, ground.points.iloc[: ground.placeable]), area.lasting


def _centres(area: StudyArea, origin: list[float]) -> list[list[int]]:
    """Put a point into each building, in whole millimetres from the corner of the area."""
    inside = shapely.get_coordinates(shapely.point_on_surface(area.buildings.geometry.to_numpy()))
    whole: list[list[int]] = np.rint((inside - origin) * 1000.0).astype(np.int64).tolist()
    return whole


def _to_degrees(area: StudyArea, origin: list[float], to_degrees: ToDegrees) -> list[list[float]]:
    """Fit longitude and latitude as quadratics of kilometres from the corner; for drawing only."""
    west, south, east, north = area.compounds.total_bounds
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5)))
    u, v = (x - origin[0]) / 1000.0, (y - origin[1]) / 1000.0
    terms = np.column_stack([np.ones_like(u), u, v, u * u, u * v, v * v])
    return [np.linalg.lstsq(terms, np.asarray(axis), rcond=None)[0].round(12).tolist() for axis in to_degrees(x, y)]


def _kinds(options: Comparison, lang: Lang) -> list[tuple[str, str]]:
    catalog = options.areas["today"].catalog
    wanted = list(options.evaluations["today"].standard.kinds)
    others = [str(kind) for kind in catalog.facilities.index if kind not in wanted]
    return [(kind, facility_title(kind, catalog, lang)) for kind in [*wanted, *others]]
