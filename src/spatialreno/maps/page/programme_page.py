"""``draw_programme``: a programme on one printed page: table, bars by district, curves against plan, district map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import as_made
from spatialreno.errors import InputError
from spatialreno.maps.charts.labels import INK, label
from spatialreno.maps.content.people_sections import programme_head, programme_parts
from spatialreno.maps.content.tables import grid, headed
from spatialreno.maps.drawing.style import ALTERED, BUILT, PAPER
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.numbers import borne, bracketed, number
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, asset, isolated, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.programme import Programme

_STYLE = """
.bars { margin: 4px 0 14px; } .bars h3 { margin: 10px 0 2px; }
.bars .line { display: grid; grid-template-columns: 15em minmax(0, 1fr); gap: 0 12px; padding: 2px 0; }
.bars .line { align-items: center; break-inside: avoid; }
.bars .line > span:first-child { text-align: right; }
.bars .track { position: relative; display: block; height: 20px; }
.bars i { position: absolute; top: 0; height: 20px; box-sizing: border-box; }
.bars i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
td.text { word-break: keep-all; }
.bars i.inner { top: 4px; height: 12px; }
.bars small { grid-column: 2; color: #4b5563; }
.stage-key { margin: 4px 0; }
.wide { overflow-x: auto; }
@media (max-width: 699px) {
  .bars .line { display: block; } .bars .line > span:first-child { text-align: left; font-size: 13px; }
  .wide svg { min-width: 640px; }
}
"""
_COUNTED = ("planned", "started", "in_progress", "done", "stated_only")
_HAIR = "#9a978f"
_STATED = "#d6d3cb"
_LOOKS = {  # fill and edge of a bar, and whether it lies within the one before
    "planned": (PAPER, _HAIR, False), "stated_only": (_STATED, _HAIR, False), "started": ("#f8ecd0", ALTERED, False),
    "done": (BUILT, BUILT, True), "in_progress": (ALTERED, ALTERED, True),
}  # fmt: skip
_IN_BARS = ("count", "households", "money_yuan")
_STEPS = ("#deebf7", "#9ecae1", "#4292c6", "#08519c")  # four quarters of the share that is done
_WIDE, _LEFT, _RIGHT = 900.0, 190.0, 130.0
_HIGH = 320.0
_TEN_THOUSAND = 10_000.0
_MOST_NAMED = 4  # districts in the title


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
        It is no programme, the language is unknown, or the outlines have no column ``name`` or no CRS.

    Examples
    --------
    >>> from spatialreno.programme import read_programme
    >>> page = draw_programme(read_programme("data/programme/pingdingshan-2022.csv"))
    >>> "新华区" in page.html()
    True
    """
    from spatialreno.programme import Programme

    as_made(programme, Programme, what="draw_programme", noun="programme", maker="read_programme")
    language = checked(lang)
    title = f"{say('programme', language)} · {_covered(programme, language)}"
    body = tag(
        "main",
        tag("header", tag("h1", isolated(title)), tag("p", isolated(programme.name), class_="note")),
        *programme_parts(programme, language, as_of),
        *headed(say("district", language), _bars(programme, language)),
        *headed(say("map", language), _map(programme, districts, language) if districts is not None else None),
        *headed(say("curve", language), _curves(programme, as_of, language)),
        *headed(say("late", language), _late(programme, as_of, language) if as_of else None),
        *headed(say("published", language), _published(programme, language)),
        *headed(say("sums", language), _sums(programme, language)),
        class_="report",
    )
    return printed(title, body, language, style=f"{asset('report.css')}{_STYLE}")


def _covered(programme: Programme, lang: Lang) -> str:
    """Say which districts and years are told."""
    rows = programme.rows
    places = list(dict.fromkeys(rows["district"].fillna("").replace("", say("whole_city", lang))))
    cities = list(dict.fromkeys(rows["city"].dropna()))
    years = sorted({int(y) for y in rows["year"].dropna()})
    span = f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]) if years else ""
    named = word("comma", lang).join(str(place) for place in places[:_MOST_NAMED])
    more = "…" if len(places) > _MOST_NAMED else ""
    return " ".join(part for part in (word("comma", lang).join(map(str, cities)), f"{named}{more}", span) if part)


