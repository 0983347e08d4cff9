"""``draw_residents``: a sheet for the residents of each compound, one to print them all, and an index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from spatialreno.comparison import as_comparison
from spatialreno.files import put_whole
from spatialreno.maps.content.tables import grid
from spatialreno.maps.drawing.themes import themes
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.residents.facts import OUTSIDE, Book, Yard, summary
from spatialreno.maps.residents.sheet import SheetMaker, VoteNotice
from spatialreno.maps.residents.yard_map import DRAWN, shortened
from spatialreno.maps.words import safe_html as door
from spatialreno.maps.words.resident_words import told
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.comparison import Comparison, Schedule

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")
_TAKEN = ("index", "all", "con", "prn", "aux", "nul")
_SUMS = ("households", "residents", "newly_heated", "pays_yuan", "votes_open", "votes_missing")


@dataclass(frozen=True, repr=False)
class ResidentPapers:
    """The residents' sheets of one option.

    Attributes
    ----------
    option
        Its name.
    table
        Index compound_id (empty: homes outside compounds): name, households, residents, newly_heated, pays_yuan (adds
        up to the residents' part of the bill), votes_open, votes_missing.
    homes
        Index building_id: what each building gets and pays.
    papers
        File name to page, one A4 each.
    together, index
        All sheets on one page to print, and the list with links.
    """

    option: str
    table: pd.DataFrame
    homes: pd.DataFrame
    papers: Mapping[str, Page]
    together: Page = field(repr=False)
    index: Page = field(repr=False)

    def save(self, folder: str | Path) -> list[Path]:
        """Write ``index.html``, ``all.html`` and a file for each compound into a folder, whole or not at all.

        Raises
        ------
        InputError
            The folder cannot be written.
        """
        pages = {"index.html": self.index, "all.html": self.together, **self.papers}

        def write(new: Path) -> None:
            for name, page in pages.items():
                (new / name).write_text(page.html(), encoding="utf-8", newline="\n")

        return put_whole(Path(folder), write)

    def __repr__(self) -> str:
        """Read the sheets aloud."""
        pays = float(self.table["pays_yuan"].sum())
        return (
            f"<ResidentPapers of {self.option}: {len(self.papers)} sheets, residents pay {pays:,.0f} yuan (estimate)>"
        )


def draw_residents(
    options: Comparison,
    *,
    option: str = "",
    schedule: Schedule | None = None,
    notice: VoteNotice | None = None,
    lang: Lang = "zh",
) -> ResidentPapers:
    """Write one A4 for the residents of each compound (居民明白纸): what they get, what it costs, when, how to vote.

    Each sheet has a map of the compound at a round scale, a line for each building (heat, lift, minutes to daily places
    before and after, fire engine, money), what changes, stages or days, and the votes of its owners with clause,
    majority and count so far. Many buildings share a last line of ranges, so that a sheet stays one A4.

    Parameters
    ----------
    options
        What ``compare`` gives.
    option
        Name of the option; by default the last.
    schedule
        What ``options.schedule(name, start=…)`` gives, to tell days; None: stages.
    notice
        Where and until when to vote, and whom to ask; what is not given is a blank.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    ResidentPapers
        ``.save(folder)`` writes them; no script, nothing fetched.

    Raises
    ------
    InputError
        The option or the language is unknown, or nothing was compared with today.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> papers = draw_residents(sr.compare(today, [clear]))
    >>> len(papers.papers), int(papers.table["households"].sum())
    (10, 1008)
    """
    as_comparison(options, what="draw_residents")
    language = checked(lang)
    book = Book(options, option)
    maker = SheetMaker(book, themes(options, language, only=DRAWN), notice or VoteNotice(), schedule, language)
    named = {place: _name(book, place, language) for place in book.places()}
    yards = {place: book.yard(place, name) for place, name in named.items()}
    sheets = {place: maker.sheet(yard) for place, yard in yards.items()}
    files = dict(zip(yards, _files(list(yards)), strict=True))
    titles = {place: f"{told('paper', language)} · {name}" for place, name in named.items()}
    table, area = summary(yards), book.today.title or book.today.name
    return ResidentPapers(
        option=book.key, table=table, homes=book.homes,
        papers={files[place]: _page(titles[place], sheet, language) for place, sheet in sheets.items()},
        together=_page(f"{told('paper', language)} · {area}", joined(*sheets.values()), language),
        index=_index(book, yards, files, table, language),
    )  # fmt: skip


def _name(book: Book, place: str, lang: Lang) -> str:
    if place == OUTSIDE:
        return told("outside", lang)
    name = book.today.compounds["name"].get(place)
    return str(name) if isinstance(name, str) and name else place


def _files(places: list[str]) -> list[str]:
    """Name a file for each place: by its id where every system can hold it, else by its number."""
    found, used = [], set(_TAKEN)
    for number, place in enumerate(places, start=1):
        plain = place if _PLAIN.fullmatch(place) and place.lower() not in used else f"page-{number:03d}"
        while plain.lower() in used:
            plain += "-2"
        used.add(plain.lower())
        found.append(f"{plain}.html")
    return found


def _page(title: str, body: Markup, lang: Lang) -> Page:
    return printed(title, tag("main", body, class_="papers"), lang, style=door.asset("residents.css"))


def _index(book: Book, yards: Mapping[str, Yard], files: Mapping[str, str], table: pd.DataFrame, lang: Lang) -> Page:
    """List every compound with a link to its sheet, and what they come to."""
    title = f"{told('index', lang)} · {shortened(book.options.titles[book.key], 40)}"
    heads = ["compound", "households", "residents", "homes_heated", "pays", "to_pass", "votes_missing"]
    rows = [
        [tag("a", isolated(yards[place].name), href=quote(files[place])), *(table.at[place, c] for c in _SUMS)]
        for place in yards
    ]
    rows.append([tag("b", told("sum", lang)), *(table[c].sum() for c in _SUMS)])
    area = shortened(book.today.title or book.today.name, 60)
    invented = tag("p", word("invented", lang), class_="invented") if book.today.meta.get("invented") else ""
    body = tag(
        "main", tag("header", tag("h1", isolated(title)), tag("p", isolated(area), class_="note"), invented),
        grid([told(k, lang).replace("- ", "") for k in heads], rows, texts=1),
        tag("p", tag("a", told("all_pages", lang), href="all.html")), tag("p", told("index_note", lang), class_="note"),
        class_="report",
    )  # fmt: skip
    return printed(title, body, lang)
