"""The leaders' table (汇报一张表): at most fourteen rows in six groups, every figure as it may be read out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import Finding, sentence
from spatialreno.comparison.sheet import Sheet
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard

UNKNOWN = "—"
_LANE = "lane_width_m"
_MOST_LANES = 3
_LARGE = 100  # from which a figure is told whole
Cell = float | str


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

    def table(self) -> Sheet:
        """Lay the rows of the catalog out."""
        refuse_other_languages(self.lang)
        rows, titles = [], []
        words = {**self.today.catalog.constants, "basket": self._basket}
        for row in self.today.catalog.rows("leaders"):
            group = self.today.catalog.word("", "leaders", row["group"], self.lang)
            titles.append(row[f"title_{self.lang}"].format(**words))
            cells = {str(option): self._cell(row, str(option)) for option in self.values.columns}
            rows.append({"group": group, "unit": row[f"unit_{self.lang}"], **cells})
        index = pd.Index(titles, name="指标" if self.lang == "zh" else "indicator")
        return Sheet(pd.DataFrame(rows, index=index, columns=["group", "unit", *self.values.columns], dtype=object))

    @property
    def _basket(self) -> str:
        """Name the basket whose gains are told."""
        baskets = self.norm.baskets
        return str(getattr(baskets[0], f"title_{self.lang}")) if baskets else UNKNOWN

    def _cell(self, row: Mapping[str, str], option: str) -> Cell:
        names = row["indicators"].split("|")
        if names == [_LANE]:
            return self._lanes(option)
        by = [float(n) for n in row["divide"].split("|") if n] or [1.0] * len(names)
        parts = [self._figure(name, option, n) for name, n in zip(names, by, strict=True)]
        if len(parts) == 1:
            more = self._listed(option) if names == ["illegal_demolished_m2"] else ""
            return f"{_written(parts[0])}{more}" if more else parts[0]
        told = [part if isinstance(part, str) else _written(part) for part in parts]
        if all(part == UNKNOWN for part in told):
            return UNKNOWN
        return _joined(told, row[f"unit_{self.lang}"]) + (self._unpriced(option) if "cost_yuan" in names else "")

    def _figure(self, name: str, option: str, divide: float) -> Cell:
        """Round one figure to what it bears; unknown is a dash, never 0."""
        key = self._key(name)
        value = self._value(key, option)
        if math.isnan(value):
            return UNKNOWN
        known = self.today.catalog.indicators
        stem = key if key in known.index else key.partition(":")[0]
        decimals = int(str(known.at[stem, "decimals"]))
        if known.at[stem, "unit"] == "share":
            value, decimals = 100 * value, max(decimals - 2, 0)
        elif divide > 1:
            value = value / divide
            decimals = 0 if abs(value) >= _LARGE else 1
        return round(value, decimals) + 0.0 if decimals else round(value)  # no minus zero

    def _value(self, key: str, option: str) -> float:
        if key not in self.values.index:
            return math.nan
        value: Any = self.values.at[key, option]
        return float(value)

    def _key(self, name: str) -> str:
        """Find an indicator; one of a basket is that of the first basket."""
        baskets = [f"{name}:{basket.id}" for basket in self.norm.baskets[:1]]
        return next((key for key in (name, *baskets) if key in self.values.index), "")

    def _unpriced(self, option: str) -> str:
        count = self._value("unpriced", option)
        if not count > 0:
            return ""
        return self._beside("leaders_unpriced", count=count)

    def _beside(self, finding: str, **values: object) -> str:
        """Tell something in brackets beside a figure."""
        told = sentence(self.today.catalog, Finding(finding, values), self.lang)
        return told if self.lang == "zh" else f" {told}"

    def _listed(self, option: str) -> str:
        """Tell what stands only on a list, and on no map: no option can take it down yet."""
        count, floor = (self._figure(f"listed_{what}:illegal", option, 1.0) for what in ("count", "m2"))
        if isinstance(count, str) or not count > 0:
            return ""
        return self._beside("leaders_listed", count=_written(count), floor=_written(floor))

    def _lanes(self, option: str) -> str:
        """Tell each widened lane: before, and after where the option changes it."""
        keys = [str(key) for key in self.values.index if str(key).startswith(f"{_LANE}:")]
        told = [self._lane(key, option) for key in keys[:_MOST_LANES]]
        more = len(keys) - _MOST_LANES
        if more > 0:
            told.append(sentence(self.today.catalog, Finding("leaders_lanes", {"count": more}), self.lang))
        return ("；" if self.lang == "zh" else "; ").join(told) or UNKNOWN

    def _lane(self, key: str, option: str) -> str:
        path = key.partition(":")[2]
        name = self.today.paths["name"].get(path)
        before, after = (self._figure(key, which, 1.0) for which in (str(self.values.columns[0]), option))
        said = " → ".join(dict.fromkeys(_written(v, 1) for v in (before, after)))
        return f"{name if isinstance(name, str) else path} {said}"


def _written(value: str | float, decimals: int = 0) -> str:
    """Write a figure with groups of thousands, and decimals where it has any."""
    if isinstance(value, str):
        return value
    return f"{value:,.{max(decimals, 0 if value == round(value) else 1)}f}"


def _joined(parts: list[str], unit: str) -> str:
    """Set parts side by side, as the unit sets theirs: a / b（c） or a / b；c."""
    if unit.endswith(("（户）", "(households)")):
        brackets = "（{}）" if unit.endswith("）") else " ({})"
        return " / ".join(parts[:-1]) + brackets.format(parts[-1])
    for mark in ("；", "; "):
        if mark in unit:
            return " / ".join(parts[:-1]) + mark + parts[-1]
    return " / ".join(parts)


def refuse_other_languages(lang: str) -> None:
    """Refuse a language in which nothing has a title."""
    if lang not in ("zh", "en"):
        raise InputError(f'options: lang is "{lang}". Use "zh" or "en".')
