"""Numbers and kinds as people read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog


_TEN_THOUSAND = 10_000.0
_FINEST = 6  # a fen in 10 000 yuan


def facility_title(kind: str, catalog: Catalog, lang: Lang) -> str:
    """Name a kind of facility."""
    row = catalog.entry("facilities", kind)
    return kind if row is None else str(row[f"title_{lang}"])


def facility_label(kind: str, catalog: Catalog, lang: Lang) -> str:
    """Give the letter or two that stand on the map for a kind of facility."""
    row = catalog.entry("facilities", kind)
    if row is None:
        return "·"
    return str((row["label_en"] if lang == "en" else "") or row["label"])


def bracketed(said: object, lang: Lang) -> str:
    """Put a remark in brackets behind a word, as the language writes them.

    >>> bracketed("估", "zh"), bracketed(3, "en")
    ('（估）', ' (3)')
    """
    return f"（{said}）" if lang == "zh" else f" ({said})"


def number(value: float, decimals: int) -> str:
    """Write a number with thin groups of thousands.

    >>> number(12345.04, 1), number(2.50, 1)
    ('12\\u202f345.0', '2.5')
    """
    return f"{value:,.{decimals}f}".replace(",", "\u202f")


def borne(value: float, decimals: int) -> int:
    """Say how many decimals a number needs: so many, or where these would tell nothing, two of its digits.

    >>> borne(12.34, 1), borne(0.28, 1), borne(0.0428, 1), borne(0.0, 1), borne(0.00012, 1)
    (1, 1, 3, 1, 5)
    """
    if not value or not math.isfinite(value) or round(value, decimals):
        return decimals
    return max(decimals, min(1 - math.floor(math.log10(abs(value))), _FINEST))


def ten_thousands(yuan: float, decimals: int = 1) -> str:
    """Write a sum in 10 000 yuan; a small one with more decimals, never as nothing.

    >>> ten_thousands(4_280_000), ten_thousands(428), ten_thousands(0)
    ('428.0', '0.043', '0.0')
    """
    value = yuan / _TEN_THOUSAND
    return number(value, borne(value, decimals))


def short(value: float, decimals: int) -> str:
    """Write a number that stands alone, without zeros that say nothing.

    >>> short(4.0, 1)
    '4'
    """
    written = number(value, decimals)
    return written.rstrip("0").rstrip(".") if "." in written else written
