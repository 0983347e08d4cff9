"""One door for words: headings, keys, names and cells are compared as people read them, not as they are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from spatialreno.catalog.catalog import read_catalog

_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad\"'“”‘’`*]+")
_BRACKET = re.compile(r"^(?P<name>.+?)[(\[{<](?P<unit>[^()\[\]{}<>]*)[)\]}>]:?$")
_BRACKETS = str.maketrans("【〔〖「】〕〗」", "(((())))")  # which NFKC leaves as they are
_SAID = re.compile(r"^(?:计量)?单位:?")  # before a unit in brackets
PARTS = "/"  # between the rows of a heading of several rows


def folded(text: object) -> str:
    """Write a word as it is compared: full width as half, small letters, no blanks, line breaks, quotes or stars.

    Parameters
    ----------
    text
        A heading, a name, a cell.

    Returns
    -------
    str
        To be compared with others that were folded, not to be shown.

    Examples
    --------
    >>> folded("小区\\n名称 *"), folded("３号院（北）"), folded("Name")
    ('小区名称', '3号院(北)', 'name')
    """
    return _folded(str(text))


@lru_cache(maxsize=20_000)  # a ledger says the same few words in thousands of cells
def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_BRACKETS)
    return _UNSEEN.sub("", plain).rstrip(":")


@dataclass(frozen=True)
class Unit:
    """What a word for a unit means: what it measures, and how many of the plain unit it is."""

    measure: str
    factor: float


@lru_cache(maxsize=1)
def units() -> dict[str, Unit]:
    """Read the words for units of the catalog, folded; a remark that is no unit measures nothing."""
    return {folded(row["word"]): Unit(row["measure"], float(row["factor"])) for row in read_catalog().rows("units")}


def unit_factor(word: str, unit: str) -> float | None:
    """Tell by what a number in one unit is multiplied to be in another; None when they measure different things.

    Parameters
    ----------
    word
        Unit of the number, as people write it.
    unit
        Unit that is wanted, of the catalog's table ``units``.

    Returns
    -------
    float or None
        The factor: 1 for a remark that is no unit, such as 约.

    Examples
    --------
    >>> unit_factor("万元", "yuan"), unit_factor("㎡", "m2"), unit_factor("人", "household")
    (10000.0, 1.0, None)
    """
    one, two = units().get(folded(word)), units().get(folded(unit))
    if one is None or (one.measure and two is None):
        return None
    if not one.measure:
        return 1.0
    return one.factor / two.factor if two is not None and one.measure == two.measure else None


@dataclass(frozen=True)
class Heading:
    """A heading taken apart: its name, folded, and the unit that stands in brackets behind it."""

    name: str
    unit: str = ""


def heading(text: object) -> Heading:
    """Set a unit in brackets aside, if it is one; other brackets belong to the name.

    Parameters
    ----------
    text
        Of a column, as it was written.

    Returns
    -------
    Heading
        Name and unit, both folded; the unit is empty where none stands there.

    Examples
    --------
    >>> heading("建筑面积（万㎡）"), heading("户数（住宅）")
    (Heading(name='建筑面积', unit='万m2'), Heading(name='户数(住宅)', unit=''))
    >>> heading("户数【单位：户】")
    Heading(name='户数', unit='户')
    """
    plain = folded(text)
    found = _BRACKET.match(plain)
    unit = _SAID.sub("", found["unit"]) if found else ""
    if found and unit in units():
        return Heading(found["name"], unit)
    return Heading(plain)


def find_column(names: Sequence[str], there: Iterable[object]) -> tuple[str, str] | None:
    """Find the column that one of several names means.

    Exactly as written; then folded; then without its unit; then by the last or the first part of a heading of several
    rows, when only one has it.

    Parameters
    ----------
    names
        What it may be called, the likeliest first.
    there
        Columns of the file, as it calls them.

    Returns
    -------
    tuple
        The column as the file calls it, and its unit in brackets (or none); None when there is no such column.

    Examples
    --------
    >>> find_column(["households", "户数"], ["小区名称", "户 数（户）"])
    ('户 数（户）', '户')
    >>> find_column(["住宅"], ["小区名称", "户数/住宅", "户数/商铺"])
    ('户数/住宅', '')
    """
    columns = [str(c) for c in there]
    wanted = list(dict.fromkeys(folded(n) for n in names))
    exact = next((n for n in names if n in columns), None)
    if exact is not None:
        return exact, heading(exact).unit
    for plain in (folded, lambda column: heading(column).name):
        by_name = {plain(c): c for c in reversed(columns)}
        found = next((by_name[n] for n in wanted if n in by_name), None)
        if found is not None:
            return found, heading(found).unit
    for part in (-1, 0):
        parts = [heading(c.split(PARTS)[part]) if PARTS in c else Heading("") for c in columns]
        for name in wanted:
            same = [c for c, p in zip(columns, parts, strict=True) if p.name == name]
            if len(same) == 1:
                return same[0], heading(same[0].split(PARTS)[part]).unit
    return None
