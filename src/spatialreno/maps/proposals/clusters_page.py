"""``draw_clusters``: clusters (组团) as proposed, on a plan, with their table and what more or fewer would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatialreno.area import as_area, as_made
from spatialreno.catalog import sentence
from spatialreno.maps.content.tables import grid, headed
from spatialreno.maps.drawing.style import HUES
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.together_words import said
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea
    from spatialreno.design import Clusters

_OWN = ("compounds", "households", "middle", "metres")
_HAIR, _INK = "#6b7280", "#111827"


def draw_clusters(found: Clusters, area: StudyArea, *, lang: Lang = "zh") -> Page:
    """Draw clusters as proposed as one offline page without scripts, to print or to pass on.

    Parameters
    ----------
    found
        What ``propose_clusters`` gives.
    area
        The area that it was asked of.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Page
        A sentence with the proof; the plan, one hue a cluster; its table; two clusters fewer to two more; notes.

    Raises
    ------
    InputError
        The language is unknown, or what is handed in is something else.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> found = sr.propose_clusters(area, households=(100, 700), count=2)
    >>> draw_clusters(found, area).title
    '西工地片区（示意） · 组团划分建议'
    """
    from spatialreno.design import Clusters

    as_made(found, Clusters, what="draw_clusters", noun="proposal of clusters", maker="propose_clusters")
    as_area(area, what="draw_clusters")
    language = checked(lang)
    title = f"{area.title or area.name} · {said('clusters', language)}"
    body = tag(
        "main",
        tag("header", tag("h1", isolated(title))),
        tag("p", word("invented", language), class_="invented") if area.meta.get("invented") else "",
        tag("p", _lead(found, language)),
        _plan(found, area, title),
        _table(found, area, language),
        *headed(said("beside", language), _beside(found, language)),
        tag("h2", said("notes", language)),
        tag("ul", *(tag("li", sentence(area.catalog, one, language)) for one in found.findings)),
        class_="report",
    )
    return printed(title, body, language)


def _lead(found: Clusters, lang: Lang) -> str:
    homes = found.table["households"].astype("float64")
    proof = said("clusters_proven" if found.status == "proven" else "clusters_bound", lang)
    return said("clusters_lead", lang).format(
        count=len(homes), least=f"{homes.min():,.0f}", most=f"{homes.max():,.0f}",
        metres=f"{found.value / max(homes.sum(), 1.0):,.0f}", proof=proof.format(gap=f"{found.gap:.1%}"),
    )  # fmt: skip


def _table(found: Clusters, area: StudyArea, lang: Lang) -> Markup:
    names = {str(one): str(name or one) for one, name in area.compounds["name"].items()}
    more = [column for column in found.table.columns if column not in _OWN]
    heads = [said(key, lang) for key in ("cluster", "compounds", "middle", "households", "metres")]
    rows = [
        [str(key), "、".join(names[one] for one in row["compounds"]), names[row["middle"]], row["households"],
         row["metres"], *(row[each] for each in more)]
        for key, row in found.table.iterrows()
    ]  # fmt: skip
    return grid([*heads, *more], rows, texts=3)


def _beside(found: Clusters, lang: Lang) -> Markup:
    heads = [said(key, lang) for key in ("count", "state", "least", "most", "metres", "bound_metres")]
    homes = max(float(found.table["households"].sum()), 1.0)
    rows = [
        [f"{row['count']:.0f}", said(f"state_{row['status'].replace(' ', '_')}", lang), row.get("households_least"),
         row.get("households_most"), row.get("value", float("nan")) / homes, row.get("bound", float("nan")) / homes]
        for row in found.beside.to_dict("records")
    ]  # fmt: skip
    return grid(heads, rows, texts=2)


def _plan(found: Clusters, area: StudyArea, title: str) -> Markup:
    """Fill compounds with the hue of their cluster, walls and streets thin, the name of each cluster at its middle."""
    west, south, east, north = area.compounds.total_bounds
    unit = max(east - west, north - south) / 900
    edge = 20 * unit
    corner = (west - edge, north + edge)
    at = {name: number for number, name in enumerate(found.table.index)}
    drawn = [_line(shape, corner, "#d9d9d4", 5 * unit) for shape in area.paths.geometry]
    for name, shape in area.compounds.geometry.items():
        hue = HUES[at[found.of_compound[name]] % len(HUES)]
        drawn.append(tag("path", d=way(shape, *corner), fill=hue, fill_opacity="0.4", stroke=_HAIR,
                         stroke_width=f"{unit:.2f}", fill_rule="evenodd"))  # fmt: skip
    drawn += [_line(shape, corner, _INK, 1.5 * unit) for shape in area.walls.geometry]
    drawn += [_name(str(name), area.compounds.geometry[row["middle"]], corner, unit) for name, row in _rows(found)]
    view = f"0 0 {east - west + 2 * edge:.1f} {north - south + 2 * edge:.1f}"
    return tag("svg", *drawn, viewBox=view, role="img", aria_label=title, class_="picture")


def _rows(found: Clusters) -> list[tuple[Any, Any]]:
    return list(found.table.iterrows())


def _name(name: str, shape: BaseGeometry, corner: tuple[float, float], unit: float) -> Markup:
    spot = shape.representative_point()
    at = {"x": f"{spot.x - corner[0]:.1f}", "y": f"{corner[1] - spot.y:.1f}", "font_size": f"{20 * unit:.1f}"}
    halo = {"stroke": "#fff", "stroke_width": f"{4 * unit:.1f}", "paint_order": "stroke"}
    return tag("text", name, **at, **halo, fill=_INK, font_weight="bold", text_anchor="middle")


def _line(shape: BaseGeometry, corner: tuple[float, float], color: str, width: float) -> Markup:
    return tag("path", d=way(shape, *corner), fill="none", stroke=color, stroke_width=f"{width:.2f}")
