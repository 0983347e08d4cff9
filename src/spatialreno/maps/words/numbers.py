"""Numbers and kinds as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog


def facility_title(kind: str, catalog: Catalog, lang: Lang) -> str:
    """Name a kind of facility."""
    if kind not in catalog.facilities.index:
        return kind
    return str(catalog.facilities.loc[kind, f"title_{lang}"])


def facility_label(kind: str, catalog: Catalog, lang: Lang) -> str:
    """Give the letter or two that stand on the map for a kind of facility."""
    if kind not in catalog.facilities.index:
        return "·"
    row = catalog.facilities.loc[kind]
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


def short(value: float, decimals: int) -> str:
    """Write a number that stands alone, without zeros that say nothing.

    >>> short(4.0, 1)
    '4'
    """
    written = number(value, decimals)
    return written.rstrip("0").rstrip(".") if "." in written else written
