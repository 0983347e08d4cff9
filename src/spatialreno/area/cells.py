"""Cells as people type them: texts, numbers with their units and blanks, yes and no; each reading is told."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatialreno.catalog import unit_factor

_TRUE = frozenset({"true", "1", "1.0", "yes", "y", "t", "是", "有", "√", "✓", "✔", "已"})
_FALSE = frozenset({"false", "0", "0.0", "no", "n", "f", "否", "无", "×", "✗", "✘", "未"})
_MOST_EXACT = 2.0**53  # beyond this a float no longer tells whole numbers apart
_NOTHING = frozenset(
    {"-", "--", "—", "——", "–", "―", "_", "/", "\\", "//", ".", "…", "无", "暂无", "不详", "未知", "不明", "待定",
     "待核实", "待核", "待查", "待补", "待补充", "待统计", "未统计",
     "暂缺", "不清", "没有", "空", "缺", "n/a", "na", "nan", "null", "none", "nil", "?"}
)  # fmt: skip
_ROUGH = re.compile(r"^(?:大约|大概|约计|约|近|~|≈|>|≥|超)|(?:左右|上下|以上|余|多|\+)(?=[^\d]*$)")
_NUMBER = re.compile(r"^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(.*)$")
_YEAR = re.compile(r"^((?:1[89]|20)\d\d)(?:年代?初?|[年./-]\d{1,2}(?:[月./-](?:\d{1,2}日?)?)?(?:[ t].*)?)?$")
_CHINESE_YEAR = re.compile(r"^([一二][〇零一二三四五六七八九]{3})(?=年|$)")
_ABOUT_YEAR = re.compile(r"(?:前后|(?<!年代)[初中底末]|以?[前后])$")
_DECADE = re.compile(r"^(?:(?:上世纪|20世纪)?(1[89]|20)?(\d)0|(?:上世纪)?([一二三四五六七八九])十)年代([初中末])?$")
_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = re.compile(r"^([〇零一二两三四五六七八九十百千]+)(.*)$")
_SHOWN = 3


@dataclass
class Numbers:
    """Numbers read from cells.

    Attributes
    ----------
    values
        The numbers; NaN where nothing is said, or where it could not be read.
    lost
        Rows whose cell could not be read.
    rough
        Rows whose cell says about how many.
    told
        What was read as what, by reason.
    """

    values: pd.Series[Any]
    lost: pd.Series[bool]
    rough: pd.Series[bool]
    told: list[str] = field(default_factory=list)


def texts(raw: pd.Series[Any]) -> pd.Series[Any]:
    """Read cells as text; whole numbers lose their point, blanks become nothing, and so do lists and tables.

    Parameters
    ----------
    raw
        Cells of any type, as a file gave them.

    Returns
    -------
    Series of str
        With the index given; missing where a cell says nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> texts(pd.Series([" 3号楼 ", 12.0, "", None, ["a"]])).tolist()
    ['3号楼', '12', nan, nan, nan]
    """
    if isinstance(raw.dtype, pd.StringDtype):
        plain = raw.str.strip()
        return plain if (plain != "").all() else plain.where(plain != "")

    def text(value: object) -> str | None:
        if value is None or value is pd.NA or isinstance(value, (list, dict, tuple, set, bytes)):
            return None
        if isinstance(value, float) and not np.isfinite(value):
            return None if np.isnan(value) else str(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a column of whole numbers with a gap arrives as floats
        return str(value).strip() or None

    return pd.Series([text(v) for v in raw], index=raw.index, dtype="str")


def half_characters(frame: pd.DataFrame) -> dict[str, npt.NDArray[np.int_]]:
    """Find the rows of each column whose text holds half a character, which no script can write.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    dict of str to array of int
        Positions of such rows by column; columns that are whole are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> half_characters(pd.DataFrame({"name": pd.Series(["一号院", "\\ud800"], dtype=object), "storeys": [5, 6]}))
    {'name': array([1])}
    """
    found = {}
    for n, (column, kind) in enumerate(zip(frame.columns, list(frame.dtypes), strict=True)):
        if isinstance(kind, pd.api.extensions.ExtensionDtype) or kind.kind != "O":
            continue  # text that is stored as text is whole
        cells = frame.iloc[:, n].to_numpy(dtype=object)
        rows = np.flatnonzero([isinstance(v, str) and not _is_whole(v) for v in cells])
        if len(rows):
            found[str(column)] = rows
    return found


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_numbers(raw: pd.Series[Any], unit: str = "", factor: float = 1.0) -> Numbers:
    """Read cells as numbers, as people write them.

    ``1,060``, full-width digits, ``60户``, ``80%``, ``1998年`` and ``六`` have one meaning each; ``约60`` is read and
    marked as rough; ``-``, ``/`` and ``无`` say nothing. All else that is no number is lost, for the caller to refuse.

    Parameters
    ----------
    raw
        Cells of any type.
    unit
        Unit of the column: a unit in a cell must measure the same thing.
    factor
        By what numbers without a unit of their own are multiplied, as the unit of the heading says.

    Returns
    -------
    Numbers
        ``values`` in the unit of the column, by the index given; which rows are ``lost``, which are ``rough``, and what
        was read as what (``told``).

    Examples
    --------
    >>> import pandas as pd
    >>> read_numbers(pd.Series(["1,060", "６０户", "约80", "-", "many"]), "household").values.tolist()
    [1060.0, 60.0, 80.0, nan, nan]
    """
    truths = raw.map(lambda v: isinstance(v, (bool, np.bool_))).astype(bool) if raw.dtype == object else None
    plain = pd.to_numeric(raw.mask(truths) if truths is not None else raw, errors="coerce").astype("float64")
    values = plain.where(np.isfinite(plain)) * factor
    rough = pd.Series(False, index=raw.index)
    open_ = values.isna() & raw.notna()
    if not open_.any():
        return Numbers(values, open_, rough)
    read, nothing = dict[str, tuple[float, bool]](), set[str]()
    said = raw[open_].map(lambda v: v.strip() if isinstance(v, str) else repr(v))
    for text in said.unique():
        found = _number(text, unit, factor) if isinstance(text, str) else None
        if found is not None:
            read[text] = found
        elif _plain(text) in _NOTHING or not text:
            nothing.add(text)
    values = values.where(~open_, said.map({t: v for t, (v, _) in read.items()}).reindex(raw.index).astype("float64"))
    rough[open_] = said.isin([t for t, (_, about) in read.items() if about])
    known = said.isin([*read, *nothing])
    lost = open_.copy()
    lost[open_] = ~known
    return Numbers(values, lost, rough, _told(read, nothing - {""}, said))


def _told(read: dict[str, tuple[float, bool]], nothing: set[str], said: pd.Series[Any]) -> list[str]:
    told = []
    if read:
        shown = ", ".join(f"{t} as {v:g}" for t, (v, _) in list(read.items())[:_SHOWN])
        told.append(f"read {shown}{' …' if len(read) > _SHOWN else ''} in {int(said.isin(list(read)).sum())} rows")
    if nothing:
        shown = ", ".join(sorted(nothing)[:_SHOWN])
        told.append(f"{shown} taken for nothing in {int(said.isin(list(nothing)).sum())} rows")
    return told


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _number(text: str, unit: str, factor: float) -> tuple[float, bool] | None:
    """Read one text as a number in the unit of its column, and tell whether it is rough."""
    plain = _plain(text)
    if unit == "year":
        return _year(unicodedata.normalize("NFKC", text).strip().casefold())
    bare = _ROUGH.sub("", plain)
    rough = bare != plain
    found = _NUMBER.match(bare)
    if found:
        number, rest = float(found[1].replace(",", "")), found[2]
    else:
        chinese = _CHINESE.match(bare)
        count = _chinese(chinese[1]) if chinese else None
        if chinese is None or count is None:
            return None
        number, rest = float(count), chinese[2]
    if not rest:
        return number * factor, rough
    by = unit_factor(rest, unit)
    if by is None and rest.startswith("万"):  # ten thousand of the plain unit
        rest, number = rest[1:], number * 10_000
        by = unit_factor(rest, unit) if rest else factor
    return None if by is None or not unit else (number * by, rough)


def _year(text: str) -> tuple[float, bool] | None:
    """Read a year, the year of a date, or the middle of a decade."""
    plain = re.sub("^始?建于|建成?$", "", "".join(text.split()))
    plain = _CHINESE_YEAR.sub(lambda found: "".join(str(_DIGITS[letter]) for letter in found[1]), plain)
    bare = _ROUGH.sub("", _ABOUT_YEAR.sub("", plain))
    found = _YEAR.match(text) or _YEAR.match(bare)
    if found and "年代" not in text:
        return float(found[1]), bare != plain
    decade = _DECADE.match(bare)
    if decade is None:
        return None
    tens = int(decade[2]) if decade[2] else _DIGITS[decade[3]]
    century = int(decade[1]) * 100 if decade[1] else 1900
    return float(century + tens * 10 + {"初": 1, "末": 9}.get(decade[4] or "", 5)), True


def _chinese(text: str) -> int | None:
    """Read a number in Chinese characters, up to some thousands.

    >>> _chinese("六"), _chinese("十八"), _chinese("一百零五")
    (6, 18, 105)
    """
    total, digit = 0, 0
    for letter in text:
        if letter in _TENS:
            total += max(1, digit) * _TENS[letter]
            digit = 0
        elif digit and letter not in ("零", "〇"):
            return None
        else:
            digit = _DIGITS[letter]
    return total + digit


def whole_numbers(numbers: pd.Series[Any]) -> pd.Series[Any]:
    """Keep whole numbers; those with a rest, or of more digits than a number holds, become nothing.

    Parameters
    ----------
    numbers
        Floats, NaN where nothing is said.

    Returns
    -------
    Series of Int64
        With the index given; <NA> where there is no whole number.

    Examples
    --------
    >>> import pandas as pd
    >>> whole_numbers(pd.Series([6.0, 6.5, 1e17])).tolist()
    [6, <NA>, <NA>]
    """
    exact = (numbers == numbers.round()) & (numbers.abs() <= _MOST_EXACT)
    return numbers.where(exact).astype("Int64")


def truths(raw: pd.Series[Any]) -> pd.Series[Any]:
    """Read cells as yes or no.

    Parameters
    ----------
    raw
        Cells of any type: 是 有 √ yes true 1 are yes, 否 无 × no false 0 are no, with their other spellings.

    Returns
    -------
    Series of boolean
        With the index given; <NA> for all else.

    Examples
    --------
    >>> import pandas as pd
    >>> truths(pd.Series(["是", "×", 1, "maybe"])).tolist()
    [True, False, True, <NA>]
    """
    words = raw.astype(object).map(lambda v: _plain(str(v)))
    truth = words.map({**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)})
    return truth.astype("boolean")


def mark(marks: pd.Series[Any], rows: pd.Series[Any], column: str) -> pd.Series[Any]:
    """Add a column's name to the marks of the rows given.

    Parameters
    ----------
    marks
        Names joined by commas, as in the column ``estimated``; missing for none.
    rows
        Which rows are marked: bool, of the same index.
    column
        The name.

    Returns
    -------
    Series of str
        The marks, longer by one name where ``rows`` says; missing where there is still none.

    Examples
    --------
    >>> import pandas as pd
    >>> mark(pd.Series(["storeys", None, None]), pd.Series([True, True, False]), "residents").tolist()
    ['storeys,residents', 'residents', nan]
    """
    added = marks.fillna("").where(~rows, marks.fillna("") + "," + column).str.strip(",")
    return added.where(added != "").astype("str")
