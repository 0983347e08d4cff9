"""One door for text: in which script bytes are written, told with the reason; rubbish is never believed."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from spatialreno.catalog import read_catalog

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BIG5_LEADS = 0.4  # by how much Big5 must read better than GBK to be believed unsaid; the weights of ``_weight``
_TRIED = {"utf-8": "UTF-8", "gb18030": "GBK/GB18030", "big5hkscs": "Big5"}
_SAMPLE = 2_000_000  # letters by which a script is judged
_LIKELY, _CERTAIN = 0.6, 0.85  # share of usual letters from which a reading is believed, alone and against words
_UTF8, _SAID = 0.15, 0.12  # what speaks for UTF-8, which seldom reads by chance, and for what the file says
_LATIN = re.compile(r"[a-z][\u00c0-\u024f]|[\u00c0-\u024f][a-z]")
_BESIDE = re.compile(r"(?<=[A-Za-z])[\u00c0-\u024f]|[\u00c0-\u024f](?=[A-Za-z])")
_GLUED = re.compile(r"[a-z][\u4e00-\u9fff]")
_WIDE = re.compile(r"[\u0800-\uffff\U00010000-\U0010ffff]")
Reads = Callable[[str], bool]


@dataclass(frozen=True)
class Script:
    """In which script text is written: Python's codec, and how that is known."""

    codec: str
    why: str


@lru_cache(maxsize=1)
def _codecs_by_word() -> dict[str, str]:
    return {row["word"]: row["codec"] for row in read_catalog().rows("encodings")}


def codec_of(word: str) -> str | None:
    """Find the codec that a word such as ``GBK``, ``936`` or ``ANSI_936`` stands for; None for no such script.

    Parameters
    ----------
    word
        As files say it: a ``.cpg``, a heading, an option.

    Returns
    -------
    str or None
        Python's name of it.

    Examples
    --------
    >>> codec_of("ANSI_936"), codec_of("utf8"), codec_of("Klingon")
    ('gb18030', 'utf-8', None)
    """
    word = word.strip().strip("\0\ufeff").upper()
    known = _codecs_by_word()
    for name in (word, word.replace("_", " "), word.removeprefix("ANSI").strip(" _")):
        if name in known:
            return known[name]
    try:
        info = codecs.lookup(word) if word else None
    except (LookupError, ValueError):  # a word with a NUL in it
        return None
    return info.name if info is not None and info._is_text_encoding else None


def script_of(raw: bytes, said: str = "", by: str = "", reads: Reads | None = None) -> Script | None:
    """Tell in which script bytes are written.

    A mark at the beginning rules. Then each script of many bytes that reads without a fault is judged by how usual its
    letters are: UTF-8, what the file says, GB18030, Big5. A code page of one byte reads anything, so what a file says
    of one is believed only when no other reading is likely and its own is.

    Parameters
    ----------
    raw
        The bytes.
    said
        What the file says of itself, such as ``GBK`` or ``ISO-8859-1``.
    by
        Who says so, for the reason (``its .cpg``).
    reads
        Tells whether a codec reads the bytes; default is without any fault.

    Returns
    -------
    Script
        None when no reading makes sense.

    Examples
    --------
    >>> script_of("光明小区".encode("gbk"), "1252", "its .cpg").why
    'GBK/GB18030, not 1252 as its .cpg says'
    >>> script_of("Straße".encode("cp1252"), "1252", "its .cpg").why
    '1252, as its .cpg says'
    """
    for mark, codec in _MARKS.items():
        if raw.startswith(mark) and _decodes(raw, codec):
            return Script(codec, f"{'UTF-16' if codec == 'utf-16' else 'UTF-8'}, by the mark at its beginning")
    own = codec_of(said) if said else None
    if raw.isascii():
        return Script("utf-8", "plain ASCII")
    return _likeliest(raw, own, said, by, reads or (lambda codec: _decodes(raw, codec)))


def decoded(raw: bytes, said: str = "", by: str = "", *, always: bool = False) -> tuple[str, Script] | None:
    """Decode bytes in the script that ``script_of`` finds; None when there is none.

    ``always`` believes what is said wherever it reads without a fault, as for a format that has one script only.

    Parameters
    ----------
    raw
        The bytes.
    said
        What the file says of itself, such as ``GBK``.
    by
        Who says so, for the reason (``its .cpg``).
    always
        Whether what is said rules where it reads.

    Returns
    -------
    tuple of str and Script, or None
        The text, and in which script it was with the reason (``why``).

    Examples
    --------
    >>> text, script = decoded("光明小区".encode("gbk"))
    >>> text, script.codec
    ('光明小区', 'gb18030')
    """
    own = codec_of(said) if always else None
    script = Script(own, f"{said}, as {by} says") if own and _decodes(raw, own) else script_of(raw, said, by)
    return None if script is None else (raw.decode(script.codec), script)


