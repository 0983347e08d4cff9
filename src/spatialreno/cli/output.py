"""How results and progress are told: results on stdout, everything else on stderr."""

from __future__ import annotations

import codecs
import json
import logging
import math
import re
import sys
import unicodedata
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno import Catalog, Solution
    from spatialreno.scenario import Bill

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NEAREST = "spatialreno-nearest"
_NAMES = 8  # of a list that is told in a table to read
_WIDE = 160  # columns of a table that goes into a pipe


class Form(StrEnum):
    """Forms a table can be written in."""

    table = "table"
    csv = "csv"
    json = "json"


def form(as_json: bool, as_csv: bool) -> Form:
    """Choose the form from the two flags."""
    return Form.json if as_json else Form.csv if as_csv else Form.table


def speak_chinese() -> None:
    """Write UTF-8 where the terminal or pipe could not hold Chinese; what code page 936 lacks is written otherwise."""
    codecs.register_error(_NEAREST, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, TextIOWrapper):
            continue
        try:
            "老旧小区→估…".encode(stream.encoding or "ascii")
        except UnicodeEncodeError:
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors=_NEAREST)


def _nearest(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write what a code page lacks as its plain form (m² as m2), else as an escape; file names as they were meant."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    end = error.end
    while end < len(error.object) and _is_byte(error.object[end - 1]) and _is_byte(error.object[end]):
        end += 1  # the bytes of one name, which only together make a letter
    text = error.object[error.start : end]
    meant = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    plain = unicodedata.normalize("NFKD", meant)
    for form in (meant, plain, meant.encode("ascii", "backslashreplace").decode()):
        try:
            form.encode(error.encoding)
        except UnicodeEncodeError:
            continue
        return form, end
    raise error


def _is_byte(letter: str) -> bool:
    """Tell whether a letter stands for a byte that the system's encoding could not read."""
    return "\udc80" <= letter <= "\udcff"


def _holds_all(stream: object) -> bool:
    """Tell whether a stream can write every letter."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")


def shown(text: str) -> str:
    r"""Write characters out that would steer a terminal or turn text round; line ends and tabs stay.

    Examples
    --------
    >>> shown("a\x1b[2J\u202eb")
    'a\\x1b[2J\\u202eb'
    """
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(sentence: str) -> None:
    """Tell progress."""
    sys.stderr.write(f"… {shown(sentence)}\n")
    sys.stderr.flush()


class _Said(logging.Handler):
    """Tells what the library notes by the way, such as that it compiles."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def say_notes() -> None:
    """Let what the library notes be told as progress, once."""
    noted = logging.getLogger("spatialreno")
    noted.setLevel(logging.INFO)
    if not any(isinstance(handler, _Said) for handler in noted.handlers):
        noted.addHandler(_Said())


def say_total(bill: Bill) -> None:
    """Tell what a bill comes to, for whom, and what it leaves out."""
    for option in bill.options:
        payers = bill.of(option).by("payer")
        paid = ", ".join(f"{p} {cost:,.2f}" for p, cost in zip(payers["payer"], payers["cost_yuan"], strict=True))
        count = bill.unpriced_count(option)
        without = f"; {count} without a price: {_named(bill.of(option))}" if count else ""
        if math.isnan(bill.total[option]):
            say(f"{option}: no estimate, nothing in it has both a price and a quantity{without}")
            continue
        say(f"{option}: estimate {bill.total[option]:,.2f} yuan with design, supervision and reserve; "
            f"paid by {paid or 'nobody'}{without}")  # fmt: skip


def _named(bill: Bill) -> str:
    rows = bill.unpriced.to_dict("records")
    return "; ".join(f"{r['verb']} {r['layer']} {_shortened(', '.join(r['ids']))}" for r in rows)


def complain(message: str) -> None:
    """Tell an error."""
    sys.stderr.write(f"error: {shown(message)}\n")


def tell(sentence: object) -> None:
    """Write one line of a result."""
    text = f"{sentence}\n"
    sys.stdout.write(shown(text) if sys.stdout.isatty() else text)


def tell_paths(paths: list[Path]) -> None:
    """Write the paths that were written, one a line."""
    for path in paths:
        tell(path)


def dated(table: pd.DataFrame) -> pd.DataFrame:
    """Write dates as days."""
    dates = table.select_dtypes("datetime").columns
    return table.assign(**{c: table[c].dt.strftime("%Y-%m-%d") for c in dates})


def tell_table(frame: pd.DataFrame, how: Form, *, title: str = "") -> None:
    """Write a table as JSON records, CSV or a table to read."""
    from spatialreno.files import rounded

    if how is Form.json:
        tell(json.dumps(_records(frame), ensure_ascii=not _holds_all(sys.stdout), indent=2))
    elif how is Form.csv:
        text = _flattened(rounded(frame)).to_csv(index=False, lineterminator="\n")
        sys.stdout.write(shown(text) if sys.stdout.isatty() else text)  # a file gets the cells as they are
    else:
        _draw(frame, title)


def shortfall(solution: Solution, catalog: Catalog, lang: str) -> pd.DataFrame:
    """Put what a search asked for and what there is into a table: key, title, value, unit."""
    import pandas as pd

    words = {row["key"]: row for row in catalog.rows("missing")}
    rows = [
        (key, words[key][f"title_{lang}"] if key in words else key, _flat(value), words.get(key, {}).get("unit", ""))
        for key, value in solution.missing.items()
    ]
    return pd.DataFrame(rows, columns=["what", "title", "value", "unit"])


def _flat(value: object) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    import pandas as pd

    if isinstance(value, (list, tuple, dict)):
        return value
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _draw(frame: pd.DataFrame, title: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    if title:  # above the table, where it is not folded to the table's width
        console.print(Text(shown(title)), soft_wrap=True)
    table = Table(box=SIMPLE_HEAD)
    numeric = [c for c in frame.columns if frame[c].map(lambda v: isinstance(v, (int, float))).all()]
    for column in frame.columns:
        table.add_column(Text(str(column)), justify="right" if column in numeric else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(shown(_shortened(_written(v)))) for v in row))
    console.print(table)


def _flattened(frame: pd.DataFrame) -> pd.DataFrame:
    """Write lists of names into one cell each."""
    from spatialreno.files import listed

    return frame.map(lambda cell: listed(cell) if isinstance(cell, list | tuple) else cell)


def _shortened(text: str) -> str:
    """Keep the first names of a long list; --json and --csv have them all."""
    names = text.split(", ")
    return text if len(names) <= _NAMES else f"{', '.join(names[:_NAMES])} … ({len(names)})"


def _written(value: object) -> str:
    value = _plain(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.3g}"
    return str(value)
