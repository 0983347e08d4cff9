"""Facts of what is drawn, for a table beside the map: what is done to it, its length or area, cost, payer, owner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.files import FormField, ProjectLayer, listed
from spatialreno.maps.content.indicator_tables import option_titles
from spatialreno.maps.words.safe_html import clean
from spatialreno.maps.words.words import Lang, payer_word, word

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.comparison import Comparison
    from spatialreno.maps.drawing.themes import Theme

#: Columns of every layer and the words that call them.
TITLES = {
    "layer": "layer", "id": "id", "class": "class", "label": "names", "option": "option", "act": "measure",
    "length_m": "length_m", "area_m2": "area_m2", "cost_yuan": "cost_yuan", "payer": "payer", "owner": "owner",
}  # fmt: skip
_TEXTS = ("act", "payer", "owner")
_WKB = {"point": "Point", "line": "MultiLineString", "area": "MultiPolygon"}
_TOP_FIRST = ("point", "line", "area")


def facts_of(options: Comparison, option: str, lang: Lang) -> dict[tuple[str, str], dict[str, Any]]:
    """Give, by layer and id, what an option does to a thing: act, cost (missing without a price), payer, owner."""
    rows = options.ledgers[option]
    if not len(rows):
        return {}
    catalog = options.today.catalog
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (layer, name), own in rows[rows["verb"] != "keep"].groupby(["layer", "id"], sort=True):
        payers = sorted({payer_word(str(p), lang, catalog) for p in own["payer"].dropna() if p})
        parties = sorted({str(p) for several in own["parties"] for p in several})
        found[str(layer), str(name)] = {
            "act": clean(catalog.word("", "verb", str(own["verb"].iloc[0]), lang)),
            "cost_yuan": float(own["cost_yuan"].sum(min_count=1)),
            "payer": clean(listed(payers)),
            "owner": clean(listed(parties)),
        }
    return found


def measured(frame: gpd.GeoDataFrame, facts: dict[tuple[str, str], dict[str, Any]]) -> gpd.GeoDataFrame:
    """Put the facts beside each row; metres where it is a line, square metres where it is an area."""
    told = [facts.get(key, {}) for key in zip(frame["layer"], frame["id"], strict=True)]
    flat = shapely.get_dimensions(frame.geometry.to_numpy())
    length, area = frame.geometry.length.round(2), frame.geometry.area.round(2)
    more: dict[str, Any] = {name: pd.Series([one.get(name, "") for one in told], frame.index, "str") for name in _TEXTS}
    cost = pd.Series([one.get("cost_yuan") for one in told], frame.index, "float64")
    more |= {"length_m": length.where(flat == 1), "area_m2": area.where(flat == 2), "cost_yuan": cost}
    return frame.assign(**more)[[*TITLES, "geometry"]]


def project_layers(
    options: Comparison, frames: Iterable[str], themes: Iterable[Theme], styles: dict[str, str], lang: Lang
) -> list[ProjectLayer]:
    """Put the layers in order: options as groups, the last first, and in each points over lines over areas."""
    have, laid_out = set(frames), list(themes)
    fields = tuple(FormField(column, word(key, lang)) for column, key in TITLES.items())
    found = []
    for option, title in reversed([*zip(options.areas, option_titles(options, lang), strict=True)]):
        for shape in _TOP_FIRST:
            for theme in reversed(laid_out):
                table = f"{option}_{theme.key}_{shape}"
                if table not in have:
                    continue
                named, label = theme.title or word("names", lang), "label" if theme.key in ("names", "sites") else ""
                one = ProjectLayer(table, named, title, _WKB[shape], styles[table], label, fields, theme.shown)
                found.append(one)
    return found
