"""A table to read: printed whole, whatever the width of the window, with Chinese titles aligned."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd


class Sheet(pd.DataFrame):
    """A DataFrame that prints all its rows and columns; what is computed from it is a plain DataFrame."""

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    def __repr__(self) -> str:
        """Write the whole table."""
        with pd.option_context("display.unicode.east_asian_width", True):
            return self.to_string(float_format=_number, na_rep="—")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.3f}"
