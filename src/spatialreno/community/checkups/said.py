"""The check-up in words: what is reached of what, what is still missing, and which works do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

_FIRST = "facilities"  # what is built to serve is named before what it leads to
_HEADS = {
    "zh": ("小区", "问题", "结果", "对应措施", "衡量依据"),
    "en": ("compound", "lack", "result", "what works towards it", "measured by"),
}


def checkup_lines(found: pd.DataFrame, catalog: Catalog, *, lang: str = "zh", most: int = 3) -> pd.DataFrame:
    """Say a check-up in words: one line a lack, as it stands on pages, in reports and in tables.

    Parameters
    ----------
    found
        What ``answer_checkup`` gives.
    catalog
        Where the words are.
    lang
        ``zh`` or ``en``.
    most
        How many works are named; the others are counted.

    Returns
    -------
    DataFrame
        Compound, lack, result (``已解决（101 / 101 户）``, ``部分解决（12 / 36 个，尚缺 24 个）``), works,
        what it is measured by.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.community import answer_checkup
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> checkup_lines(answer_checkup(area), area.catalog)["结果"][0]
    '未解决（0 / 101 户，尚缺 101 户）'
    """
    titles = {row["lack"]: row["title_en"] for row in catalog.rows("lacks")} if lang == "en" else {}
    measures = {row["lack"]: row[f"title_{lang}"] for row in catalog.rows("lack_measures")}
    rows = [
        (
            r["compound"],
            titles.get(r["lack"]) or r["title"],
            _result(r, catalog, lang),
            _works(r["closed_by"], catalog, lang, most),
            measures.get(r["lack"], ""),
        )
        for r in found.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(_HEADS[lang]))


def _result(row: dict[Any, Any], catalog: Catalog, lang: str) -> str:
    """Write the state with the measure, the target and what remains."""
    state = catalog.word("", "checkup", row["state"], lang)
    if pd.isna(row["value"]):
        return state
    unit = catalog.word("", "unit", row["unit"], lang)
    told = f"{_number(row['value'])} / {_number(row['target'])} {unit}"
    if row["state"] in ("partly", "open") and row["missing"] > 0:
        told += _comma(lang) + f"{catalog.word('', 'checkup', 'missing', lang)} {_number(row['missing'])} {unit}"
    if row["state"] == "unknown":
        enough = row["target"] > 0 and row["before"] >= row["target"] - 1e-6
        told += _comma(lang) + catalog.word("", "checkup", "enough" if enough else "unmeasured", lang)
    return f"{state}（{told}）" if lang == "zh" else f"{state} ({told})"


def _comma(lang: str) -> str:
    return "，" if lang == "zh" else ", "


def _number(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:,.0f}"


def _works(closed_by: Sequence[str], catalog: Catalog, lang: str, most: int) -> str:
    """Name works for people: 新建配套设施 HX1."""
    named = sorted((part.split(" ", 2) for part in closed_by), key=lambda part: part[1] != _FIRST)
    said = [
        f"{catalog.word('', 'verb', verb, lang)}{'' if lang == 'zh' else ' '}{catalog.layers[layer].title(lang)} {name}"
        for verb, layer, name in named[:most]
    ]
    more = len(named) - most
    if more > 0:
        said.append(f"等共 {len(named)} 项" if lang == "zh" else f"… {len(named)} in all")
    return ("、" if lang == "zh" else ", ").join(said)
