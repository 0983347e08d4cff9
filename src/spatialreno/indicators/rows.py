"""Tidy rows of findings: how a measure hands back its numbers and how they become one table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import nan
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pandas as pd

from spatialreno.area import refuse_unknown
from spatialreno.errors import refuse_other_languages

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog, Standard

_KEY = ["level", "place", "indicator"]
_THRESHOLD = re.compile(r"\{(gain_m|gain_points):g\}")  # a title of one's own may hold other braces


class Row(NamedTuple):
    """One finding: an indicator of one place, the figure it is held to, and what it rests on."""

    level: str
    place: str
    indicator: str
    value: float
    target: float = nan
    source: str = ""
    mark: str = ""


class Cited(Protocol):
    """A row of a standard that says where it comes from and how sure it is."""

    @property
    def clause(self) -> str:
        """Name the clause."""

    @property
    def confidence(self) -> str:
        """Say how sure the number is."""


def cite(norm: Standard, *rows: Cited) -> str:
    """Name the clauses that findings rest on, each with its confidence."""
    return f"{norm.name} " + " + ".join(f"{row.clause} ({row.confidence})" for row in rows)


def surveyed(area: StudyArea, layer: str) -> bool:
    """Tell whether anything is known of a layer; one that was emptied by a plan is known to be empty."""
    return bool(len(area.layer(layer)) or len(area.survey.layer(layer)))


def marks(*, estimated: bool = False, inferred: bool = False) -> str:
    """Join the marks that are shown beside a finding."""
    return ",".join(name for name, on in (("estimated", estimated), ("inferred", inferred)) if on)


def tidy(rows: Iterable[Row], catalog: Catalog) -> pd.DataFrame:
    """Put findings into one table, with units and the verdict against the target.

    Returns
    -------
    pandas.DataFrame
        Index (level, place, indicator), sorted; level is area, block, building or compound. Columns value,
        unit, target, meets (boolean, missing without value or target), source, mark.
    """
    frame = pd.DataFrame(list(rows), columns=list(Row._fields))
    frame = frame.astype({name: "float64" if name in ("value", "target") else "str" for name in Row._fields})
    entry = catalog.indicators.loc[[str(name).partition(":")[0] for name in frame["indicator"]]]
    frame["unit"] = entry["unit"].astype("str").array
    sign = entry["better"].map({"up": 1.0, "down": -1.0}).to_numpy()
    gap = (frame["value"] - frame["target"]) * sign
    frame["meets"] = (gap >= 0).astype("boolean").mask(gap.isna())
    return frame.set_index(_KEY).sort_index()[["value", "unit", "target", "meets", "source", "mark"]]


def indicator_title(catalog: Catalog, indicator: str, *, lang: str = "zh", norm: Standard | None = None) -> str:
    """Name an indicator for people, with the kind, level or basket that it speaks of.

    Parameters
    ----------
    catalog
        Where the words are.
    indicator
        Such as ``score`` or ``covered:kindergarten``.
    lang
        ``zh`` or ``en``.
    norm
        The standard whose levels and baskets have titles; without it their keys are shown.

    Returns
    -------
    str
        The title, with the thresholds of the catalog in it.

    Raises
    ------
    InputError
        For an unknown indicator or language; the nearest words are named.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> indicator_title(read_catalog(), "covered:kindergarten")
    '步行可达居民占比：幼儿园'
    """
    refuse_other_languages(lang, "indicators")
    column = f"title_{lang}"
    base, _, subject = indicator.partition(":")
    if not subject or catalog.entry("indicators", indicator):
        return _worded(catalog, indicator, column)
    name = _subject_title(catalog, subject, column, norm)
    if norm is not None and base in ("level_all", "level_mean") and subject in norm.levels:
        judged, every = norm.due(subject)
        whole = f"{judged}/{every} 类" if lang == "zh" else f"{judged} of {every} kinds"
        name += f"（{whole}）" if lang == "zh" else f" ({whole})"
    return _worded(catalog, base, column) + ("：" if lang == "zh" else ": ") + name


def _worded(catalog: Catalog, indicator: str, column: str) -> str:
    """Give a title with its thresholds: ``{gain_m:g}`` stands for that constant of the catalog."""
    row = catalog.entry("indicators", indicator)
    if not row:
        refuse_unknown([indicator], catalog.indicators.index, what="indicators", noun="indicator of the catalog")
    title = str((row or {})[column])
    return _THRESHOLD.sub(lambda found: f"{catalog.constants[found[1]]:g}", title)


def _subject_title(catalog: Catalog, subject: str, column: str, norm: Standard | None) -> str:
    known = catalog.entry("facilities", subject)
    if known:
        return str(known[column])
    titled = {**norm.levels, **{b.id: b for b in norm.baskets}} if norm else {}
    return str(getattr(titled[subject], column)) if subject in titled else subject
