"""Numbers of tables that are handed out, rounded to what they bear."""

from __future__ import annotations

import re

import pandas as pd

#: Decimals by the end of a column's name, the first that fits; anything else keeps six.
_BEARS = (
    (r"yuan|cost|price|income|balance", 2),
    (r"m2$|_m2\b", 1),
    (r"(^|_)m$|metres|length", 2),
    (r"share|rate$", 4),
    (r"score|gain|points", 2),
    (r"_min$|minutes|days|hours", 1),
    (r"quantity|residents|households", 2),
)
_ELSE = 6


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round the numbers of a table that is handed out: metres to the centimetre, yuan to the fen, m² to a tenth.

    Parameters
    ----------
    frame
        Any table; its columns are named after what they hold (``length_m``, ``cost_yuan``).

    Examples
    --------
    >>> rounded(pd.DataFrame({"length_m": [1 / 3], "cost_yuan": [2 / 3], "lon": [112.123456789]})).iloc[0].tolist()
    [0.33, 0.67, 112.123457]
    """
    floats = [str(c) for c in frame.columns if pd.api.types.is_float_dtype(frame[c])]
    return frame.round({name: _decimals(name) for name in floats})


def _decimals(name: str) -> int:
    return next((count for pattern, count in _BEARS if re.search(pattern, name)), _ELSE)