def _likeliest(raw: bytes, own: str | None, said: str, by: str, reads: Reads) -> Script | None:
    not_said = f", not {said} as {by} says" if said else f" (no {by.removeprefix('its ')} says so)" if by else ""
    tried = [c for c in dict.fromkeys(("utf-8", own or "utf-8", *_TRIED)) if not _one_byte(c) and reads(c)]
    texts = {codec: raw.decode(codec, "ignore")[:_SAMPLE] for codec in tried}
    marks = {c: _usual(text) + (_UTF8 if c == "utf-8" else _SAID if c == own else 0.0) for c, text in texts.items()}
    best = max(marks, key=lambda codec: marks[codec], default="")
    if best == "big5hkscs" != own and marks[best] - marks.get("gb18030", 0.0) <= _BIG5_LEADS:
        best = "gb18030"  # even the rarest letters of GB 2312 stand as near to the usual ones as that
    if "utf-8" in texts and _WIDE.search(texts["utf-8"]):
        best, marks["utf-8"] = "utf-8", 1.0  # GBK text of common letters never forms the long sequences of UTF-8
    words = own is not None and _one_byte(own) and reads(own) and _makes_words(raw.decode(own)[:_SAMPLE])
    if best and marks[best] >= (_CERTAIN if words else _LIKELY):
        return Script(best, f"{said}, as {by} says" if best == own else f"{_TRIED[best]}{not_said}")
    return Script(own, f"{said}, as {by} says") if own and (words or own in marks) else None


def believable(raw: bytes, codec: str, reads: Reads | None = None) -> bool:
    """Tell whether bytes may be of a script that somebody states: they read, and not more likely as another.

    Parameters
    ----------
    raw
        The bytes.
    codec
        Python's name of the script that is stated.
    reads
        Tells whether a codec reads the bytes; default is without any fault.

    Returns
    -------
    bool
        A code page of one byte a letter, which reads anything, must be the likeliest reading, too.

    Examples
    --------
    >>> believable("Straße".encode("cp1252"), "cp1252"), believable("光明小区".encode("gbk"), "cp1252")
    (True, False)
    """
    reads = reads or (lambda name: _decodes(raw, name))
    if raw.isascii() or not _one_byte(codec):
        return reads(codec)
    found = _likeliest(raw, codec, codec, "", reads)
    return found is not None and found.codec == codec


@lru_cache(maxsize=64)
def _one_byte(codec: str) -> bool:
    """Tell whether a code page has one byte a letter, so that it reads nearly anything."""
    try:
        return (
            all(len(bytes([n]).decode(codec, "replace")) == 1 for n in range(256))
            and codec != "utf-8"
            and (len(bytes(range(128, 256)).decode(codec, "replace")) == 128)
        )
    except (UnicodeError, LookupError):
        return False


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except (UnicodeError, LookupError):
        return False
    return True


def _usual(text: str) -> float:
    """Tell how usual the letters beyond ASCII are in tables of Chinese offices: 1 for common ones, 0 for rubbish."""
    letters = Counter(c for c in text if not c.isascii())
    count = sum(letters.values())
    if not count:
        return 1.0
    latin = min(sum(n for c, n in letters.items() if "\u00c0" <= c <= "\u024f"), len(_LATIN.findall(text)))
    glued = len(_GLUED.findall(text))
    return (sum(n * _weight(c) for c, n in letters.items()) + 0.7 * latin - 0.6 * glued) / count


@lru_cache(maxsize=32_768)
def _weight(letter: str) -> float:
    if (
        letter in "\u3000、。·…—～‘’“”（）《》【】：；，！？％／＋－＃＆㎡℃№①②③④⑤⑥⑦⑧⑨⑩×±°〇"
        or "\uff10" <= letter <= "\uff5a"
    ):
        return 1.0
    for codec, first, last, weight in (("gb2312", 0xB0, 0xD7, 1.0), ("big5", 0xA4, 0xC6, 0.9)):
        try:
            lead = letter.encode(codec)[0]
        except UnicodeEncodeError:
            continue
        if first <= lead <= last:
            return weight
    if "\u4e00" <= letter <= "\u9fff":
        return 0.6 if _in_gb2312(letter) else 0.2
    if "\u3040" <= letter <= "\u30ff" or "\uac00" <= letter <= "\ud7a3":
        return 0.5
    return 0.4 if letter.isalpha() else 0.0 if not letter.isprintable() else 0.2


def _in_gb2312(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _makes_words(text: str) -> bool:
    """Tell whether what a page of one byte reads is words: letters, and Latin ones mostly beside plain letters."""
    beyond = [c for c in text if not c.isascii()]
    latin = sum("\u00c0" <= c <= "\u024f" for c in beyond)
    beside = len(_BESIDE.findall(text))
    return bool(beyond) and sum(map(str.isalpha, beyond)) >= 0.9 * len(beyond) and beside >= latin / 2
