"""``draw_district``: many areas on one page to print: a map by state, the leaders' table, links to each area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

from spatialreno.area import as_made
from spatialreno.comparison import STATES, District
from spatialreno.maps.charts.labels import INK, label
from spatialreno.maps.content.indicator_tables import unit_text
from spatialreno.maps.content.tables import grid, headed
from spatialreno.maps.drawing.style import ALTERED, BUILT, PAPER
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, draw, printed
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.comparison import Comparison

PAGE = "page.html"
_HAIR = "#9a978f"
_FILLS = {
    "done": "#08519c", "in_progress": "#4292c6", "started": "#9ecae1", "planned": "#deebf7",
    "chosen": BUILT, "compared": ALTERED, "surveyed": PAPER, "broken": "#b34700",
}  # fmt: skip
_DARK = {"done", "in_progress", "broken"}
_WIDE, _HIGH = 900.0, 640.0


@dataclass(frozen=True)
class AreaPages:
    """Writes the page of each area of a district; give it to ``compare_areas(…, also=AreaPages())``.

    Attributes
    ----------
    lang
        ``zh`` or ``en``.
    """

    lang: Lang = "zh"

    def __call__(self, options: Comparison, folder: Path) -> None:
        """Draw one comparison into a folder."""
        draw(options, lang=self.lang).save(folder / PAGE)


def draw_district(district: District, *, lang: Lang = "zh", pages: str = "") -> Page:
    """Write a district as a page to print: no script, one file, nothing fetched.

    Parameters
    ----------
    district
        What ``compare_areas`` gives.
    lang
        ``zh`` or ``en``.
    pages
        Folder of the areas' own pages, as seen from this page, such as ``areas``; each is linked as
        ``areas/NAME/page.html``. Empty: no links.

    Returns
    -------
    Page
        Map of all areas coloured by state, the leaders' table by area and in all, sums of today and as chosen, what a
        reader should know.

    Raises
    ------
    InputError
        The language is unknown, or it is no district.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> page = draw_district(sr.compare_areas([(today, [])]))
    >>> "西工地片区" in page.html()
    True
    """
    as_made(district, District, what="draw_district", noun="district", maker="compare_areas")
    language = checked(lang)
    title = say("district_title", language)
    shown = dict(district.notes())
    body = tag(
        "main",
        tag("header", tag("h1", title), tag("p", _counted(district, language), class_="note")),
        *headed(say("map", language), _map(district.outlines(), pages, language) if district.records else None),
        *headed(word("leaders", language), _table(district, pages, language)),
        *headed(say("in_all", language), _total(district, language)),
        *headed(say("programme", language), _projects(district, language) if len(district.projects) else None),
        *headed(say("to_know", language), _notes(district, language) if shown else None),
        class_="report",
    )
    return printed(title, body, language)


def _counted(district: District, lang: Lang) -> str:
    states = list(district.states.values())
    counts = [f"{say('state_' + s, lang)} {states.count(s)}" for s in STATES if s in states]
    return "　".join(counts) if lang == "zh" else ", ".join(counts)


def _link(name: str, pages: str, said: object) -> Markup:
    """Lead to an area's own page, by a way below this page only."""
    if not pages:
        return tag("span", said)
    return tag("a", said, href="/".join(quote(part, safe="") for part in (*Path(pages).parts, name, PAGE)))


