"""The table of a resident's sheet: a line a building, walks before and after; what is too much is a line of ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.maps.residents.facts import Yard, ranged
from spatialreno.maps.residents.yard_map import shortened
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.resident_words import told
from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Most lines of buildings; the others share one line that tells from where to where.
MOST_LINES = 10
_NAME = 12
_DASH = "—"
_FIRE = ("pass", "ask", "fail")
_SAME_MIN = 0.05


def homes_table(yard: Yard, kinds: Mapping[str, Mapping[str, str]], lang: Lang) -> Markup:
    """Write the table of one yard: its buildings by name, and what they come to."""
    homes = yard.homes.sort_values("name", key=lambda names: names.astype("str").map(_order), kind="stable")
    shown = homes if len(homes) <= MOST_LINES else homes.iloc[: MOST_LINES - 1]
    lines = [_line([row], shortened(row["name"], _NAME), kinds, lang) for row in shown.to_dict("records")]
    rest = homes.iloc[len(shown) :].to_dict("records")
    if rest:
        lines.append(_line(rest, told("rest", lang, n=len(rest)), kinds, lang))
    return tag(
        "table", _heads(kinds, lang), tag("tbody", *lines), tag("tfoot", _sums(yard, len(kinds), lang)), class_="homes"
    )


def _order(name: str) -> tuple[int, str]:
    """Sort 2号楼 before 10号楼."""
    digits = "".join(letter for letter in name if letter.isascii() and letter.isdigit())
    return (int(digits[:9]) if digits else 10**9, name)


def _heads(kinds: Mapping[str, Mapping[str, str]], lang: Lang) -> Markup:
    def head(key: str, **more: object) -> Markup:
        return tag("th", told(key, lang), scope="col", rowspan="2" if kinds else None, **more)

    first = tag(
        "tr", head("building", class_="text"), head("households"), head("heat"), head("lift"),
        tag("th", told("walks", lang), scope="colgroup", colspan=str(len(kinds))) if kinds else "",
        head("within"), head("fire"), head("each"), head("whole"),
    )  # fmt: skip
    titles = [shortened(row[f"title_{lang}"] or row["kind"], 16) for row in kinds.values()]
    second = tag("tr", *(tag("th", title, scope="col") for title in titles)) if kinds else ""
    return tag("thead", first, second)


def _line(rows: Sequence[dict[Any, Any]], name: str, kinds: Mapping[str, Any], lang: Lang) -> Markup:
    cells = [
        tag("td", _sum(rows, "households")),
        tag("td", _heat(rows, lang)),
        tag("td", _lift(rows)),
        *(_walk(rows, kind, lang) for kind in kinds),
        _within(rows),
        _fire(rows, lang),
        tag("td", _span([r["yuan_household"] for r in rows if r["pays_yuan"] > 0], 0) if _pays(rows) else "0"),
        tag("td", _money(rows)),
    ]
    return tag("tr", tag("th", tag("bdi", name), scope="row"), *cells)


def _pays(rows: Sequence[dict[Any, Any]]) -> bool:
    return any(row["pays_yuan"] > 0 for row in rows)


def _money(rows: Sequence[dict[Any, Any]]) -> str:
    """Write what buildings pay; a dash where nothing of it has a price."""
    if not _pays(rows) and any(row["unpriced"] for row in rows):
        return _DASH
    return number(sum(float(row["pays_yuan"]) for row in rows), 0)


def _sum(rows: Sequence[dict[Any, Any]], column: str) -> str:
    value = float(pd.Series([row[column] for row in rows], dtype="float64").sum(min_count=1))
    return _DASH if value != value else number(value, 0)


def _span(values: Sequence[float], digits: int) -> str:
    """Write a number, or from where to where."""
    low, high = ranged(values)
    if low != low:
        return _DASH
    one, other = number(low, digits), number(high, digits)
    return one if one == other else f"{one}–{other}"


def _heat(rows: Sequence[dict[Any, Any]], lang: Lang) -> str:
    new = sum(float(row["heat_new"]) for row in rows)
    if new > 0:
        return told("heat_new", lang, n=number(new, 0))
    said = {"heated" if row["heat_before"] > 0 else "heat_no" for row in rows if row["heat_after"] == row["heat_after"]}
    return "/".join(told(key, lang) for key in sorted(said)) or _DASH


def _lift(rows: Sequence[dict[Any, Any]]) -> str:
    stairs, fits = (pd.Series([row[c] for row in rows], dtype="float64") for c in ("stairs", "lifts_fit"))
    return f"{fits.sum():.0f}/{stairs.sum():.0f}" if stairs.notna().any() else _DASH


def _walk(rows: Sequence[dict[Any, Any]], kind: str, lang: Lang) -> Markup:
    """Write minutes before and after, in the colour of better or worse."""
    before, after = ([row[f"{kind}_{when}"] for row in rows] for when in ("before", "after"))
    known = [one for one in (*before, *after) if one == one]
    if not known:
        return tag("td", told("walk_none", lang), class_="small")
    old, new = (_span(values, 1) if ranged(values)[0] == ranged(values)[0] else told("walk_none", lang)
                for values in (before, after))  # fmt: skip
    if old == new:
        return tag("td", new, class_="same")
    sense = _sense(before, after)
    return tag("td", tag("small", f"{old}→"), tag("b", new), class_=sense)


def _sense(before: Sequence[float], after: Sequence[float]) -> str:
    """Tell whether walks become shorter; some shorter and some longer is neither."""
    far = 1e6
    pairs = [(one if one == one else far, two if two == two else far) for one, two in zip(before, after, strict=True)]
    nearer, farther = (any(side * (two - one) > _SAME_MIN for one, two in pairs) for side in (-1, 1))
    return "" if nearer == farther else "better" if nearer else "worse"


def _within(rows: Sequence[dict[Any, Any]]) -> Markup:
    came, went = ([row[c] for row in rows] for c in ("kinds_in", "kinds_out"))
    if ranged(came)[0] != ranged(came)[0]:
        return tag("td", _DASH)
    sense = "worse" if ranged(went)[1] > ranged(came)[1] else "better" if ranged(came)[1] > 0 else "same"
    lost = tag("b", _span(went, 0), class_="worse") if ranged(went)[1] > 0 else "0"
    return tag("td", tag("b", _span(came, 0)), tag("small", "／"), lost, class_=sense)


def _fire(rows: Sequence[dict[Any, Any]], lang: Lang) -> Markup:
    worst = [max((_FIRE.index(row[f"fire_{when}"]) for row in rows if row[f"fire_{when}"] in _FIRE), default=None)
             for when in ("before", "after")]  # fmt: skip
    old, new = (None if at is None else told(f"fire_{_FIRE[at]}", lang) for at in worst)
    if new is None or old is None:
        return tag("td", _DASH)
    if old == new:
        return tag("td", new, class_="same")
    better = (worst[1] or 0) < (worst[0] or 0)
    return tag("td", tag("small", f"{old}→"), tag("b", new), class_="better" if better else "worse")


def _sums(yard: Yard, kinds: int, lang: Lang) -> Markup:
    new, rows = yard.sum("heat_new"), yard.homes.to_dict("records")
    cells = [
        tag("td", _sum(rows, "households")),
        tag("td", told("heat_new", lang, n=number(new, 0)) if new > 0 else ""),
        tag("td", _lift(rows)),
        *(tag("td") for _ in range(kinds)),
        *(tag("td") for _ in range(3)),
        tag("td", _money(rows)),
    ]
    return tag("tr", tag("th", told("sum", lang), scope="row"), *cells)
