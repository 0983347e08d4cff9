"""An index and one sheet for each owner: its share of what is asked, notices, papers, gains, where, a place to sign."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.comparison import as_comparison
from spatialreno.maps.content.indicator_tables import unit_text
from spatialreno.maps.content.owner_asks import OwnerAsks, find_asks
from spatialreno.maps.content.owners import yards_of_parties
from spatialreno.maps.content.people_sections import say_matter
from spatialreno.maps.drawing.features import Drawn
from spatialreno.maps.drawing.themes import Theme, shown_themes
from spatialreno.maps.lettering.fonts import lettering
from spatialreno.maps.paper.paper_sheet import MARGIN_MM, PAPERS, Sheet, table
from spatialreno.maps.paper.pdf import bound
from spatialreno.maps.paper.plot import draw_plan, furnish
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.words import Lang, checked, payer_word, word

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.comparison import Comparison

_MAP_MM = 88.0
_SIGN_MM = 34.0
_AROUND_M = 15.0
# What changes is drawn over the mark of what is one's own.
_OVER_OWN = ("structures", "works", "new_grounds", "walls")


def owner_sheets(
    options: Comparison, path: str | Path, *, option: str = "", deadline: str = "", contact: str = "", lang: Lang = "zh"
) -> Path:
    """Write an index and one sheet for each party that an option touches: its share, notices, papers, gains, a map.

    Metres and money are the party's own share, so that all sheets add up to the whole. What is built on its land is
    neither its money nor its work and stands without them. Established illegal structures are told as notices, without
    a box to agree; owners who decide together are told what they vote on.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : str or Path
        The PDF, A4 upright.
    option : str
        Name of the option; by default the last.
    deadline, contact : str
        By when, and to whom, an answer is asked; without them there are blanks to fill in.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    Path
        The file: the index, then one sheet or more for each party, by name.

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
    as_comparison(options, what="owner_sheets")
    language = checked(lang)
    key = option or list(options.areas)[-1]
    asked = find_asks(options, key)
    with lettering():
        laid_out = shown_themes(options, language)
        bound_in: list[list[Sheet]] = []
        for one in asked:
            told = _when(one, deadline, contact, language)
            bound_in.append(_sheets(options, key, one, told, laid_out, language))
        first = _index(options, key, asked, [len(sheets) for sheets in bound_in], language)
        sheets = [*first, *(sheet for own in bound_in for sheet in own)]
        return bound(sheets, Path(path), title=f"{word('owner_sheet', language)} · {options.titles[key]}")


def _index(options: Comparison, key: str, asked: list[OwnerAsks], pages: list[int], lang: Lang) -> list[Sheet]:
    """List all parties with the page of each; the index may take several pages itself."""
    for own_pages in (1, 2, 3, 9):
        sheets = [Sheet(*PAPERS["a4-portrait"])]
        sheets[0].heading(f"{word('owner_index', lang)} · {options.titles[key]}", size=15)
        keys = ("party", "asked_count", "notice_count", "own_walls", "own_structures", "own_cost", "pays_itself",
                "own_households", "phase", "state", "page_number")  # fmt: skip
        starts = [own_pages + 1 + sum(pages[:k]) for k in range(len(pages))]
        rows = [_index_row(one, page, lang) for one, page in zip(asked, starts, strict=True)]
        shares = [4.2, 1.1, 0.9, 1.2, 1.3, 1.6, 1.2, 1.0, 0.8, 1.5, 0.8]
        table(sheets, [word(k, lang) for k in keys], rows, shares, texts=1)
        sheets[-1].paragraph(word("owner_index_note", lang))
        if len(sheets) <= own_pages:
            break
    return sheets


def _index_row(one: OwnerAsks, page: int, lang: Lang) -> list[object]:
    state = _state(one, lang)
    money = (one.asked["own_yuan"].sum(), one.asked["pays_yuan"].sum())
    sums = (one.own("walls", "m"), one.own("structures", "m2"), *money)
    return [one.name, one.asked["id"].nunique(), one.notices["id"].nunique(), *(number(float(v), 0) for v in sums),
            number(float(one.homes["households"].sum()), 0), "、".join(map(str, one.phases)), state, page]  # fmt: skip


