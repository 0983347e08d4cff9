"""The tables of a comparison as lines to read: titles, rounded numbers, which way is better, sources."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import said_source
from spatialreno.indicators import indicator_title
from spatialreno.maps.words.numbers import bracketed, number
from spatialreno.maps.words.words import UNITS, Lang, payer_word, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialreno._types import Cell
    from spatialreno.catalog import Catalog, Standard
    from spatialreno.comparison import Comparison

Rows = dict[str, dict[Any, Any]]  # of the whole area, by indicator
_PERCENT = {"share"}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


@dataclass(frozen=True)
class Line:
    """One indicator of one option beside today.

    Attributes
    ----------
    key, title, unit : str
        Id, name and unit for people.
    today, value, change : str
        Written numbers; the change carries its sign.
    sense : int
        1 better, -1 worse, 0 neither.
    meets : bool or None
        Whether the option meets the target; None where there is none.
    estimated : bool
        Whether it rests on estimates.
    source : str
        Clause and confidence, for the reader who asks.
    """

    key: str
    title: str
    unit: str
    today: str
    value: str
    change: str
    sense: int
    meets: bool | None
    estimated: bool
    source: str


def indicator_lines(options: Comparison, option: str, lang: Lang) -> list[Line]:
    """Read the indicators of the whole area for one option, in the order of the catalog.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    option : str
        Key of the option.
    lang : str
        ``zh`` or ``en``.
    """
    catalog = options.areas["today"].catalog
    today, then = (_of_area(options.evaluations[key].table) for key in ("today", option))
    known = catalog.indicators[["decimals", "better"]].to_dict("index")
    order = {name: place for place, name in enumerate(known)}
    # The evaluation's own order holds for variants of one indicator; what only today has comes as it stands there.
    place = {key: k for rows in (today, then) for k, key in enumerate(rows)}
    keys = sorted({*today, *then}, key=lambda key: (order.get(_stem(key), len(order)), place[key], key))
    return [_line(key, today, then, known.get(_stem(key)), options, lang) for key in keys]


def _of_area(table: pd.DataFrame) -> Rows:
    rows = table[table.index.get_level_values("level") == "area"]
    return {str(key): row for key, row in rows.droplevel(["level", "place"]).to_dict("index").items()}


def _line(key: str, today: Rows, then: Rows, known: dict[Any, Any] | None, options: Comparison, lang: Lang) -> Line:
    catalog = options.areas["today"].catalog
    row = then[key] if key in then else today[key]
    unit = str(row["unit"]) if isinstance(row["unit"], str) else ""
    decimals = int(str(known["decimals"])) if known is not None else 1
    before, after = _value(today, key), _value(then, key)
    change = after - before
    return Line(
        key=key,
        title=indicator_title(catalog, key, lang=lang, norm=_standard(options)),
        unit=unit_text(unit, lang),
        today=amount(before, unit, decimals),
        value=amount(after, unit, decimals),
        change=signed(change, unit, decimals),
        sense=_sense(change, str(known["better"]) if known is not None else "none", unit, decimals),
        meets=_meets(row["meets"]) if key in then else None,
        estimated=any(_is_marked(table, key) for table in (today, then)),
        source=_source(row, unit, decimals, catalog, lang),
    )


def _stem(key: str) -> str:
    return key.partition(":")[0]


def _value(table: Rows, key: str) -> float:
    value = table[key]["value"] if key in table else None
    return math.nan if value is None or pd.isna(value) else float(value)


def _meets(value: Cell) -> bool | None:
    return None if value is None or pd.isna(value) else bool(value)


def _is_marked(table: Rows, key: str) -> bool:
    return key in table and isinstance(table[key]["mark"], str) and bool(table[key]["mark"])


def _source(row: Mapping[Any, Any], unit: str, decimals: int, catalog: Catalog, lang: Lang) -> str:
    parts: list[str] = []
    if pd.notna(row["target"]):
        least = f"{amount(float(row['target']), unit, decimals)} {unit_text(unit, lang)}"
        parts.append(f"{word('target', lang)}{word('colon', lang)}{least}")
    if isinstance(row["source"], str) and row["source"]:
        parts.append(f"{word('source', lang)}{word('colon', lang)}{said_source(catalog, row['source'], lang)}")
    return word("semicolon", lang).join(parts)


def unit_text(unit: str, lang: Lang) -> str:
    """Write a unit for people."""
    return UNITS[lang].get(unit, unit.replace("m2", "m²"))


def amount(value: float, unit: str, decimals: int) -> str:
    """Write a value, rounded to what it can bear; a share becomes per cent.

    >>> amount(0.9231, "share", 3), amount(345.4, "m2", 0)
    ('92.3', '345')
    """
    if math.isnan(value):
        return "—"
    return number(value * 100, max(decimals - 2, 0)) if unit in _PERCENT else number(value, decimals)


def signed(change: float, unit: str, decimals: int) -> str:
    """Write a change with its sign: ▲ more, ▼ less."""
    if math.isnan(change):
        return "—"
    written = amount(abs(change), unit, decimals)
    if not any(digit in written for digit in "123456789"):
        return "0"
    return f"{'▲' if change > 0 else '▼'} {written}"


def _sense(change: float, better: str, unit: str, decimals: int) -> int:
    if better not in {"up", "down"} or signed(change, unit, decimals) in {"—", "0"}:
        return 0
    return 1 if (change > 0) == (better == "up") else -1


def leader_lines(options: Comparison, lang: Lang) -> list[tuple[str, str, str, list[str]]]:
    """Read the leaders' table: group, title, unit, and one written value for each option."""
    table = options.leaders(lang=lang)
    columns = (table.index, table["group"], table["unit"], *(table[key] for key in options.areas))
    return [
        (str(group), str(title), str(unit), [spoken(cell) for cell in cells])
        for title, group, unit, *cells in zip(*columns, strict=True)
    ]