def _districts(programme: Programme, measure: str = "count") -> pd.DataFrame:
    """Put planned, in progress and done of one district, year and unit into one row."""
    table = programme.table()
    table = table[table[measure].notna() & ((table["unit"] != "") | (measure == "money_yuan"))]
    keys = ["district", "year", "unit"]
    wide = table.pivot_table(index=keys, columns="status", values=measure, aggfunc="sum", observed=True)
    return wide.rename(columns={"": "stated_only"}).reindex(columns=list(_COUNTED)).reset_index()


def _bars(programme: Programme, lang: Lang) -> Markup | None:
    """Draw a bar for each district, year and unit: done and in progress within what is planned or started."""
    parts: list[Markup] = []
    for measure in _IN_BARS:
        rows = _districts(programme, measure)
        for unit in dict.fromkeys(rows["unit"]):  # only equal units share a scale
            own = rows[rows["unit"] == unit].to_dict("records")
            most = max((_longest(row) for row in own), default=0.0)
            lines = [_bar(row, measure, most, lang) for row in own] if most else []
            if lines:
                parts += [tag("h3", _bar_title(programme, measure, str(unit), lang)), *lines]
    if not parts:
        return None
    return tag("div", _bar_key(lang), *parts, tag("p", say("scales", lang), class_="note"), class_="bars")


def _longest(row: dict[Any, Any]) -> float:
    """Give the longer of what is planned, started or stated, and of what is done and under way one after the other."""
    known = {k: 0.0 if pd.isna(row[k]) else float(row[k]) for k in _COUNTED}
    inner = sum(value for k, value in known.items() if _LOOKS[k][2])
    return max(inner, *(value for k, value in known.items() if not _LOOKS[k][2]))


def _bar_title(programme: Programme, measure: str, unit: str, lang: Lang) -> str:
    if measure == "count":
        return f"{say('count', lang)}{bracketed(say(unit, lang), lang)}"
    head = programme_head(programme, measure, lang)
    return f"{head} · {say(unit, lang)}" if unit else head


def _bar(row: dict[Any, Any], measure: str, most: float, lang: Lang) -> Markup:
    name = row["district"] or say("whole_city", lang)
    known = {k: float(row[k]) for k in _COUNTED if not pd.isna(row[k])}
    part = _TEN_THOUSAND if measure == "money_yuan" else 1.0
    shown = {k: number(v / part, borne(v / part, 0) if part > 1 else 0) for k, v in known.items()}
    told = word("comma", lang).join(f"{say(k, lang)} {text}" for k, text in shown.items())
    bars, at = [], 0.0
    for status, (fill, edge, inner) in _LOOKS.items():
        if status in known:
            wide = 100 * known[status] / most
            place = f"left:{at if inner else 0.0:.2f}%;width:{max(wide, 0.3):.2f}%"
            look = f"{place};background:{fill};border:1px solid {edge}"
            bars.append(tag("i", style=look, class_="inner" if inner else None))
            at += wide if inner else 0.0
    said = (tag("span", isolated(f"{name} {row['year']}")), tag("span", *bars, class_="track"), tag("small", told))
    return tag("div", *said, class_="line")


def _bar_key(lang: Lang) -> Markup:
    keys = [
        tag("span", tag("i", style=f"position:static;background:{fill};border:1px solid {edge}"), say(status, lang))
        for status, (fill, edge, _) in _LOOKS.items()
    ]
    return tag("p", *keys, class_="stage-key")


def _published(programme: Programme, lang: Lang) -> Markup | None:
    """List the figures as they were published, in the words of the file, with how sure they are."""
    rows = [
        [row["title"], row["note"] if isinstance(row["note"], str) else "", _sure(row["confidence"], lang)]
        for row in programme.figures.to_dict("records") if isinstance(row["title"], str)
    ]  # fmt: skip
    heads = [say("figure", lang), word("note", lang), say("sure", lang)]
    return grid(heads, rows, texts=3) if rows else None


def _sure(confidence: object, lang: Lang) -> str:
    return word(confidence, lang) if isinstance(confidence, str) and confidence else "—"


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
    return _wide(parts, (east - west) * scale, (north - south) * scale, say("map", lang))


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
    return _wide(parts, _WIDE, _HIGH + 26, say("curve", lang))


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


def _wide(parts: Sequence[Markup], wide: float, high: float, title: str) -> Markup:
    """Draw a picture that a phone may slide sideways, so that its letters stay legible."""
    view = f"0 0 {wide:.1f} {high:.1f}"
    return tag("div", tag("svg", *parts, viewBox=view, role="img", aria_label=title, class_="picture"), class_="wide")