def _state(one: OwnerAsks, lang: Lang) -> str:
    if one.state:
        return say("not_in_hand" if one.state == "open" else one.state, lang)
    return say("vote", lang) if len(one.votes) else "—"


def _when(one: OwnerAsks, deadline: str, contact: str, lang: Lang) -> str:
    to = word("contact", lang).format(who=contact) if contact else ""
    by = deadline or word("no_deadline", lang)
    return word("when", lang).format(phases="、".join(map(str, one.phases)), deadline=by, contact=to)


def _sheets(options: Comparison, key: str, one: OwnerAsks, when: str, laid_out: list[Theme], lang: Lang) -> list[Sheet]:
    area = options.areas["today"]
    yards = yards_of_parties(area).get(one.party, [])
    yards = sorted({*yards, *area.buildings.loc[one.homes.index, "compound_id"].dropna()})
    rows = pd.concat([one.asked, one.notices])
    sheets = [Sheet(*PAPERS["a4-portrait"])]
    sheets[0].heading(f"{word('owner_sheet', lang)}：{one.name}", size=15)
    sheets[0].paragraph(f"{area.title or area.name} · {word('option', lang)}：{options.titles[key]}")
    if area.meta.get("invented"):
        sheets[0].paragraph(word("invented", lang), size=8)
    sheets[0].paragraph(when, size=10)
    for title, told in (("asked_of", one.asked), ("notices", one.notices)):
        if len(told):
            sheets[-1].heading(word(title, lang), size=11)
            keys = ("works_done", "id", "share", "quantity", "unit", "cost", "payer", "phase")
            works = [_work(row, options, lang) for row in told.to_dict("records")]
            table(sheets, [word(k, lang) for k in keys], works, [4, 1, 1, 1.1, 0.8, 1.3, 1.6, 0.6])
    if len(one.asked):
        sheets[-1].paragraph(_in_all(one, options, lang), size=10)
    _votes(sheets, one, options, lang)
    _papers(sheets, area, {one.party}, rows, lang)
    _to_bring(sheets, one, options, lang)
    _gains(sheets, one, lang)
    if sheets[-1].room < _MAP_MM + _SIGN_MM + 10:
        sheets.append(Sheet(*PAPERS["a4-portrait"]))
    _clip(sheets[-1], options, key, yards, rows, laid_out, lang)
    _sign(sheets[-1], one, lang)
    return sheets


def _work(row: dict[Any, Any], options: Comparison, lang: Lang) -> list[str]:
    verb = word({"demolish": "gone", "alter": "altered", "build": "built"}[row["verb"]], lang)
    what = options.areas["today"].catalog.layers[row["layer"]].title(lang)
    item = f"（{row['item']}）" if row["item"] and lang == "zh" else ""
    if row["verb"] == "build":  # neither its work nor its money
        size = _cell(row["quantity"], 1)
        return [f"{verb} {what}{item}", str(row["id"]), word("on_your_land", lang), size,
                unit_text(str(row["unit"]), lang), "—", payer_word(str(row["payer"]), lang),
                str(row["phase"])]  # fmt: skip
    share = f"{row['share']:.0%}" if row["share"] < 1 else word("whole", lang)
    return [f"{verb} {what}{item}", str(row["id"]), share, _cell(row["own_quantity"], 1),
            unit_text(str(row["unit"]), lang), _cell(row["own_yuan"], 0), payer_word(str(row["payer"]), lang),
            str(row["phase"])]  # fmt: skip


def _cell(value: float | None, digits: int) -> str:
    return "—" if pd.isna(value) else number(float(value), digits)


