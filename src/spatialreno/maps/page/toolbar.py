"""The bar above the map: search, swipe, stages of the works, print."""

from __future__ import annotations

from collections.abc import Sequence

from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang, word


def tools(titles: Sequence[str], lang: Lang) -> Markup:
    """Write the bar of the comparison page.

    Parameters
    ----------
    titles : sequence of str
        Options by position, today first.
    lang : str
        ``zh`` or ``en``.
    """
    parts = [search(lang)]
    if len(titles) > 1:
        parts += [_swipe(titles, lang), _phases(lang)]
    parts.append(tag("button", word("print", lang), type="button", class_="print"))
    parts.append(tag("button", word("print_one", lang), type="button", class_="print-one"))
    return tag("div", *parts, class_="tools", role="toolbar", aria_label=word("tools", lang))


def search(lang: Lang) -> Markup:
    """Write the search box and the list that opens under it."""
    box = tag(
        "input", type="search", class_="search-text", placeholder=word("search", lang), role="combobox",
        aria_label=word("search", lang), aria_expanded="false", aria_controls="found", autocomplete="off",
    )  # fmt: skip
    found = tag("ul", class_="search-list", id="found", role="listbox", hidden=True, aria_label=word("search", lang))
    return tag("div", box, found, class_="search")


def _swipe(titles: Sequence[str], lang: Lang) -> Markup:
    options = [tag("option", isolated_text(title), value=str(place)) for place, title in enumerate(titles)]
    return tag(
        "div",
        tag("label", tag("input", type="checkbox", class_="swipe-on"), " ", word("swipe", lang)),
        tag("select", *options, class_="swipe-other", disabled=True, aria_label=word("swipe_other", lang)),
        class_="swiping",
    )


def _phases(lang: Lang) -> Markup:
    return tag(
        "details",
        tag(
            "summary",
            tag("span", word("stages", lang)),
            tag("input", type="range", class_="phase-range", min="0", max="0", aria_label=word("stages", lang)),
            tag("output", class_="phase-said"),
        ),
        tag("ol", class_="phase-works"),
        class_="phases",
    )  # fmt: skip


def isolated_text(title: str) -> str:
    """Close right-to-left marks of a title where markup cannot stand, as in the rows of a select."""
    return f"\u2068{title}\u2069"

