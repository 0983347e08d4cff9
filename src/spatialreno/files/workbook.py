"""Workbooks for the office: one sheet a table, text that stays text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.errors import InputError
from spatialreno.files.written_rows import listed

if TYPE_CHECKING:
    from spatialreno._types import Cell

_WIDEST = 60


def write_book(tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write tables as the sheets of one XLSX workbook.

    No text is taken for a formula or an address, whatever it begins with; numbers stay numbers. The same
    tables give the same bytes.

    Parameters
    ----------
    tables
        Sheet name (at most 31 characters) to table; the index is not written.
    path
        File to write, ``.xlsx``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        When ``xlsxwriter`` is not installed, or the file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     file = write_book({"费用": pd.DataFrame({"项目": ["=拆墙"], "元": [1200.0]})}, Path(home) / "bill.xlsx")
    ...     pd.read_excel(file, engine="calamine").to_dict("list")
    {'项目': ['=拆墙'], '元': [1200]}
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise InputError(f"{path}: workbooks need XlsxWriter. pip install 'spatialreno[report]'.") from error
    import datetime

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # so that bytes repeat
        head = book.add_format({"bold": True, "bottom": 1})
        for name, table in tables.items():
            _write_sheet(book.add_worksheet(name[:31]), table, head)
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise InputError(f"{target}: cannot be written ({error}). Close it in Excel, or choose another.") from error
    return target


def _write_sheet(sheet: Any, table: pd.DataFrame, head: Any) -> None:
    for column, title in enumerate(table.columns):
        values = [_plain(value) for value in table[title]]
        sheet.write_string(0, column, str(title), head)
        for row, value in enumerate(values, start=1):
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, value)
            elif value is not None:
                sheet.write_string(row, column, str(value))
        longest = max([len(str(title)), *(len(str(v)) for v in values)])
        sheet.set_column(column, column, min(_WIDEST, 2 + longest))
    sheet.freeze_panes(1, 0)


def _plain(value: Cell | list[Any] | tuple[Any, ...]) -> Any:
    if isinstance(value, list | tuple):
        return listed(value)
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