def spoken(cell: str | float) -> str:
    """Write a cell with the page's groups of thousands."""
    if isinstance(cell, str):
        return _THOUSANDS.sub("\u202f", cell)
    value = float(cell)
    return number(value, 0 if value.is_integer() else 1)


def bill_lines(options: Comparison, lang: Lang) -> list[list[str]]:
    """Read the bill by payer: payer, item, unit, then quantity and cost of each option but today, and totals."""
    bill = options.bill()
    rows = bill.lines.assign(said=[item_title(row, options, lang) for row in bill.lines.to_dict("records")])
    plans = [key for key in options.areas if key != "today"]
    lines = []
    for payer, own in rows.groupby("payer", sort=True):
        for (said, unit), items in own.groupby(["said", "unit"], sort=False):
            lines.append([payer_word(str(payer), lang), str(said), unit_text(str(unit), lang), *_cells(items, plans)])
        lines.append([payer_word(str(payer), lang), word("subtotal", lang), "", *_totals(own, plans)])
    return [*lines, [word("total", lang), "", "", *_totals(rows, plans)]] if lines else []


def item_title(row: dict[Any, Any], options: Comparison, lang: Lang) -> str:
    """Name a line; what has no price by its layer and verb."""
    item = str(row["item"] if lang == "zh" else row["item_en"])
    done = {"demolish": "gone", "alter": "altered", "build": "built"}
    layers = options.areas["today"].catalog.layers
    return item or f"{layers[row['layer']].title(lang)} · {word(done[row['verb']], lang)}"


def _cells(rows: pd.DataFrame, plans: list[str]) -> list[str]:
    own = {str(option): part for option, part in rows.groupby("option", sort=False)}
    cells = []
    for plan in plans:
        cells += [number(float(own[plan]["quantity"].sum()), 0), _cost(own[plan])] if plan in own else ["—", "—"]
    return cells


def _totals(rows: pd.DataFrame, plans: list[str]) -> list[str]:
    return [cell for plan in plans for cell in ("", _cost(rows[rows["option"] == plan]))]


def _cost(rows: pd.DataFrame) -> str:
    known = rows["cost_yuan"].dropna()
    return number(float(known.sum()), 0) if len(known) else "—"


def confidence_counts(options: Comparison) -> list[tuple[str, int]]:
    """Count the findings about facilities by how sure their clause is."""
    access = options.evaluations["today"].access
    rows = access.drop_duplicates(["kind", "clause", "confidence"]) if len(access) else access
    return sorted((str(name), int(count)) for name, count in rows["confidence"].value_counts().items())


def estimates(options: Comparison, lang: Lang) -> list[tuple[str, str, int, int]]:
    """Count features with an inferred shape or estimated cells: layer, what, how many, of how many."""
    area = options.areas["today"]
    found = []
    for name, layer in area.catalog.layers.items():
        frame = area.layer(name)
        if layer.is_table or not len(frame):
            continue
        guessed = frame["inferred"].fillna(False).astype(bool).sum()
        if guessed:
            found.append((layer.title(lang), word("inferred", lang), int(guessed), len(frame)))
        cells = frame["estimated"].dropna().astype(str).str.split(",").explode().str.strip()
        for column, count in sorted(cells[cells != ""].value_counts().items()):
            title = layer.columns[column].title(lang) if column in layer.columns else str(column)
            title += bracketed(word("estimate", lang), lang)
            found.append((layer.title(lang), title, int(count), len(frame)))
    return found


def facts(options: Comparison, lang: Lang) -> list[tuple[str, str]]:
    """List what the footer says: date, source, licence, standard, CRS, version; no clock, so bytes stay."""
    from spatialreno.area import crs_text

    area = options.areas["today"]
    meta = area.meta
    said = [
        ("date", meta.get("date")),
        ("data_source", meta.get("source")),
        ("licence", meta.get("licence")),
        ("standard", _standard_title(options, lang)),
        ("crs", crs_text(area.crs)),
        ("version", f"spatialreno {_version(options)}"),
    ]
    return [(word(key, lang), str(value)) for key, value in said if value]


def _standard(options: Comparison) -> Standard:
    """Give the rows of the standard; an evaluation may carry them or only their name."""
    standard: Standard | str = options.evaluations["today"].standard
    return options.areas["today"].catalog.standard(standard) if isinstance(standard, str) else standard


def _standard_title(options: Comparison, lang: Lang) -> str:
    standard = _standard(options)
    return (standard.title_en if lang == "en" else "") or standard.title_zh


def _version(options: Comparison) -> str:
    return str(options.provenance["version"])


def option_titles(options: Comparison, lang: Lang) -> list[str]:
    """Name the options in their order; today by the page's own word."""
    return [word("today", lang) if key == "today" else str(options.titles.get(key) or key) for key in options.areas]


def fingerprints(options: Comparison, lang: Lang) -> list[tuple[str, str]]:
    """List each option with the fingerprint of its data, by which a number can be traced."""
    stamps = [options.provenance["fingerprint"]]
    stamps += [options.provenance["options"][key]["fingerprint"] for key in options.areas if key != "today"]
    return list(zip(option_titles(options, lang), map(str, stamps), strict=True))
