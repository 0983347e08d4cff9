"""What a leader takes in within a minute: one sentence an option, by rule and without weights; who is better than whom.

What an option gives, costs and still lacks are a few indicators each. One option dominates another when it is nowhere
worse and somewhere better; where a number is unknown nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spatialreno.maps.content.indicator_tables import option_titles
from spatialreno.maps.words.numbers import borne, short
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.comparison import Comparison

# Indicator → which way is better, and by what it is divided for reading.
_GIVES: Final = {
    "homes_newly_heated": (1, 1.0, 0),
    "basket_gain": (1, 1.0, 0),
    "kind_gain": (1, 1.0, 0),
    "score": (1, 1.0, 1),
}
_COSTS: Final = {"cost_yuan": (-1, 10_000.0, 1), "basket_lose": (-1, 1.0, 0), "kind_lose": (-1, 1.0, 0)}
_LACKS: Final = {"parties_open": (-1, 1.0, 0), "households_missing": (-1, 1.0, 0)}
_ALL: Final = {**_GIVES, **_COSTS, **_LACKS}
# Not in every comparison: no option has heat, the norm names no basket.
_NOT_ALWAYS: Final = ("homes_newly_heated", "basket_gain", "basket_lose", "kind_lose")
# Said once when nobody knows what is reached; that the same people may have left is then said with it.
_UNKNOWN: Final = {
    "kind_gain": "minute_kind_unknown", "score": "minute_score_unknown", "cost_yuan": "minute_cost_nothing",
}  # fmt: skip
_LEFT_OUT: Final = ("unpriced", "unmeasured")  # of the total cost
_MERGED = "blocks"
_TAB_LINES: Final = ("cost_yuan", "people", _MERGED, "households_missing")
_BLANK = "\u00a0"  # today costs nothing, moves nobody and asks nobody
_LARGE = 100.0  # from which a number is told whole, as in the leaders' table


@dataclass(frozen=True)
class Minute:
    """One option in a minute: its numbers, and which options are nowhere worse than it and somewhere better."""

    title: str
    values: Mapping[str, float]
    dominated_by: tuple[str, ...]


def minutes(options: Comparison, lang: Lang) -> dict[str, Minute]:
    """Read the few numbers of each option; today, which does nothing, is no rival."""
    titles = dict(zip(options.areas, option_titles(options, lang), strict=True))
    values = _values(options)
    rivals = {key: found for key, found in values.items() if key != "today"}
    return {
        key: Minute(titles[key], found, tuple(o for o in rivals if key != "today" and dominates(rivals[o], found)))
        for key, found in values.items()
    }


def dominates(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Tell whether ``one`` is nowhere worse than ``other`` and somewhere better; unknown numbers allow no word.

    >>> better, same = {"score": 60.0, "cost_yuan": 5.0}, {"score": 60.0, "cost_yuan": 9.0}
    >>> dominates(better, same), dominates(same, better), dominates(better, {"score": math.nan, "cost_yuan": 9.0})
    (True, False, False)
    """
    gaps = [(one[key] - other[key]) * _ALL[key][0] for key in _ALL if key in one and key in other]
    return bool(gaps) and all(gap >= 0 for gap in gaps) and any(gap > 0 for gap in gaps)


def sentence(key: str, told: Mapping[str, Minute], lang: Lang) -> str:
    """Say what an option gives, costs and still lacks, and what dominates it; of today, where it stands."""
    own = told[key]
    if key == "today":
        stands = {name: _said(name, own.values.get(name, math.nan), lang) for name in ("score", _MERGED)}
        unknown = "_unknown" if math.isnan(own.values.get("score", math.nan)) else ""
        return word(f"minute_today{unknown}", lang).format(title=own.title, **stands)
    groups = [[_part(name, own, told["today"], lang) for name in names] for names in (_GIVES, _COSTS, _LACKS)]
    clauses = [word("minute_joint", lang).join(filter(None, parts)) for parts in groups]
    said = word("minute_clause", lang).join(filter(None, clauses))
    rivals = [_better(told[rival], own, lang) for rival in own.dominated_by]
    return word("minute", lang).format(title=own.title, parts=said) + "".join(rivals)


def tab_lines(key: str, told: Mapping[str, Minute], lang: Lang) -> list[str]:
    """Say under a thumbnail, a line each: cost, people who gain and lose, blocks, households still to be won."""
    own = told[key].values
    keys = ("cost_yuan", "basket_gain", "basket_lose", _MERGED, "households_missing")
    said = {name: _said(name, own.get(name, math.nan), lang) for name in keys}
    moved = "people_unknown" if math.isnan(own.get("basket_gain", math.nan)) else "people"
    told_as = {"people": moved}
    lines = {name: word(f"minute_tab_{told_as.get(name, name)}", lang).format(**said) for name in _TAB_LINES}
    return [line if key != "today" or name == _MERGED else _BLANK for name, line in lines.items()]


def _part(name: str, own: Minute, today: Minute, lang: Lang) -> str:
    value = own.values.get(name, math.nan)
    if name == "score":
        value -= today.values.get(name, math.nan)
    if math.isnan(value) and name in _UNKNOWN:
        unpriced = name == "cost_yuan" and any(own.values.get(part, 0.0) > 0 for part in _LEFT_OUT)
        return word("minute_cost_unknown" if unpriced else _UNKNOWN[name], lang)
    nowhere = name in _NOT_ALWAYS and math.isnan(value)
    if name == "kind_lose" and value == 0 and not own.values.get("basket_lose", math.nan) > 0:
        return word("minute_nobody_loses", lang)
    if nowhere or (value == 0 and name not in {"cost_yuan", "kind_lose"}):
        return ""
    if name == "score" and value > 0:
        return word("minute_score", lang).format(n=f"+{_said(name, value, lang)}")
    return word(f"minute_{name}", lang).format(n=_said(name, value, lang))


def _better(rival: Minute, own: Minute, lang: Lang) -> str:
    differs = [
        word(f"minute_{name}", lang).format(n=f"{_said(name, rival.values[name], lang)} / {_said(name, value, lang)}")
        for name, value in own.values.items()
        if name in _ALL and rival.values[name] != value
    ]
    joint = word("minute_joint", lang).join(differs)
    return word("minute_dominated", lang).format(title=own.title, rival=rival.title, differs=joint)


def _said(name: str, value: float, lang: Lang) -> str:
    _, divisor, decimals = _ALL.get(name, (1, 1.0, 0))
    whole = divisor > 1 and abs(value / divisor) >= _LARGE
    told = borne(value / divisor, decimals) if divisor > 1 else decimals
    return word("none", lang) if math.isnan(value) else short(value / divisor, 0 if whole else told)


def _values(options: Comparison) -> dict[str, dict[str, float]]:
    found = options.table()["value"].astype("float64")
    values = {}
    for key in options.areas:
        own = found.xs(key, level="option")
        own = own[own.index.get_level_values("level").isin(["area", "plan"])].droplevel(["level", "place"])
        read = {name: _read(own, name) for name in ("parties_asked", "parties_signed", _MERGED, *_LEFT_OUT, *_ALL)}
        read["parties_open"] = read.pop("parties_asked") - read.pop("parties_signed")
        values[key] = read
    return values


def _read(own: pd.Series[float], name: str) -> float:
    """Read an indicator; one of a basket is that of the norm's first basket, as in the leaders' table."""
    first = next((key for key in own.index if key == name or key.startswith(f"{name}:")), None)
    return math.nan if first is None else float(own[first])
