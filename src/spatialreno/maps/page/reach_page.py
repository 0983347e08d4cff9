"""A page of where people get to on foot: reach by time, the ways walked, and what a plan adds and takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.maps.drawing.style import DEMOLISHED, FREED, HUES, REACH
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

_STYLE = """
body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1.5em; color: #1f2937 }
svg { width: 100%; max-height: 80vh; background: #f8fafc; border: 1px solid #cbd5e1 }
table { border-collapse: collapse; margin-top: 1em } td, th { border-bottom: 1px solid #e2e8f0; padding: .3em .8em }
td { text-align: right } td:first-child { text-align: left }
.invented { display: inline-block; padding: 1px 8px; border: 1px dashed #b45309; color: #8a3f06 }
.key { margin-right: 1.2em } .key i { padding: 0 .7em; margin-right: .4em }
"""
_GAINED, _LOST, _START = FREED, DEMOLISHED, HUES[4]
_FAINT = 0.16
_DRAWN_M = 0.2  # outlines are drawn no finer
_COLUMNS = {
    "reach_m2": ("可达面积（m²）", "Reach (m²)"),
    "streets_m": ("可达街巷（m）", "Streets reached (m)"),
    "gained_m2": ("增加（m²）", "Gained (m²)"),
    "lost_m2": ("减少（m²）", "Lost (m²)"),
}


def reach_table(
    reach: gpd.GeoDataFrame, ways: gpd.GeoDataFrame | None = None, change: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Sum reach up: origin, minutes, reach_m2, and where given streets_m, gained_m2, lost_m2."""
    keys = ["origin", "minutes"]
    table = pd.DataFrame(reach[keys]).assign(reach_m2=reach.geometry.area)
    sums: dict[str, Any] = {}
    if ways is not None:
        sums["streets_m"] = ways[ways["path_id"].notna()].groupby(keys)["length_m"].sum()
    if change is not None:
        for name in ("gained", "lost"):
            sums[f"{name}_m2"] = change[change["change"] == name].groupby(keys)["area_m2"].sum()
    for name, values in sums.items():
        table[name] = values.reindex(pd.MultiIndex.from_frame(table[keys])).fillna(0.0).to_numpy()
    return table


def draw_reach(
    area: StudyArea,
    reach: gpd.GeoDataFrame,
    *,
    ways: gpd.GeoDataFrame | None = None,
    change: gpd.GeoDataFrame | None = None,
    origins: gpd.GeoSeries | None = None,
    lang: Lang = "zh",
) -> Page:
    """Draw walking reach on a plan of the area, with a table, as one offline page without scripts.

    Parameters
    ----------
    area
        The area in the state that was walked.
    reach
        What ``isochrones`` gives.
    ways
        What ``reach_lines`` gives; its streets are drawn and summed.
    change
        What ``isochrone_change`` gives, drawn over the reach.
    origins
        Points or polygons that were walked from; by default the buildings and facilities that ``reach`` names.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Page
        ``.save(path)`` writes it. The same tables give the same bytes.

    Raises
    ------
    InputError
        The language is unknown.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> draw_reach(today, sr.isochrones(today, ["F03"], minutes=(5,))).title
    '步行等时圈：西工地片区（示意）'
    """
    language = checked(lang)
    title = f"{word('isochrones', language)}{'：' if language == 'zh' else ': '}{area.title or area.name}"
    marks = _origins(area, reach) if origins is None else origins.set_axis(origins.index.astype(str))
    plan = _plan(area, reach, ways, change, marks, title)
    table = _table(reach_table(reach, ways, change), language)
    made_up = tag("p", word("invented", language), class_="invented") if area.meta.get("invented") else ""
    body = tag("main", tag("h1", title), made_up, plan, _key(reach, change, marks, language), table)
    return printed(title, body, language, style=_STYLE)


def _origins(area: StudyArea, reach: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Find the buildings and facilities that walks start from, as far as the area knows them."""
    shapes: dict[str, Any] = {}
    for name in dict.fromkeys(reach["origin"].astype(str)):
        for layer in ("facilities", "buildings"):
            known, bare = area.layer(layer).geometry, name.removeprefix(f"{layer}:")
            if bare in known.index:
                shapes[name] = known[bare]
    return gpd.GeoSeries(list(shapes.values()), index=list(shapes), crs=area.crs)


def _marks(origins: gpd.GeoSeries, corner: tuple[float, float], unit: float) -> list[Markup]:
    """Draw where walks start: the outline of what has one, and a pin with its name."""
    drawn = []
    for name, shape in origins.items():
        if shapely.get_dimensions(shape) > 0:
            edge = shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
            drawn.append(_line(edge, corner, _START, 2.5 * unit))
        spot = shapely.point_on_surface(shape)
        x, y = spot.x - corner[0], corner[1] - spot.y
        place = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": f"{5 * unit:.2f}"}
        drawn.append(
            tag("circle", tag("title", name), **place, fill=_START, stroke="#ffffff", stroke_width=f"{unit:.2f}")
        )
        write = {"x": f"{x + 7 * unit:.1f}", "y": f"{y + 4 * unit:.1f}", "font_size": f"{13 * unit:.1f}"}
        halo = {"stroke": "#ffffff", "stroke_width": f"{3 * unit:.2f}", "paint_order": "stroke"}
        drawn.append(tag("text", name, **write, **halo, fill=_START, font_weight="bold"))
    return drawn


def _plan(
    area: StudyArea,
    reach: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame | None,
    change: gpd.GeoDataFrame | None,
    marks: gpd.GeoSeries,
    title: str,
) -> Markup:
    frames = [reach, area.compounds, area.buildings]
    boxes = [frame.total_bounds for frame in frames if len(frame)]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    edge = max(east - west, north - south) / 40
    corner, unit = (west - edge, north + edge), max(east - west, north - south) / 900
    shapes = [_area(row.geometry, corner, REACH, _FAINT) for row in _farthest_first(reach)]
    if change is not None:
        shapes += [
            _area(row.geometry, corner, _GAINED if row.change == "gained" else _LOST, 0.4)
            for row in change.itertuples()
        ]
    shapes += [_area(shape, corner, "#6b7280", 0.55) for shape in area.buildings.geometry]
    shapes += [_area(shape, corner, "#b45309", 0.5) for shape in area.structures.geometry]
    if ways is not None:
        streets = ways[ways["path_id"].notna()]
        shapes += [_line(shape, corner, REACH, 1.6 * unit) for shape in streets.geometry]
    shapes += [_line(shape, corner, "#111827", 1.4 * unit) for shape in area.walls.geometry]
    shapes += _marks(marks, corner, unit)
    view = f"0 0 {east - west + 2 * edge:.1f} {north - south + 2 * edge:.1f}"
    return tag("svg", *shapes, viewBox=view, role="img", aria_label=title)


def _farthest_first(reach: gpd.GeoDataFrame) -> Any:
    return reach.sort_values("minutes", ascending=False, kind="stable").itertuples()


def _ways(shape: BaseGeometry, corner: tuple[float, float], end: str) -> str:
    """Write the rings or lines of a shape as SVG."""
    return way(shapely.simplify(shape, _DRAWN_M), *corner, end=end)


def _area(shape: shapely.Geometry, corner: tuple[float, float], color: str, shade: float) -> Markup:
    return tag("path", d=_ways(shape, corner, "Z"), fill=color, fill_opacity=f"{shade:.2f}", fill_rule="evenodd")


def _line(shape: shapely.Geometry, corner: tuple[float, float], color: str, width: float) -> Markup:
    return tag("path", d=_ways(shape, corner, ""), fill="none", stroke=color, stroke_width=f"{width:.2f}")


def _key(reach: gpd.GeoDataFrame, change: gpd.GeoDataFrame | None, marks: gpd.GeoSeries, lang: Lang) -> Markup:
    times = "、".join(number(float(minutes), 0) for minutes in sorted(set(reach["minutes"])))
    said = [(f"{times} {word('minutes', lang)}", REACH)]
    if change is not None:
        said += [(_COLUMNS[key][lang == "en"], hue) for key, hue in (("gained_m2", _GAINED), ("lost_m2", _LOST))]
    said += [(word("origin", lang), _START)] if len(marks) else []
    keys = [tag("span", tag("i", style=f"background:{hue}"), name, class_="key") for name, hue in said]
    return tag("p", *keys)


def _table(table: pd.DataFrame, lang: Lang) -> Markup:
    heads = [word("origin", lang), word("minutes", lang)]
    heads += [_COLUMNS[column][lang == "en"] for column in table.columns[2:]]
    rows = [
        tag("tr", tag("td", row[0]), *(tag("td", number(float(value), 0)) for value in row[1:]))
        for row in table.itertuples(index=False, name=None)
    ]
    return tag("table", tag("tr", *(tag("th", head) for head in heads)), *rows)
