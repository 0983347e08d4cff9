"""One sheet for each owner-unit: what is asked of it, what its residents gain, where, and a place to sign."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.errors import InputError
from spatialreno.maps.content.indicator_tables import unit_text
from spatialreno.maps.content.owners import party_names, yards_of_parties
from spatialreno.maps.drawing.features import Drawn
from spatialreno.maps.drawing.themes import Theme, themes
from spatialreno.maps.paper.fonts import lettering
from spatialreno.maps.paper.paper_sheet import MARGIN_MM, PAPERS, Sheet, table
from spatialreno.maps.paper.pdf import bound
from spatialreno.maps.paper.plot import draw_plan, furnish
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.words import Lang, checked, payer_word, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

_MAP_MM = 88.0
_SIGN_MM = 34.0
_AROUND_M = 15.0
# What changes is drawn over the mark of what is one's own.
_OVER_OWN = ("structures", "works", "new_grounds", "walls")


def owner_sheets(options: Comparison, path: str | Path, *, option: str = "", lang: str = "zh") -> Path:
    """Write one sheet for each unit that an option asks: works, rights, gains, a map clip, a place to sign.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : str or Path
        The PDF, A4 upright.
    option : str
        Name of the option; by default the last.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    Path
        The file, one sheet or more for each unit, by name.

    Raises
    ------
    InputError
        The option is unknown, it asks nobody, or the file cannot be written.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> owner_sheets(sr.compare(today, [clear]), "out/doc/sheets.pdf").name
    'sheets.pdf'
    """
    language = checked(lang)
    key = option or list(options.areas)[-1]
    if key not in options.areas or key == "today":
        known = ", ".join(name for name in options.areas if name != "today")
        raise InputError(f"sheets: {key} is no option. Options: {known}.")
    asked = _asked(options.ledgers[key])
    if not asked:
        raise InputError(f"sheets: {key} asks nobody: no owner is known of what it touches. Fill parties and rights.")
    with lettering():
        laid_out = themes(options, language)
        sheets: list[Sheet] = []
        for name in sorted(asked):
            sheets += _sheets(options, key, name, asked[name], laid_out, language)
        return bound(sheets, Path(path), title=f"{word('owner_sheet', language)} · {options.titles[key]}")


def _asked(bill: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Group the rows of a ledger by the name of the unit that is asked."""
    rows = bill[bill["verb"] != "keep"]
    found: dict[str, list[int]] = {}
    for at, names in enumerate(rows["parties"]):
        for name in names:
            found.setdefault(name, []).append(at)
    return {name: rows.iloc[ats] for name, ats in found.items()}


def _sheets(
    options: Comparison, key: str, name: str, rows: pd.DataFrame, laid_out: list[Theme], lang: Lang
) -> list[Sheet]:
    area = options.areas["today"]
    ids = {party for party, said in party_names(area).items() if said == name}
    yards = sorted({yard for party, own in yards_of_parties(area).items() if party in ids for yard in own})
    sheets = [Sheet(*PAPERS["a4-portrait"])]
    sheets[0].heading(f"{word('owner_sheet', lang)}：{name}", size=15)
    sheets[0].paragraph(f"{area.title or area.name} · {word('option', lang)}：{options.titles[key]}")
    if area.meta.get("invented"):
        sheets[0].paragraph(word("invented", lang), size=8)
    sheets[0].heading(word("asked_of", lang), size=11)
    heads = [word(k, lang) for k in ("works_done", "id", "quantity", "unit", "cost", "payer")]
    works = [_work(row, options, lang) for row in rows.to_dict("records")]
    table(sheets, heads, works, [4, 1, 1.1, 0.8, 1.3, 1.6])
    sheets[-1].paragraph(_in_all(rows, options, lang), size=10)
    _papers(sheets, area, ids, rows, lang)
    _gains(sheets, options, key, yards, lang)
    if sheets[-1].room < _MAP_MM + _SIGN_MM + 10:
        sheets.append(Sheet(*PAPERS["a4-portrait"]))
    _clip(sheets[-1], options, key, yards, rows, laid_out, lang)
    _sign(sheets[-1], lang)
    return sheets


def _work(row: dict[Any, Any], options: Comparison, lang: Lang) -> list[str]:
    verb = word({"demolish": "gone", "alter": "altered", "build": "built"}[row["verb"]], lang)
    what = options.areas["today"].catalog.layers[row["layer"]].title(lang)
    item = f"（{row['item']}）" if row["item"] and lang == "zh" else ""
    cost = "—" if pd.isna(row["cost_yuan"]) else number(float(row["cost_yuan"]), 0)
    size = "—" if pd.isna(row["quantity"]) else number(float(row["quantity"]), 1)
    return [f"{verb} {what}{item}", str(row["id"]), size, unit_text(str(row["unit"]), lang), cost,
            payer_word(str(row["payer"]), lang)]  # fmt: skip


def _in_all(rows: pd.DataFrame, options: Comparison, lang: Lang) -> str:
    layers = options.areas["today"].catalog.layers
    said = []
    for layer, unit in (("walls", "m"), ("structures", "m2")):
        own = rows[(rows["layer"] == layer) & (rows["unit"] == unit) & (rows["verb"] == "demolish")]
        if len(own):
            size = number(float(own["quantity"].sum()), 0)
            said.append(f"{word('gone', lang)} {layers[layer].title(lang)} {size} {unit_text(unit, lang)}")
    known = rows["cost_yuan"].dropna()
    said.append(f"{word('cost', lang)} {number(float(known.sum()), 0)} {unit_text('yuan', lang)}")
    return word("in_all", lang).format(said=("，" if lang == "zh" else ", ").join(said))


