"""``draw_programme``: a programme on one printed page: table, bars by district, curves against plan, district map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.errors import InputError
from spatialreno.maps.charts.labels import INK, label
from spatialreno.maps.content.people_sections import programme_parts
from spatialreno.maps.content.tables import grid, headed
from spatialreno.maps.drawing.style import ALTERED, BUILT, PAPER
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.programme import Programme

_COUNTED = ("planned", "started", "in_progress", "done", "stated_only")
_HAIR = "#9a978f"
_STEPS = ("#deebf7", "#9ecae1", "#4292c6", "#08519c")  # four quarters of the share that is done
_WIDE, _ROW, _LEFT, _RIGHT = 900.0, 26.0, 190.0, 130.0
_HIGH = 320.0


def draw_programme(
    programme: Programme, *, lang: Lang = "zh", as_of: str | None = None, districts: gpd.GeoDataFrame | None = None
) -> Page:
    """Write a programme as a page to print: no script, one file, nothing fetched.

    Parameters
    ----------
    programme
        What ``read_programme`` gives.
    lang
        ``zh`` or ``en``.
    as_of
        Day (YYYY-MM-DD) against which projects are late.
    districts
        Outlines with a column ``name`` that holds the names of the districts, in any CRS; None: no map.

    Returns
    -------
    Page
        Table by district and year, bars of one unit each, curves of dated projects, parts and wholes, map.

    Raises
    ------
    InputError
        The language is unknown, or the outlines have no column ``name`` or no CRS.

    Examples
    --------
    >>> from spatialreno.programme import read_programme
    >>> page = draw_programme(read_programme("data/programme/pingdingshan-2022.csv"))
    >>> "新华区" in page.html()
    True
    """
    language = checked(lang)
    title = f"{say('programme', language)} · {programme.name}"
    body = tag(
        "main",
        tag("header", tag("h1", isolated(title))),
        *programme_parts(programme, language, as_of),
        *headed(say("district", language), _bars(programme, language)),
        *headed(say("map", language), _map(programme, districts, language) if districts is not None else None),
        *headed(say("curve", language), _curves(programme, as_of, language)),
        *headed(say("late", language), _late(programme, as_of, language) if as_of else None),
        *headed(say("sums", language), _sums(programme, language)),
        class_="report",
    )
    return printed(title, body, language)


def _districts(programme: Programme) -> pd.DataFrame:
    """Put planned, in progress and done of one district, year and unit into one row."""
    table = programme.table()
    keys = ["district", "year", "unit"]
    wide = table[table["unit"] != ""].pivot_table(
        index=keys, columns="status", values="count", aggfunc="sum", observed=True
    )
    return wide.rename(columns={"": "stated_only"}).reindex(columns=list(_COUNTED)).reset_index()


def _bars(programme: Programme, lang: Lang) -> Markup | None:
    """Draw a bar for each district, year and unit: done and in progress within what is planned or started."""
    rows = _districts(programme)
    if not len(rows):
        return None
    parts = []
    for k, row in enumerate(rows.to_dict("records")):
        same = rows[rows["unit"] == row["unit"]]  # only equal units share a scale
        most = float(same[list(_COUNTED)].max().max())
        parts += _bar(row, (_WIDE - _LEFT - _RIGHT) / most if most else 0.0, _ROW * k, lang)
    picture = _svg(parts, _WIDE, _ROW * len(rows) + 6, say("programme", lang))
    return joined(picture, tag("p", say("scales", lang), class_="note"))


def _bar(row: dict[Any, Any], scale: float, top: float, lang: Lang) -> list[Markup]:
    name = row["district"] or say("whole_city", lang)
    parts = [label(f"{name} {row['year']} {say(row['unit'], lang)}", _LEFT - 8, top + 17, anchor="end")]
    known = {k: float(row[k]) for k in _COUNTED if not pd.isna(row[k])}
    whole = max(known.values(), default=0.0)
    parts.append(_box(_LEFT, top + 4, whole * scale, PAPER, _HAIR))
    at = _LEFT
    for status, color in (("done", BUILT), ("in_progress", ALTERED)):
        if status in known:
            parts.append(_box(at, top + 4, known[status] * scale, color, color))
            at += known[status] * scale
    told = "，".join(f"{say(k, lang)} {number(v, 0)}" for k, v in known.items())
    return [*parts, label(told, _LEFT + whole * scale + 6, top + 17)]


def _map(programme: Programme, districts: gpd.GeoDataFrame, lang: Lang) -> Markup:
    """Colour each district by the share that is done of what is planned, in equal units; missing is crossed."""
    if "name" not in districts or districts.crs is None:
        raise InputError("districts: need a column name and a CRS. Name the column, and set the CRS of the file.")
    flat = districts.to_crs("EPSG:3857") if districts.crs.is_geographic else districts
    west, south, east, north = (float(v) for v in flat.total_bounds)
    scale = min(_WIDE / max(east - west, 1e-9), 2 * _HIGH / max(north - south, 1e-9))
    shares = _shares(programme)
    parts = []
    for name, shape in sorted(zip(flat["name"].astype(str), flat.geometry, strict=True), key=lambda pair: pair[0]):
        share, told = shares.get(name, (None, "—"))
        outline = way(shape, west, north, scale=scale, end="Z")
        fill = PAPER if share is None else _STEPS[min(int(share * 4), 3)]
        parts.append(tag("path", d=outline, fill=fill, fill_rule="evenodd", stroke=_HAIR, stroke_width="1"))
        spot = shape.representative_point()
        dark = share is not None and share >= 0.5
        parts.append(label(f"{name} {told}", (spot.x - west) * scale, (north - spot.y) * scale, anchor="middle",
                           fill="#ffffff" if dark else INK))  # fmt: skip
    return _svg(parts, (east - west) * scale, (north - south) * scale, say("map", lang))


def _shares(programme: Programme) -> dict[str, tuple[float | None, str]]:
    """Give each district its latest year's share done, or only what was planned."""
    found: dict[str, tuple[float | None, str]] = {}
    for row in _districts(programme).sort_values("year").to_dict("records"):
        planned, done = row["planned"], row["done"]
        if pd.isna(planned) or not planned:
            continue
        told = number(float(planned), 0) if pd.isna(done) else f"{number(float(done), 0)}/{number(float(planned), 0)}"
        found[str(row["district"])] = (None if pd.isna(done) else float(done) / float(planned), told)
    return found


