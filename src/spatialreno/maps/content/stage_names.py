"""What the stages of the works are called: their number, and what is done in them (拆违 → 管网 → 路面 → 绿化)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

_MOST_NAMED = 3


def stage_names(options: Comparison, lang: Lang, key: str | None = None) -> dict[int, str]:
    """Name each stage by the kinds of works that an option, or any option, has in it.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.
    key : str, optional
        Only the works of this option.
    """
    ledgers = [acts for name, acts in options.ledgers.items() if acts is not None and key in (None, name)]
    columns = ["phase", "layer", "verb", "kind"]
    acts = pd.concat([own[columns] for own in ledgers if len(own)] or [pd.DataFrame(columns=columns)])
    acts = acts[acts["verb"] != "keep"].drop_duplicates()
    catalog = options.areas["today"].catalog
    stage_of = _stage_of(catalog.rows("work_rates"))
    titles = {row["stage"]: row[f"title_{lang}"] for row in catalog.rows("work_stages")}
    groups = {int(str(phase)): own for phase, own in acts.groupby("phase")}
    return {phase: _named(phase, own, stage_of, titles, lang) for phase, own in groups.items()}


def _named(
    phase: int, acts: pd.DataFrame, stage_of: Callable[[str, str, str], str], titles: dict[str, str], lang: Lang
) -> str:
    """Give a stage its number and its works in the order of the profession; of many, the first."""
    found = {stage_of(*act) for act in acts[["layer", "verb", "kind"]].itertuples(index=False)}
    said = [title for stage, title in titles.items() if stage in found][:_MOST_NAMED]
    number = word("stage", lang).format(n=phase)
    return f"{number} {word('works_joint', lang).join(said)}" if said else number


def _stage_of(rates: Sequence[Mapping[str, str]]) -> Callable[[str, str, str], str]:
    """Find the stage of an act by its layer, verb and kind, as the plan of the year does."""
    known = {(row["layer"], row["verb"], row["kind"]): row["stage"] for row in reversed(rates)}
    return lambda layer, verb, kind: known.get((layer, verb, kind), known.get((layer, verb, ""), ""))