def _in_all(one: OwnerAsks, options: Comparison, lang: Lang) -> str:
    layers, said = options.areas["today"].catalog.layers, []
    for layer, unit in (("walls", "m"), ("structures", "m2")):
        size = one.own(layer, unit)
        if size:
            what = f"{word('gone', lang)} {layers[layer].title(lang)}"
            said.append(f"{what} {number(size, 0)} {unit_text(unit, lang)}")
    said.append(f"{word('cost', lang)} {number(float(one.asked['own_yuan'].sum()), 0)} {unit_text('yuan', lang)}")
    paid = one.asked[one.asked["own_yuan"] > 0]
    payers = "、".join(dict.fromkeys(payer_word(str(p), lang) for p in paid["payer"] if p)) or "—"
    joint = "，" if lang == "zh" else ", "
    pays = number(float(one.asked["pays_yuan"].sum()), 0)
    return word("own_total", lang).format(said=joint.join(said), payers=payers, pays=pays)


def _votes(sheets: list[Sheet], one: OwnerAsks, options: Comparison, lang: Lang) -> None:
    """Tell owners who decide together what they vote on, and where the vote stands."""
    if not len(one.votes):
        return
    sheets[-1].heading(word("votes_of", lang), size=11)
    cells = [
        [say_matter(f"{row['matter']}:{row['place']}", options, lang), say(str(row["state"]), lang),
         word("none", lang) if pd.isna(row["to_win"]) else int(row["to_win"])]
        for row in one.votes.to_dict("records")
    ]
    table(sheets, [word(k, lang) for k in ("what", "state", "missing_votes")], cells, [5, 2, 1])


def _to_bring(sheets: list[Sheet], one: OwnerAsks, options: Comparison, lang: Lang) -> None:
    """List the papers that its rights ask for; the bureau's own list goes before."""
    rows = {row["paper"]: row for row in options.areas["today"].catalog.rows("papers")}
    if not one.papers:
        return
    sheets[-1].heading(word("to_bring", lang), size=11)
    for paper in one.papers:
        sheets[-1].paragraph(f"□ {rows[paper][f'title_{lang}']}", size=9)


def _papers(sheets: list[Sheet], area: StudyArea, ids: set[str], rows: pd.DataFrame, lang: Lang) -> None:
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


def _gains(sheets: list[Sheet], one: OwnerAsks, lang: Lang) -> None:
    sheets[-1].heading(word("your_residents", lang), size=11)
    homes = one.homes
    if not len(homes):
        sheets[-1].paragraph(word("no_homes", lang), size=10)
        return
    change = float(homes["change_m"].mean())
    moved = word("no_change", lang) if abs(change) < 0.5 or change != change else word(
        "nearer_by" if change < 0 else "farther_by", lang).format(n=number(abs(change), 0))  # fmt: skip
    weights = homes["residents"].fillna(0.0)
    mean = {c: float((homes[c] * weights).sum() / max(weights.sum(), 1e-9)) for c in ("score_before", "score_after")}
    sentence = word("gain_said", lang).format(
        homes=len(homes), households=number(float(homes["households"].sum()), 0),
        residents=number(float(weights.sum()), 0), change=moved,
        before=number(mean["score_before"], 1), after=number(mean["score_after"], 1),
    )  # fmt: skip
    sheets[-1].paragraph(sentence, size=10)


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


def _sign(sheet: Sheet, one: OwnerAsks, lang: Lang) -> None:
    """Only what is asked can be agreed to; who votes, or is only told, signs that he was told."""
    box = "agree_vote" if len(one.votes) else "agree" if len(one.asked) else "receipt"
    height = _SIGN_MM - 4
    sheet.frame(MARGIN_MM, MARGIN_MM, sheet.width - 2 * MARGIN_MM, height)
    sheet.put(MARGIN_MM + 3, MARGIN_MM + height - 7, word("sign_here", lang), size=10, weight="bold")
    sheet.put(MARGIN_MM + 3, MARGIN_MM + height - 15, word(box, lang), size=10)
    sheet.put(MARGIN_MM + 3, MARGIN_MM + 4, word("signature", lang), size=10)
