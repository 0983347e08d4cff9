"""Small bars: people by metres gained and lost, losers in their own colour; the vote of each yard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.maps.content.people_sections import say_matter, say_place
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.community import Tally
    from spatialreno.comparison import Comparison

_STEPS_M = (1.0, 50.0, 100.0, 200.0)
_WIDE = 100.0
_MOST_YARDS = 12  # with more the hardest are shown, and the others folded


def metres_bars(options: Comparison, key: str, lang: Lang) -> Markup:
    """Draw how many residents come nearer and how many farther, by the most metres on one kind of facility."""
    gained = options.gained.get(key)
    if gained is None or gained.empty or gained["nearer_m"].isna().all():
        return Markup("")
    rows = [("farther", "-worse", *row) for row in reversed(_binned(gained, "farther_m"))]
    rows += [("nearer", "-better", *row) for row in _binned(gained, "nearer_m")]
    most = max((people for *_, people in rows), default=0.0)
    if not most:
        return Markup("")
    lines = [
        tag(
            "tr",
            tag("th", f"{word(side, lang)} {said} m", scope="row"),
            tag("td", _bar([(people / most, colour)]), class_="bar"),
            tag("td", number(people, 0)),
        )
        for side, colour, said, people in rows
        if people
    ]
    if not any(people for side, *_, people in rows if side == "farther"):
        nobody = tag("th", word("nobody_farther", lang), scope="row")
        lines.append(tag("tr", nobody, tag("td", _bar([]), class_="bar"), tag("td", "0")))
    caption = tag("caption", word("metres_people", lang))
    return tag("table", caption, tag("tbody", *lines), class_="bars")


def _binned(gained: pd.DataFrame, column: str) -> list[tuple[str, float]]:
    metres, people = gained[column].astype("float64"), gained["residents"].astype("float64")
    found = []
    for low, high in zip(_STEPS_M, (*_STEPS_M[1:], float("inf")), strict=True):
        said = f"{low:g}–{high:g}" if high < float("inf") else f"≥ {low:g}"
        found.append((said, float(people[(metres >= low) & (metres < high)].sum())))
    return found


def vote_bars(options: Comparison, key: str, lang: Lang) -> Markup:
    """Draw the votes of owners, a line a yard and a column a matter: agreed, against, and how many are missing."""
    found = options.consents.get(key)
    if found is None or not found.counts:
        return Markup("")
    counts = {tuple(name.split(":", 1)): tally for name, tally in found.counts.items()}
    matters = list(dict.fromkeys(matter for matter, _ in counts))
    places = list(dict.fromkeys(place for _, place in counts))
    places.sort(key=lambda place: -sum(len(tally.to_win) for (_, own), tally in counts.items() if own == place))
    heads = [word("place", lang), *(say_matter(matter, options, lang) for matter in matters)]
    head = tag("thead", tag("tr", *(tag("th", isolated(name), scope="col") for name in heads)))
    lines = [
        tag("tr", tag("th", isolated(say_place(place, options)), scope="row"),
            *(_vote(counts.get((matter, place)), lang) for matter in matters))
        for place in places
    ]  # fmt: skip
    caption = tag("caption", word("vote_key", lang))
    table = tag("table", caption, head, tag("tbody", *lines[:_MOST_YARDS]), class_="bars votes")
    if not (rest := lines[_MOST_YARDS:]):
        return table
    told = tag("summary", word("more_yards", lang).format(n=len(rest)))
    return joined(table, tag("details", told, tag("table", head, tag("tbody", *rest), class_="bars votes")))


def _vote(tally: Tally | None, lang: Lang) -> Markup:
    if tally is None:
        return tag("td", class_="bar")
    if tally.uncounted:
        return tag("td", tag("small", word("vote_uncounted", lang), class_="short"), class_="bar")
    whole = max(tally.heads, 1)
    shares = [(tally.agreed_heads / whole, "-better"), (tally.against / whole, "-worse")]
    said = f"{tally.agreed_heads} / {tally.against} / {max(tally.heads - tally.voted_heads, 0)}"
    state = word("vote_passed" if tally.passed else "votes_short", lang).format(n=len(tally.to_win))
    told = tag("small", state, class_="passed" if tally.passed else "short")
    return tag("td", _bar(shares), told, class_="bar", title=f"{word('vote_bar', lang)}: {said}")


def _bar(shares: list[tuple[float, str]]) -> Markup:
    """Put parts of a bar side by side; what is left of it is empty."""
    parts, at = [], 0.0
    for share, colour in shares:
        width = _WIDE * max(share, 0.0)
        parts.append(tag("rect", x=f"{at:.1f}", width=f"{width:.1f}", height="8", class_=f"part{colour}"))
        at += width
    return tag("svg", *parts, viewBox=f"0 0 {_WIDE:g} 8", preserveAspectRatio="none", aria_hidden="true")