def _papers(sheets: list[Sheet], area: Any, ids: set[str], rows: pd.DataFrame, lang: Lang) -> None:
    """List the rights that the unit holds in what is touched, or in its yards."""
    rights = area.rights[area.rights["party_id"].isin(ids)]
    touched = rights[rights["feature_id"].isin(rows["id"]) | rights["feature_id"].isin(area.compounds.index)]
    if not len(touched):
        return
    sheets[-1].heading(word("papers", lang), size=11)
    says, whole = partial(area.catalog.word, "rights"), word("whole", lang)
    cells = [
        [row["feature_id"], says("right", str(row["right"]), lang), whole if pd.isna(row["share"]) else row["share"],
         says("consent", str(row["consent"]), lang), "" if pd.isna(row["date"]) else row["date"]]
        for row in touched.sort_values(["feature_id", "right"]).to_dict("records")
    ]  # fmt: skip
    heads = [word(k, lang) for k in ("id", "right", "share", "consent", "drawing_date")]
    table(sheets, heads, cells, [2, 2, 1, 2, 2], texts=5)


def _gains(sheets: list[Sheet], options: Comparison, key: str, yards: list[str], lang: Lang) -> None:
    buildings = options.areas["today"].buildings
    homes = [i for i in options.gained[key].index if i in buildings.index and buildings.loc[i, "compound_id"] in yards]
    sheets[-1].heading(word("your_residents", lang), size=11)
    if not homes:
        sheets[-1].paragraph(word("no_homes", lang), size=10)
        return
    told = ["residents", "households", "score_before", "score_after"]
    gained = options.gained[key].loc[homes, told].astype(float)
    change = _walk_change(options, key, homes)
    moved = word("no_change", lang) if abs(change) < 0.5 or change != change else word(
        "nearer_by" if change < 0 else "farther_by", lang).format(n=number(abs(change), 0))  # fmt: skip
    weights = gained["residents"].fillna(0.0)
    mean = {c: float((gained[c] * weights).sum() / max(weights.sum(), 1e-9)) for c in ("score_before", "score_after")}
    sentence = word("gain_said", lang).format(
        homes=len(homes), households=number(float(gained["households"].sum()), 0),
        residents=number(float(weights.sum()), 0), change=moved,
        before=number(mean["score_before"], 1), after=number(mean["score_after"], 1),
    )  # fmt: skip
    sheets[-1].paragraph(sentence, size=10)


def _walk_change(options: Comparison, key: str, homes: list[str]) -> float:
    """Average, over homes and the kinds reached before and after, how much longer the walk is."""
    tables = [
        options.evaluations[k].access.pivot(index="building_id", columns="kind", values="distance_m").reindex(homes)
        for k in ("today", key)
    ]
    return float((tables[1] - tables[0]).mean(axis=1).mean())


def _clip(
    sheet: Sheet, options: Comparison, key: str, yards: list[str], rows: pd.DataFrame, laid_out: list[Theme], lang: Lang
) -> None:
    compounds = options.areas["today"].compounds
    own = _own(options, rows)
    west, south, east, north = shapely.total_bounds([*compounds.geometry[compounds.index.isin(yards)], *own])
    corners = (west - _AROUND_M, south - _AROUND_M, east + _AROUND_M, north + _AROUND_M)
    box = (MARGIN_MM, MARGIN_MM + _SIGN_MM, sheet.width - 2 * MARGIN_MM, _MAP_MM)
    count = len(options.areas)
    drawn = [Drawn(shape, ("own-area" if shape.area else "own-line",) * count, ()) for shape in own]
    marked = Theme("own", "", "plan", True, drawn)
    under = next((at for at, theme in enumerate(laid_out) if theme.key in _OVER_OWN), len(laid_out))
    themes_marked = [*laid_out[:under], marked, *laid_out[under:]]
    furnish(draw_plan(sheet.figure, box, themes_marked, list(options.areas).index(key), corners), lang)
    sheet.put(box[0], box[1] + box[3] + 1.5, word("own_marked", lang), size=8)


def _own(options: Comparison, rows: pd.DataFrame) -> list[Any]:
    """Find the shapes of what a unit is asked for, each once."""
    found: dict[bytes, Any] = {}
    for layer, ids in rows.groupby("layer")["id"]:
        for area in options.areas.values():
            frame = area.layer(str(layer))
            for shape in frame.geometry[frame.index.isin(ids)]:
                found.setdefault(shapely.to_wkb(shape), shape)
    return list(found.values())


def _sign(sheet: Sheet, lang: Lang) -> None:
    height = _SIGN_MM - 4
    sheet.frame(MARGIN_MM, MARGIN_MM, sheet.width - 2 * MARGIN_MM, height)
    sheet.put(MARGIN_MM + 3, MARGIN_MM + height - 7, word("sign_here", lang), size=10, weight="bold")
    sheet.put(MARGIN_MM + 3, MARGIN_MM + height - 15, word("agree", lang), size=10)
    sheet.put(MARGIN_MM + 3, MARGIN_MM + 4, word("signature", lang), size=10)
