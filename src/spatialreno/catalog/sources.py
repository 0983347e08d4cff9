"""Sources in the reader's language: clauses and remarks are kept as they were noted, and told by a table of words."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spatialreno.catalog.catalog import Catalog

_HAN = "\u3400-\u9fff"
_IN_BRACKETS = re.compile(rf" ?\(([^()]*[{_HAN}][^()]*)\) ?")
_BETWEEN = re.compile(rf"(?<=[{_HAN}，；：。（）]) +(?=[{_HAN}（）])|(?<=[（，；：]) +")
_MARKS = {", ": "，", "; ": "；", ": ": "：", " + ": " ＋ "}


def said_source(catalog: Catalog, source: str, lang: str = "zh") -> str:
    """Tell a source in Chinese or as it was noted: names, clauses and keys stay, words are those of the catalog.

    Parameters
    ----------
    catalog
        Whose table ``source_words`` is read.
    source
        As a row's ``source`` notes it; may be empty.
    lang
        ``zh``; in any other language it stays as it was noted.

    Returns
    -------
    str
        With Chinese punctuation where a word was told in Chinese.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> said_source(read_catalog(), "gb50180-2018 App. B, C (F-CANT), no radius, 300 m (assumed)")
    'GB 50180-2018 附录 B、C (F-CANT)，无服务半径，300 m（假设）'
    >>> said_source(read_catalog(), "App. B", "en")
    'App. B'
    """
    if lang != "zh" or not source:
        return source
    words = {row["said"]: row["title_zh"] for row in catalog.rows("source_words")}
    told = _pattern(tuple(words)).sub(lambda found: words[found.group()], source)
    if told == source:
        return source
    for mark, zh in _MARKS.items():
        told = told.replace(mark, zh)
    while (whole := _IN_BRACKETS.sub(r"（\1）", told)) != told:
        told = whole
    return _BETWEEN.sub("", told)


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Find whole phrases, the longest first."""
    longest = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])")
