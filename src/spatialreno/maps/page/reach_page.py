"""A page of where people get to on foot: reach by time, the ways walked, and what a plan adds and takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.area import as_area, as_made
from spatialreno.errors import InputError
from spatialreno.maps.drawing.style import DEMOLISHED, FREED, HUES, REACH
from spatialreno.maps.drawing.svg import scale_bar, way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.numbers import bracketed, facility_title, number
from spatialreno.maps.words.safe_html import Markup, asset, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked, word
from spatialreno.walk import travel_times

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

_STYLE = """
body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1.2em; color: #1f2937 }
h1 { font-size: 22px; margin: 0 } p { margin: .3em 0 }
.sides { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 1.5em; align-items: start }
.plan { display: block; width: 100%; height: auto; max-height: 84vh; background: #fafaf7; border: 1px solid #cbd5e1 }
.plan:focus-visible { outline: 3px solid #2563eb } .frame { position: relative }
.furniture { filter: drop-shadow(0 0 2px #fff) drop-shadow(0 0 2px #fff) }
.zoom { position: absolute; top: 8px; left: 8px; display: flex; flex-direction: column; gap: 4px }
.zoom button { width: 34px; height: 34px; border: 1px solid #8f8f88; border-radius: 4px; background: #fff }
.zoom button { font-size: 18px }
.zoom button:disabled { color: #6b7280; background: #f3f3ef }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin-top: .8em } td, th { border-bottom: 1px solid #e2e8f0; padding: .3em .45em }
td, th { text-align: right }
th { word-break: keep-all } th.from { text-align: left; font-weight: 600; padding-top: .6em }
.invented { display: inline-block; padding: 1px 8px; border: 1px dashed #b45309; color: #8a3f06 }
.key { display: flex; flex-wrap: wrap; gap: .2em 1.1em; padding: 0; margin: .4em 0; list-style: none; font-size: 13px }
.key li { display: flex; align-items: center; gap: .4em } .key svg { width: 24px; height: 14px }
.note { color: #4b5563; font-size: 13px }
tr { break-inside: avoid } thead { display: table-header-group }
@media (max-width: 999px) { .sides { display: block } }
@page { size: A4 landscape; margin: 12mm }
@media print {
  body { margin: 0; font-size: 11px } svg { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  .plan { max-height: 165mm } .zoom { display: none }
}
"""
_GAINED, _LOST, _START = FREED, DEMOLISHED, HUES[4]
_TABLES = {
    "isochrones": ("origin", "minutes", "geometry"),
    "walk.reach_lines": ("origin", "minutes", "path_id", "length_m"),
    "walk.isochrone_change": ("origin", "minutes", "change", "area_m2"),
}
_FAINT = 0.2
_HOUSE, _SHED, _WALL, _NAME = "#6b7280", "#a89f8d", "#111827", "#374151"
_DRAWN_M = 0.2  # outlines are drawn no finer
_HATCH_PX = 7.0
_COLUMNS = {
    "reach_m2": ("可达面积（m²）", "Reach (m²)"),
    "residents": ("可达住宅的居民（人）", "Residents of homes reached"),
    "streets_m": ("可达街巷（m）", "Streets reached (m)"),
    "gained_m2": ("增加（m²）", "Gained (m²)"),
    "lost_m2": ("减少（m²）", "Lost (m²)"),
}


def reach_table(
    reach: gpd.GeoDataFrame, ways: gpd.GeoDataFrame | None = None, change: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Sum reach up by origin and time.

    Parameters
    ----------
    reach
        What ``isochrones`` gives.
    ways
        What ``walk.reach_lines`` gives for the same origins and times.
    change
        What ``walk.isochrone_change`` gives for them.

    Returns
    -------
    pandas.DataFrame
        A row a row of ``reach``: origin, minutes, reach_m2, and where given streets_m, gained_m2, lost_m2.

    Raises
    ------
    InputError
        A table lacks the columns that tell reach.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> reach = gpd.GeoDataFrame({"origin": ["F1"], "minutes": [5]}, geometry=[box(0, 0, 30, 20)], crs="EPSG:4546")
    >>> gained = gpd.GeoDataFrame({"origin": ["F1"], "minutes": [5], "change": ["gained"], "area_m2": [50.0]})
    >>> reach_table(reach, change=gained).to_numpy().tolist()
    [['F1', 5, 600.0, 50.0, 0.0]]
    """
    _refuse_others("reach_table", reach, ways, change)
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
    """Draw walking reach on a plan of the area, with a table, as one offline page; the plan can be seen closer.

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
        The language is unknown, it is no study area, or a table lacks the columns that tell reach.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> draw_reach(today, sr.isochrones(today, ["F03"], minutes=(5,))).title
    '步行等时圈：西工地片区（示意）'
    """
    as_area(area, what="draw_reach")
    _refuse_others("draw_reach", reach, ways, change)
    marked = None if origins is None else as_made(origins, gpd.GeoSeries, what="draw_reach: origins", noun="GeoSeries",
                                                  maker="frame.geometry")  # fmt: skip
    language = checked(lang)
    title = f"{word('isochrones', language)}{word('colon', language)}{area.title or area.name}"
    marks = _origins(area, reach) if marked is None else marked.set_axis(marked.index.astype(str))
    names = {str(name): _title_of(area, str(name), language) for name in reach["origin"].unique()}
    plan = _plan(area, reach, ways, change, (marks, names), title, language)
    table = _with_people(area, reach, reach_table(reach, ways, change), origins)
    made_up = tag("p", word("invented", language), class_="invented") if area.meta.get("invented") else ""
    told = tag("div", _key(reach, change, marks, area, language), _table(table, names, language), class_="told")
    body = tag("main", tag("h1", isolated(title)), tag("p", _walked(area, reach, language)), made_up,
               tag("div", tag("div", plan, class_="frame"), told, class_="sides"))  # fmt: skip
    return printed(title, body, language, style=_STYLE, script=asset("zoom.js"))


def _refuse_others(what: str, *tables: object) -> None:
    """Refuse a table of reach, of ways or of change that lacks what it is known by."""
    for (maker, columns), given in zip(_TABLES.items(), tables, strict=False):
        if given is None and maker != "isochrones":
            continue
        table = as_made(given, gpd.GeoDataFrame, what=what, noun="table of reach", maker=maker)
        lacking = [column for column in columns if column not in table.columns]
        if lacking:
            raise InputError(f"{what}: the table has no column {', '.join(lacking)}. Give what {maker} returns.")


def _walked(area: StudyArea, reach: gpd.GeoDataFrame, lang: Lang) -> str:
    """Say who walks, when, and whether the area is as it stands or as a plan leaves it."""
    group = str(reach["group"].iloc[0]) if "group" in reach and len(reach) else "general"
    row = next((r for r in area.catalog.rows("groups") if r["group"] == group), {})
    speed = word("walk_speed", lang).format(speed=row.get("speed_m_s", "—"))
    moment = str(reach.attrs.get("at") or "")
    when = word("walk_at", lang).format(at=moment) if moment else word("walk_any_time", lang)
    state = word("today" if area.survey is area else "as_planned", lang)
    return word("semicolon", lang).join([state, f"{row.get(f'title_{lang}', group)}{word('comma', lang)}{speed}", when])


def _title_of(area: StudyArea, origin: str, lang: Lang) -> str:
    """Name where a walk starts: its own name, else what it is; its id stays in sight."""
    bare = origin.rpartition(":")[2]
    for layer in ("facilities", "buildings"):
        frame = area.layer(layer)
        if bare in frame.index and origin in (bare, f"{layer}:{bare}"):
            row: Any = frame.loc[bare]
            own = row["name"] if "name" in frame and isinstance(row["name"], str) else ""
            kind = facility_title(str(row["kind"]), area.catalog, lang) if layer == "facilities" else ""
            return f"{own or kind}{bracketed(bare, lang)}" if own or kind else bare
    return origin


def _with_people(
    area: StudyArea, reach: gpd.GeoDataFrame, table: pd.DataFrame, origins: gpd.GeoSeries | None
) -> pd.DataFrame:
    """Add the residents of the homes that the same walker reaches in time; unknown where no home tells."""
    homes = area.buildings["residents"].dropna()
    homes = homes[homes > 0]
    if not len(homes) or not len(table):
        return table
    starts = list(table["origin"].unique()) if origins is None else origins
    group, moment = str(reach["group"].iloc[0]), str(reach.attrs.get("at") or "") or None
    walks = travel_times(area, starts, [str(i) for i in homes.index], group=group, at=moment)
    people = homes.reindex(walks["destination"].str.rpartition(":")[2]).to_numpy(float)
    own, needed = walks["origin"].astype(str), walks["minutes"].to_numpy(float)
    counts = [
        float(people[(own == str(o)).to_numpy() & (needed <= float(m))].sum())
        for o, m in zip(table["origin"], table["minutes"], strict=True)
    ]
    table.insert(3, "residents", counts)
    return table


def _origins(area: StudyArea, reach: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Find the buildings and facilities that walks start from, as far as the area knows them."""
    shapes: dict[str, Any] = {}
    for name in dict.fromkeys(reach["origin"].astype(str)):
        for layer in ("facilities", "buildings"):
            known, bare = area.layer(layer).geometry, name.removeprefix(f"{layer}:")
            if bare in known.index:
                shapes[name] = known[bare]
    return gpd.GeoSeries(list(shapes.values()), index=list(shapes), crs=area.crs)


def _marks(
    origins: gpd.GeoSeries, names: Mapping[str, str], corner: tuple[float, float], unit: float
) -> list[Markup]:
    """Draw where walks start: the outline of what has one, and a pin with its name."""
    drawn = []
    for name, shape in origins.items():
        if shapely.get_dimensions(shape) > 0:
            edge = shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
            drawn.append(_line(edge, corner, _START, 2.5 * unit))
        spot = shapely.point_on_surface(shape)
        x, y = spot.x - corner[0], corner[1] - spot.y
        dot = tag("circle", tag("title", name), r=f"{5 * unit:.2f}", fill=_START, stroke="#ffffff",
                  stroke_width=f"{unit:.2f}")  # fmt: skip
        write = {"x": f"{7 * unit:.1f}", "y": f"{4 * unit:.1f}", "font_weight": "bold"}
        drawn.append(_pin(x, y, dot, _written(names.get(str(name), str(name)), 15 * unit, _START, **write)))
    return drawn


def _yards(area: StudyArea, corner: tuple[float, float], unit: float) -> list[Markup]:
    """Write the name of each compound in its middle."""
    spots = shapely.point_on_surface(area.compounds.geometry.to_numpy())
    return [
        _pin(spot.x - corner[0], corner[1] - spot.y, _written(name, 13 * unit, _NAME, text_anchor="middle"))
        for spot, name in zip(spots, area.compounds["name"], strict=True)
        if isinstance(name, str)
    ]


def _pin(x: float, y: float, *parts: Markup) -> Markup:
    """Put what keeps its size when the plan is seen closer."""
    return tag("g", *parts, transform=f"translate({x:.1f} {y:.1f})", class_="pin")


def _written(said: str, size: float, color: str, **more: str) -> Markup:
    halo = {"stroke": "#ffffff", "stroke_width": f"{size / 4:.2f}", "paint_order": "stroke"}
    return tag("text", said, font_size=f"{size:.1f}", fill=color, **halo, **more)


def _plan(
    area: StudyArea,
    reach: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame | None,
    change: gpd.GeoDataFrame | None,
    marks: tuple[gpd.GeoSeries, Mapping[str, str]],
    title: str,
    lang: Lang,
) -> Markup:
    frames = [reach, area.compounds, area.buildings]
    boxes = [frame.total_bounds for frame in frames if len(frame)]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    edge = max(east - west, north - south) / 40
    corner, unit = (west - edge, north + edge), max(east - west, north - south) / 900
    shapes = [_area(row.geometry, corner, REACH, _FAINT) for row in _farthest_first(reach)]
    hatches: list[Markup] = []
    for which, hue in ((change, _GAINED), (change, _LOST)) if change is not None else ():
        rows = which[which["change"] == ("gained" if hue == _GAINED else "lost")]
        if len(rows):
            hatches.append(_hatch(hue, unit))
            shapes += [_area(shape, corner, f"url(#{_hatch_name(hue)})", 1.0) for shape in rows.geometry]
    shapes += [_area(shape, corner, _HOUSE, 0.55) for shape in area.buildings.geometry]
    shapes += [_area(shape, corner, _SHED, 0.8) for shape in area.structures.geometry]
    if ways is not None:
        streets = ways[ways["path_id"].notna()]
        shapes += [_line(shape, corner, REACH, 1.6 * unit) for shape in streets.geometry]
    shapes += [_line(shape, corner, _WALL, 1.4 * unit) for shape in area.walls.geometry]
    shapes += [*_yards(area, corner, unit), *_marks(*marks, corner, unit)]
    wide, high = east - west + 2 * edge, north - south + 2 * edge
    closer = {f"data_{key}": word(name, lang) for key, name in (("in", "zoom_in"), ("out", "zoom_out"), ("all", "fit"))}
    return tag("svg", tag("defs", *hatches), tag("g", *shapes, class_="zoomed"), scale_bar(wide, high, lang),
               viewBox=f"0 0 {wide:.1f} {high:.1f}", role="img", aria_label=title, class_="plan", **closer)  # fmt: skip


def _hatch_name(hue: str) -> str:
    return f"hatch-{hue.removeprefix('#')}"


def _hatch(hue: str, unit: float) -> Markup:
    """Make slanting lines of one hue, through which the shades of time are seen."""
    step, name = f"{_HATCH_PX * unit:.2f}", _hatch_name(hue)
    slant = tag("path", d=f"M0 0V{step}", stroke=hue, stroke_width=f"{3.4 * unit:.2f}")
    return tag("pattern", slant, id=name, width=step, height=step, patternUnits="userSpaceOnUse",
               patternTransform="rotate(45)")  # fmt: skip


def _farthest_first(reach: gpd.GeoDataFrame) -> Any:
    return reach.sort_values("minutes", ascending=False, kind="stable").itertuples()


def _ways(shape: BaseGeometry, corner: tuple[float, float], end: str) -> str:
    """Write the rings or lines of a shape as SVG."""
    return way(shapely.simplify(shape, _DRAWN_M), *corner, end=end)


def _area(shape: shapely.Geometry, corner: tuple[float, float], color: str, shade: float) -> Markup:
    return tag("path", d=_ways(shape, corner, "Z"), fill=color, fill_opacity=f"{shade:.2f}", fill_rule="evenodd")


def _line(shape: shapely.Geometry, corner: tuple[float, float], color: str, width: float) -> Markup:
    return tag("path", d=_ways(shape, corner, ""), fill="none", stroke=color, stroke_width=f"{width:.2f}")


def _key(
    reach: gpd.GeoDataFrame, change: gpd.GeoDataFrame | None, marks: gpd.GeoSeries, area: StudyArea, lang: Lang
) -> Markup:
    """Say what each shade, line and mark is; only what is drawn."""
    times = sorted({float(m) for m in reach["minutes"]})
    box = "M2 2H22V12H2Z"
    items = []
    for place, minutes in enumerate(times):
        shade = f"{1 - (1 - _FAINT) ** (len(times) - place):.2f}"
        said = f"{number(minutes, 0 if minutes.is_integer() else 1)} {word('minutes', lang)}"
        items.append((tag("path", d=box, fill=REACH, fill_opacity=shade), said))
    for name, hue in (("gained", _GAINED), ("lost", _LOST)):
        if change is not None and (change["change"] == name).any():
            drawn = joined(*(tag("path", d=f"M{x} 12L{x + 8} 2", stroke=hue, stroke_width="3") for x in (0, 7, 14)))
            items.append((drawn, word(f"reach_{name}", lang)))
    if len(marks):
        items.append((tag("circle", cx="12", cy="7", r="5", fill=_START), word("origin", lang)))
    items += [(tag("path", d="M2 7H22", stroke=REACH, stroke_width="2"), word("streets_reached", lang))]
    stands = (("buildings", _HOUSE, 0.55), ("structures", _SHED, 0.8))
    items += [(tag("path", d=box, fill=hue, fill_opacity=f"{shade}"), area.catalog.layers[layer].title(lang))
              for layer, hue, shade in stands if len(area.layer(layer))]  # fmt: skip
    if len(area.walls):
        line = tag("path", d="M2 7H22", stroke=_WALL, stroke_width="1.6")
        items.append((line, area.catalog.layers["walls"].title(lang)))
    swatches = [tag("li", tag("svg", mark, viewBox="0 0 24 14", aria_hidden="true"), said) for mark, said in items]
    return tag("ul", *swatches, class_="key")


def _table(table: pd.DataFrame, names: Mapping[str, str], lang: Lang) -> Markup:
    """Write the sums by time, each place that is walked from as a group of its own."""
    heads = [word("minutes", lang), *(_COLUMNS[column][lang == "en"] for column in table.columns[2:])]
    groups = []
    for origin, own in table.groupby("origin", sort=False):
        said = isolated(f"{word('origin', lang)}{word('colon', lang)}{names.get(str(origin), str(origin))}")
        rows = [
            tag("tr", *(tag("td", number(float(value), 0)) for value in row))
            for row in own.drop(columns="origin").itertuples(index=False, name=None)
        ]
        first = tag("tr", tag("th", said, colspan=str(len(heads)), scope="rowgroup", class_="from"))
        groups.append(tag("tbody", first, *rows))
    head = tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads)))
    return joined(tag("div", tag("table", head, *groups), class_="scroll"), _ends(table, lang))


def _ends(table: pd.DataFrame, lang: Lang) -> Markup:
    """Say so where more time reaches nothing more: the data end there."""
    last = table.sort_values("minutes").groupby("origin")["reach_m2"].apply(lambda own: own.tail(2).round(0).tolist())
    same = any(len(own) == 2 and own[0] == own[1] for own in last)
    return tag("p", word("reach_ends", lang), class_="note") if same else Markup("")
