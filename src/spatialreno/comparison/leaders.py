"""The leaders' table (汇报一张表): at most fourteen rows in groups, every figure as it may be read out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import Finding, sentence
from spatialreno.comparison.sheet import Sheet
from spatialreno.errors import refuse_other_languages

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard

UNKNOWN = "—"
_LANE = "lane_width_m"
_MOST_LANES = 3
_LARGE = 100  # from which a figure is told whole
_FINEST = 4  # decimals of 10 000 yuan that come to a yuan
_BETWEEN = " / "
Cell = float | str
_ILLEGAL = ("illegal_demolished_m2", "illegal_m2")
_ALONE = {True: "today", False: "plans"}  # rows about options say nothing of an area by itself, and the other way round
#: What a figure leaves out: the indicator that counts it, and how it is told beside.
_BESIDE = {
    **dict.fromkeys(_ILLEGAL, ("listed_count:illegal", "leaders_listed")),
    "parties_asked": ("ownerless", "leaders_ownerless"),
    "votes_asked": ("votes_uncounted", "leaders_uncounted"),
}


@dataclass(frozen=True)
class Told:
    """One figure of one option: rounded to what it bears, as it is written, and what is told beside it.

    Attributes
    ----------
    value
        The rounded figure; missing where it is not known.
    text
        As it is written; a lane tells before and after.
    beside
        In brackets behind it, such as what has no price.
    """

    value: float
    text: str
    beside: str = ""


@dataclass(frozen=True)
class LeaderFigure:
    """One figure of a row, in every option.

    Attributes
    ----------
    title, unit
        Its own.
    told
        One for each option, today first.
    changes
        Whether it tells before and after, and is no size.
    """

    title: str
    unit: str
    told: tuple[Told, ...]
    changes: bool = False


@dataclass(frozen=True)
class LeaderRow:
    """One row of the leaders' table, its figures one by one.

    Attributes
    ----------
    group
        One of 拆 腾 建 人 钱 难, of today alone 现 or 人.
    title, unit
        Of the row as a whole.
    stem
        What stands before the titles of its figures.
    figures
        In order; none where there is nothing to tell.
    form
        How the figures stand in one cell, ``{} / {}``.
    named
        Whether each figure stands in the cell behind its own title, as lanes do.
    more
        What the row leaves out, told last.
    """

    group: str
    title: str
    unit: str
    stem: str
    figures: tuple[LeaderFigure, ...]
    form: str
    named: bool = False
    more: str = ""

    def cell(self, at: int) -> Cell:
        """Put the figures of one option into one cell: a number, or a text where there are several.

        Parameters
        ----------
        at
            Place of the option, today first: 0 is today.

        Returns
        -------
        float or str
            ``—`` where nothing is known.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> [row.cell(1) for row in options.leader_rows(lang="en")[:2]]
        [68, 0]
        """
        told = [figure.told[at] for figure in self.figures]
        beside = "".join(one.beside for one in told) + self.more
        if self.named and told:
            return self.form.format(*(f"{f.title} {f.told[at].text}" for f in self.figures)) + beside
        if all(one.text == UNKNOWN for one in told):
            return UNKNOWN + beside
        if len(told) == 1 and not beside:
            return told[0].value
        return self.form.format(*(one.text for one in told)) + beside


@dataclass(frozen=True)
class Figures:
    """What the table is made of: indicators down, options across, and the words of the area.

    Attributes
    ----------
    values
        Index indicator, a column an option; today first.
    today
        The area as it is.
    norm
        The standard all were held to.
    lang
        ``zh`` or ``en``.
    """

    values: pd.DataFrame
    today: StudyArea
    norm: Standard
    lang: str

    def table(self, *, codes: bool = False) -> Sheet:
        """Lay the rows of the catalog out, under their titles or the catalog's own names of them."""
        rows = self.rows()
        options = [str(option) for option in self.values.columns]
        cells = [
            {"group": row.group, "unit": row.unit, **{option: row.cell(at) for at, option in enumerate(options)}}
            for row in rows
        ]
        titles = pd.Index([row.title for row in rows], name="指标" if self.lang == "zh" else "indicator")
        index = pd.Index([row["row"] for row in self._of_catalog()], name="row") if codes else titles
        return Sheet(pd.DataFrame(cells, index=index, columns=["group", "unit", *options], dtype=object))

    def rows(self) -> list[LeaderRow]:
        """Take the rows of the catalog, each with its figures: what options do, or of today alone what stands."""
        refuse_other_languages(self.lang, "options")
        return [self._row(row) for row in self._of_catalog()]

    def _of_catalog(self) -> list[dict[str, str]]:
        told = ("", _ALONE[len(self.values.columns) == 1])
        return [row for row in self.today.catalog.rows("leaders") if row["when"] in told]

    def _row(self, row: Mapping[str, str]) -> LeaderRow:
        names, lang = row["indicators"].split("|"), self.lang
        titles = row[f"title_{lang}"].format(**self.today.catalog.constants, basket=self._basket).split("|")
        units = row[f"unit_{lang}"].split("|")
        group = self.today.catalog.word("", "leaders", row["group"], lang)
        if names == [_LANE]:
            return self._lanes(group, row[f"stem_{lang}"] + titles[0], units[0])
        by = [float(n) for n in row["divide"].split("|") if n] or [1.0] * len(names)
        form = row[f"form_{lang}"] or _BETWEEN.join(["{}"] * len(names))
        unit = units[0] if len(units) == 1 else form.format(*units)
        units = units * len(names) if len(units) == 1 else units
        figures = tuple(
            LeaderFigure(title, one, tuple(self._told(name, str(option), n) for option in self.values.columns))
            for name, title, one, n in zip(names, titles, units, by, strict=True)
        )
        stem = row[f"stem_{lang}"] + (" " if lang == "en" and row["stem_en"] else "")
        return LeaderRow(group, stem + form.format(*titles), unit, stem, figures, form)

    @property
    def _basket(self) -> str:
        """Name the basket whose gains are told."""
        baskets = self.norm.baskets
        return str(getattr(baskets[0], f"title_{self.lang}")) if baskets else UNKNOWN

    def _told(self, name: str, option: str, divide: float) -> Told:
        """Round one figure to what it bears; unknown is a dash, never 0."""
        beside = self._beside(name, option)
        key = self._key(name)
        value = self._value(key, option)
        if math.isnan(value):
            return Told(math.nan, UNKNOWN, beside)
        known = self.today.catalog.indicators
        stem = key if key in known.index else key.partition(":")[0]
        decimals = int(str(known.at[stem, "decimals"]))
        if known.at[stem, "unit"] == "share":
            value, decimals = 100 * value, max(decimals - 2, 0)
        elif divide > 1:
            value = value / divide
            decimals = 0 if abs(value) >= _LARGE else _decimals(value)
        rounded = round(value, decimals) + 0.0 if decimals else round(value)  # no minus zero
        return Told(rounded, _written(rounded, decimals if decimals > 1 else 0), beside)

    def _value(self, key: str, option: str) -> float:
        if key not in self.values.index:
            return math.nan
        value: Any = self.values.at[key, option]
        return float(value)

    def _key(self, name: str) -> str:
        """Find an indicator; one of a basket is that of the first basket."""
        baskets = [f"{name}:{basket.id}" for basket in self.norm.baskets[:1]]
        return next((key for key in (name, *baskets) if key in self.values.index), "")

    # ---- what is told beside a figure

    def _beside(self, name: str, option: str) -> str:
        """Tell in brackets what a figure leaves out; nothing where it leaves out nothing."""
        if name == "cost_yuan":
            missing, unmeasured = self._count("unpriced", option), self._count("unmeasured", option)
            return self._left_out(missing - unmeasured, unmeasured)
        key, finding = _BESIDE.get(name, ("", ""))
        count = self._count(key, option)
        if not count:
            return ""
        floor = self._told("listed_m2:illegal", option, 1.0).text if name in _ILLEGAL else ""
        return self._bracketed(finding, count=_written(count), floor=floor)

    def _left_out(self, unpriced: int, unmeasured: int) -> str:
        if not unmeasured:
            return self._bracketed("leaders_unpriced", count=unpriced) if unpriced else ""
        if not unpriced:
            return self._bracketed("leaders_unmeasured", count=unmeasured)
        return self._bracketed("leaders_left_out", count=unpriced, more=unmeasured)

    def _count(self, key: str, option: str) -> int:
        value = self._value(key, option)
        return int(value) if value > 0 else 0

    def _bracketed(self, finding: str, **values: object) -> str:
        told = sentence(self.today.catalog, Finding(finding, values), self.lang)
        return told if self.lang == "zh" else f" {told}"

    # ---- lanes

    def _lanes(self, group: str, title: str, unit: str) -> LeaderRow:
        """Tell each widened lane: before, and after where the option changes it."""
        keys = [str(key) for key in self.values.index if str(key).startswith(f"{_LANE}:")]
        figures = tuple(self._lane(key, unit) for key in keys[:_MOST_LANES])
        mark = "；" if self.lang == "zh" else "; "
        more = len(keys) - _MOST_LANES
        left = mark + sentence(self.today.catalog, Finding("leaders_lanes", {"count": more}), self.lang)
        form = mark.join(["{}"] * len(figures))
        return LeaderRow(group, title, unit, f"{title} ", figures, form, named=True, more=left if more > 0 else "")

    def _lane(self, key: str, unit: str) -> LeaderFigure:
        path = key.partition(":")[2]
        name = self.today.paths["name"].get(path)
        widths = [self._told(key, str(option), 1.0) for option in self.values.columns]
        before = _metres(widths[0])
        told = tuple(replace(one, text=" → ".join(dict.fromkeys((before, _metres(one))))) for one in widths)
        changes = any(one.text != before for one in told)
        return LeaderFigure(name if isinstance(name, str) else path, unit, told, changes)


def _metres(one: Told) -> str:
    return one.text if math.isnan(one.value) else _written(one.value, 1)


def _decimals(value: float) -> int:
    """Say how many decimals of 10 000 yuan a sum needs so that what is not nothing is not written as 0."""
    return next((n for n in range(1, _FINEST) if round(value, n)), _FINEST if value else 1)


def _written(value: float, decimals: int = 0) -> str:
    """Write a figure with groups of thousands, and decimals where it has any."""
    return f"{value:,.{max(decimals, 0 if value == round(value) else 1)}f}"