def _curves(programme: Programme, as_of: str | None, lang: Lang) -> Markup | None:
    """Draw households planned and done, cumulatively, as steps over time; None without dated projects."""
    curve = programme.curve("households", as_of=as_of)
    if not len(curve):
        return None
    first, last = curve["date"].min(), curve["date"].max()
    days, most = max((last - first).days, 1), float(curve["value"].max())
    wide = _WIDE - _LEFT - _RIGHT
    parts = [tag("path", d=f"M{_LEFT} 10V{_HIGH}H{_LEFT + wide}", fill="none", stroke=_HAIR)]
    for series, color, dash in (("planned", _HAIR, "6 4"), ("done", BUILT, None)):
        own = curve[curve["series"] == series]
        if not len(own):
            continue
        at = [(_LEFT + wide * (d - first).days / days, _HIGH - (_HIGH - 20) * v / most if most else _HIGH)
              for d, v in zip(own["date"], own["value"], strict=True)]  # fmt: skip
        steps = f"M{_LEFT:.1f} {_HIGH:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in at)
        parts.append(tag("path", d=steps, fill="none", stroke=color, stroke_width="2", stroke_dasharray=dash))
        told = f"{say(series, lang)} {number(float(own['value'].iloc[-1]), 0)}"
        parts.append(label(told, at[-1][0] + 6, at[-1][1] + 4))
    parts += [
        label(str(first.date()), _LEFT, _HIGH + 18),
        label(str(last.date()), _LEFT + wide, _HIGH + 18, anchor="end"),
    ]
    parts.append(label(say("households", lang), _LEFT - 8, 20, anchor="end"))
    return _svg(parts, _WIDE, _HIGH + 26, say("curve", lang))


def _late(programme: Programme, as_of: str, lang: Lang) -> Markup | None:
    late = programme.late(as_of)
    heads = [say(k, lang) for k in ("item", "district", "state", "days")]
    rows = [
        [r["title"] if isinstance(r["title"], str) else str(i), r["district"] if isinstance(r["district"], str) else "",
         say(str(r["status"]), lang), r["days"]]
        for i, r in late.iterrows()
    ]  # fmt: skip
    return grid(heads, rows, texts=3) if rows else None


def _sums(programme: Programme, lang: Lang) -> Markup | None:
    """Show that parts add up to their wholes."""
    rows = [
        [str(r["whole"]), say(str(r["measure"]), lang), r["stated"], r["parts"]]
        for r in programme.sums().to_dict("records")
    ]
    heads = [say(k, lang) for k in ("whole", "measure", "stated", "parts")]
    return grid(heads, rows, texts=2) if rows else None


def _svg(parts: Sequence[Markup], wide: float, high: float, title: str) -> Markup:
    return tag("svg", *parts, viewBox=f"0 0 {wide:.1f} {high:.1f}", role="img", aria_label=title, class_="picture")


def _box(x: float, y: float, wide: float, fill: str, line: str) -> Markup:
    return tag("rect", x=f"{x:.1f}", y=f"{y:.1f}", width=f"{max(wide, 0.5):.1f}", height="18", fill=fill, stroke=line)
