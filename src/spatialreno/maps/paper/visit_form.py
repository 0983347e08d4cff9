"""``draw_visits``: what to survey next, as a plan with numbers and a form to fill in by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from spatialreno.area import as_area, as_made
from spatialreno.catalog import sentence
from spatialreno.maps.content.tables import grid
from spatialreno.maps.drawing.style import DEMOLISHED
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.together_words import said
from spatialreno.maps.words.words import Lang, checked

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.design import Visits

_HEADS = ("what", "assumed", "otherwise", "flips", "moves", "found", "by_whom")
_INK, _HAIR = "#1f2937", "#9a978f"


def draw_visits(found: Visits, area: StudyArea, *, lang: Lang = "zh") -> Page:
    """Draw what to survey next: a plan on which the places are numbered, and a form with room for what was found.

    Parameters
    ----------
    found
        What ``survey_next`` gives.
    area
        The area that it was asked of.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Page
        To print; no script, nothing fetched.

    Raises
    ------
    InputError
        The language is unknown, or what is handed in is something else.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> from spatialreno.design import Visits
    >>> columns = ["place", "layer", "id", "assumed", "otherwise", "flips", "moves", "geometry"]
    >>> none = gpd.GeoDataFrame(columns=columns, geometry="geometry")
    >>> found = Visits("today", 0.0, pd.DataFrame({"flips": []}), (), none)
    >>> "先核什么" in draw_visits(found, sr.read_area("data/geo/xigongdi")).html()
    True
    """
    from spatialreno.design import Visits

    as_made(found, Visits, what="draw_visits", noun="list of visits", maker="survey_next")
    as_area(area, what="draw_visits")
    language = checked(lang)
    title = f"{area.title or area.name} · {said('visits', language)}"
    heads = ["", *(said(key, language) for key in _HEADS)]
    rows = [
        [str(row["place"]), f"{row['layer']} {row['id']}", row["assumed"], row["otherwise"],
         said("yes" if row["flips"] else "no", language), tag("span", f"{row['moves']:+,.0f}"), "", ""]
        for row in found.visits.to_dict("records")
    ]  # fmt: skip
    body = tag(
        "main",
        tag("header", tag("h1", isolated(title))),
        _plan(found, area, title),
        grid(heads, rows, texts=len(heads)),
        tag("ul", *(tag("li", sentence(area.catalog, one, language)) for one in found.findings)),
        class_="report",
    )
    return printed(title, body, language)


def _plan(found: Visits, area: StudyArea, title: str) -> Markup:
    """Draw buildings and walls thinly, the places strongly, each with its number."""
    west, south, east, north = area.compounds.total_bounds
    unit = max(east - west, north - south) / 900
    edge = 30 * unit
    corner = (west - edge, north + edge)
    drawn = [_line(shapely.boundary(shape), corner, _HAIR, unit) for shape in area.buildings.geometry]
    drawn += [_line(shape, corner, _INK, unit) for shape in area.walls.geometry]
    for row in found.visits.to_dict("records"):
        if row["geometry"] is not None:
            drawn += _place(row, corner, unit)
    view = f"0 0 {east - west + 2 * edge:.1f} {north - south + 2 * edge:.1f}"
    return tag("svg", *drawn, viewBox=view, role="img", aria_label=title)


def _place(row: dict[Any, Any], corner: tuple[float, float], unit: float) -> list[Markup]:
    shape = row["geometry"]
    spot = shapely.point_on_surface(shape)
    at = {"x": f"{spot.x - corner[0] + 6 * unit:.1f}", "y": f"{corner[1] - spot.y - 6 * unit:.1f}"}
    line = shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
    number = tag("text", row["place"], **at, fill=DEMOLISHED, font_weight="bold", font_size=f"{22 * unit:.1f}")
    return [_line(shapely.buffer(line, 2 * unit).exterior if line.geom_type == "Point" else line, corner, DEMOLISHED,
                  4 * unit), number]  # fmt: skip


def _line(shape: shapely.Geometry, corner: tuple[float, float], color: str, width: float) -> Markup:
    return tag("path", d=way(shape, *corner), fill="none", stroke=color, stroke_width=f"{width:.2f}")
