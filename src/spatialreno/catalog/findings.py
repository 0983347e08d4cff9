"""Findings: a key and values, and the sentence that tells them in Chinese or English, a row of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from spatialreno.errors import refuse_other_languages

if TYPE_CHECKING:
    from spatialreno.catalog.catalog import Catalog

_MOST_NAMED = 5


class Finding(NamedTuple):
    """One finding: its row of the table ``findings``, and the values that its sentence tells.

    Attributes
    ----------
    finding
        Key of the catalog table ``findings``.
    values
        Numbers and names; ``Things`` and lists of them are written out in the language of the reader.
    """

    finding: str
    values: Mapping[str, Any]


class Things(NamedTuple):
    """Things of a layer, and what is done to them if anything is."""

    layer: str
    ids: tuple[str, ...]
    verb: str = ""


def sentence(catalog: Catalog, found: Finding, lang: str = "zh") -> str:
    """Tell a finding in Chinese or English, in the words of the catalog.

    Parameters
    ----------
    catalog
        Whose table ``findings`` has the sentence.
    found
        Key of its row, and the values that it tells.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    str
        Of many things the first five are named, and how many there are.

    Raises
    ------
    InputError
        The language is neither.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> from spatialreno.catalog import Finding
    >>> sentence(read_catalog(), Finding("kept", {"count": 2}))
    '2 处所选要素不可拆除，予以保留'
    >>> sentence(read_catalog(), Finding("kept", {"count": 2}), "en")
    '2 of the things chosen may not be taken down and stay'
    """
    refuse_other_languages(lang, "notes")
    texts = {row["finding"]: row for row in catalog.rows("findings")}
    values = {key: _worded(catalog, value, lang) for key, value in found.values.items()}
    return texts[found.finding][f"title_{lang}"].format_map(values)


def _worded(catalog: Catalog, value: object, lang: str) -> Any:
    if isinstance(value, Things):
        verbs = {row["verb"]: row[f"title_{lang}"] for row in catalog.rows("verbs")}
        words = (verbs.get(value.verb, ""), catalog.layers[value.layer].title(lang), _few(value.ids, lang))
        return " ".join(word for word in words if word)
    if isinstance(value, list):
        return ("；" if lang == "zh" else "; ").join(str(_worded(catalog, one, lang)) for one in value)
    return _few(value, lang) if isinstance(value, tuple) else value


def _few(ids: tuple[str, ...], lang: str) -> str:
    named, more = ids[:_MOST_NAMED], len(ids) > _MOST_NAMED
    if lang == "zh":
        return "、".join(named) + (f" 等 {len(ids)} 处" if more else "")
    return ", ".join(named) + (f" and {len(ids) - _MOST_NAMED} more" if more else "")
