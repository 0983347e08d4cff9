"""Small bars: people by metres gained and lost, losers in their own colour; the vote of each yard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.maps.content.people_sections import say_matter
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.community import Tally
    from spatialreno.comparison import Comparison

_STEPS_M = (1.0, 50.0, 100.0, 200.0)
_WIDE = 100.0


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
    """Draw each vote of owners: agreed, against, not yet voted, and how many votes are missing."""
    found = options.consents.get(key)
    if found is None or not found.counts:
        return Markup("")
    heads = [word(k, lang) for k in ("place", "vote_bar", "missing_votes")]
    lines = [_vote(say_matter(matter, options, lang), tally, lang) for matter, tally in found.counts.items()]
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    caption = tag("caption", word("vote_key", lang))
    return tag("table", caption, tag("thead", head), tag("tbody", *lines), class_="bars votes")


def _vote(title: str, tally: Tally, lang: Lang) -> Markup:
    whole = max(tally.heads, 1)
    shares = [(tally.agreed_heads / whole, "-better"), (tally.against / whole, "-worse")]
    said = f"{tally.agreed_heads} / {tally.against} / {max(tally.heads - tally.voted_heads, 0)}"
    missing: Any = len(tally.to_win) if not tally.passed else word("vote_passed", lang)
    bar = joined(_bar(shares), tag("small", said))
    return tag("tr", tag("th", isolated(title), scope="row"), tag("td", bar, class_="bar"), tag("td", missing))


def _bar(shares: list[tuple[float, str]]) -> Markup:
    """Put parts of a bar side by side; what is left of it is empty."""
    parts, at = [], 0.0
    for share, colour in shares:
        width = _WIDE * max(share, 0.0)
        parts.append(tag("rect", x=f"{at:.1f}", width=f"{width:.1f}", height="8", class_=f"part{colour}"))
        at += width
    return tag("svg", *parts, viewBox=f"0 0 {_WIDE:g} 8", preserveAspectRatio="none", aria_hidden="true")
