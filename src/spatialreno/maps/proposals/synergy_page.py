"""``draw_synergy``: what a plan is worth together, as a paper for the owners' meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.area import as_made
from spatialreno.catalog import read_catalog, sentence
from spatialreno.maps.content.tables import grid
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.together_words import said
from spatialreno.maps.words.words import Lang, checked

if TYPE_CHECKING:
    from spatialreno.design import Synergy

_SHARES = ("alone", "share", "error", "nucleolus", "last")


def draw_synergy(found: Synergy, *, title: str = "", lang: Lang = "zh") -> Page:
    """Write what doing a plan together is worth as one page to print, for the owners' meeting.

    Parameters
    ----------
    found
        What ``synergy`` gives.
    title
        Name of the area and plan, as it stands above.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Page
        By cause what is gained together and apart; what each brings, with its part of the bill; who would rather not.

    Raises
    ------
    InputError
        The language is unknown, or it is no synergy.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.design import Synergy
    >>> causes = {"unit": ["m2"], "alone": [1.0], "all": [3.0], "together": [2.0], "epsilon": 0.0, "core_empty": False}
    >>> empty = pd.DataFrame(columns=["cause", "player", "name", "own", "share", "bill_yuan"])
    >>> worst = pd.DataFrame(columns=["cause", "way", "coalition", "short"])
    >>> found = Synergy("compound", pd.DataFrame(causes, index=["land"]), empty, worst)
    >>> "集中连片" in draw_synergy(found).html()
    True
    """
    from spatialreno.design import Synergy

    as_made(found, Synergy, what="draw_synergy", noun="synergy", maker="synergy")
    language = checked(lang)
    head = title or said("synergy", language)
    body = tag(
        "main",
        tag("header", tag("h1", isolated(head))),
        tag("p", said("not_fair", language)),
        tag("p", said("own_people", language)),
        _causes(found, language),
        _givers(found, language),
        *(part for cause in found.causes.index for part in _shares(found, str(cause), language)),
        tag("h2", said("worst_off", language)),
        _worst(found, language),
        tag("h2", said("notes", language)),
        tag("ul", *(tag("li", sentence(read_catalog(), one, language)) for one in found.findings)),
        class_="report",
    )
    return printed(head, body, language)


def _causes(found: Synergy, lang: Lang) -> Markup:
    heads = [said(key, lang) for key in ("cause", "apart", "all", "together", "core")]
    rows = [
        [said(str(cause), lang), row["alone"], row["all"], row["together"], tag("span", _core(row["core_empty"], lang))]
        for cause, row in found.causes.iterrows()
    ]
    return grid(heads, rows)


def _core(empty: bool | None, lang: Lang) -> str:
    return said("core_unknown" if empty is None else "core_no" if empty else "core_yes", lang)


def _givers(found: Synergy, lang: Lang) -> Markup | str:
    giving = found.givers()
    names = dict(zip(found.table["player"], found.table["name"], strict=True))
    who = "、".join(f"{one} {names[one]}" for one in giving)
    return tag("p", isolated(said("givers", lang).format(who=who))) if giving else ""


def _shares(found: Synergy, cause: str, lang: Lang) -> list[Markup]:
    rows = found.table[found.table["cause"] == cause]
    if not len(rows):
        return []
    columns = [column for column in _SHARES if rows[column].notna().any() and (column != "error" or rows[column].any())]
    heads = [said("player", lang), said("player", lang), *(said(column, lang) for column in (*columns, "bill_yuan"))]
    cells = [
        [f"{row['player']}", str(row["name"]), *(row[column] for column in (*columns, "bill_yuan"))]
        for row in rows.to_dict("records")
    ]
    return [tag("h2", said(cause, lang)), grid(heads, cells, texts=2)]


def _worst(found: Synergy, lang: Lang) -> Markup:
    heads = [said(key, lang) for key in ("cause", "way", "who", "short")]
    rows = [
        [said(row["cause"], lang), said(row["way"], lang), "、".join(row["coalition"]), row["short"]]
        for row in found.worst.to_dict("records")
    ]
    return grid(heads, rows, texts=3)