def _map(outlines: gpd.GeoDataFrame, pages: str, lang: Lang) -> Markup:
    """Draw each outline in the colour of its state; a click leads to the area's page."""
    flat = outlines.to_crs("EPSG:3857")
    west, south, east, north = (float(v) for v in flat.total_bounds)
    scale = min(_WIDE / max(east - west, 1e-9), _HIGH / max(north - south, 1e-9))
    parts = []
    for name, row in flat.iterrows():
        shape, state = row.geometry, str(row["state"])
        told = tag("title", f"{row['title']} · {say('state_' + state, lang)}")
        drawn = tag("path", told, d=way(shape, west, north, scale=scale, end="Z"), fill=_FILLS[state],
                    fill_rule="evenodd", stroke=_HAIR, stroke_width="1")  # fmt: skip
        spot = shape.representative_point()
        title = label(str(row["title"]), (spot.x - west) * scale, (north - spot.y) * scale, anchor="middle",
                      fill="#ffffff" if state in _DARK else INK)  # fmt: skip
        parts.append(_link(str(name), pages, joined(drawn, title)) if pages else joined(drawn, title))
    wide, high = (east - west) * scale, (north - south) * scale
    picture = tag("svg", *parts, viewBox=f"-4 -4 {wide + 8:.1f} {high + 8:.1f}", role="img",
                  aria_label=say("map", lang), class_="picture")  # fmt: skip
    return joined(picture, _legend(set(outlines["state"]), lang))


def _legend(states: set[str], lang: Lang) -> Markup:
    rows = []
    for state in (s for s in STATES if s in states):
        box = tag("rect", x="1", y="1", width="14", height="10", fill=_FILLS[state], stroke=_HAIR)
        key = tag("svg", box, width="16", height="12", aria_hidden="true")
        rows.append(joined(key, " ", say("state_" + state, lang), "　"))
    return tag("p", *rows, class_="note")


def _table(district: District, pages: str, lang: Lang) -> Markup:
    """Write the leaders' table; the name of each area leads to its page."""
    table = district.leaders(lang=lang)
    heads = [str(table.index.name), *map(str, table.columns)]
    rows = []
    for name, row in zip(table.index, table.itertuples(index=False), strict=True):
        cells: list[object] = [_area_cell(district, str(name), pages), *row]
        cells[1] = say("state_" + str(row[0]), lang) if row[0] else ""
        cells[2] = _option_title(district, str(name), str(row[1]))
        rows.append(cells)
    return grid(heads, rows, texts=3)


def _area_cell(district: District, name: str, pages: str) -> Markup:
    if name in district.records:
        return _link(name, pages, isolated(district.records[name].title))
    return isolated(name)


def _option_title(district: District, name: str, option: str) -> str:
    return district.records[name].titles.get(option, option) if name in district.records else ""


def _total(district: District, lang: Lang) -> Markup:
    """Say what all areas come to, today and as chosen, and on how many areas each figure rests."""
    from spatialreno.catalog import read_catalog
    from spatialreno.indicators import indicator_title

    rows = [
        [indicator_title(read_catalog(), str(k), lang=lang), unit_text(str(row["unit"]), lang), row["today"],
         row["chosen"], f"{row['areas']:.0f}/{len(district.records)}"]
        for k, row in district.total().iterrows() if not pd.isna(row["today"]) or not pd.isna(row["chosen"])
    ]  # fmt: skip
    heads = [word(k, lang) for k in ("indicator", "unit", "today")] + [say("as_chosen", lang), say("known_areas", lang)]
    return joined(grid(heads, rows, texts=2), tag("p", say("once", lang), class_="note"))


def _projects(district: District, lang: Lang) -> Markup:
    heads = [say(k, lang) for k in ("area", "project_id", "state", "start_planned", "end_planned")]
    rows = [
        [name, str(row["project"]), say(str(row["status"]), lang) if isinstance(row["status"], str) else None,
         *(_day(row[c]) for c in ("start_planned", "end_planned"))]
        for name, row in district.projects.iterrows()
    ]  # fmt: skip
    return grid(heads, rows, texts=5)


def _day(value: pd.Timestamp | None) -> str | None:
    return None if pd.isna(value) else str(pd.Timestamp(value).date())


def _notes(district: District, lang: Lang) -> Markup:
    colon = "：" if lang == "zh" else ": "
    return tag("ul", *(tag("li", isolated(name), colon, note) for name, note in district.notes()))
