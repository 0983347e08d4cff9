"""One folder with every form of a comparison, and a page that leads to each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from spatialreno.errors import InputError, nearest
from spatialreno.maps.content.indicator_tables import leader_lines, option_titles
from spatialreno.maps.content.tables import grid
from spatialreno.maps.outputs.forms import OUTPUTS, Asked, Output
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

INDEX = "index.html"


def write_folder(
    options: Comparison,
    folder: Path,
    asked: Asked,
    *,
    without: Iterable[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write every form of a comparison into one folder; what cannot be written is told at the end, the rest stands.

    Parameters
    ----------
    options
        What ``compare`` gives; it is worked out once for all forms.
    folder
        Made where there is none. A file of an earlier run whose form is left out stays and is not led to.
    asked
        Language, paper, people.
    without
        Keys of ``OUTPUTS`` to leave out.
    progress
        Called with a sentence before each form.

    Raises
    ------
    InputError
        An unknown language or key, before anything is written; what could not be written, after the rest is.
    """
    lang, say = checked(asked.lang), progress or (lambda _: None)
    left_out = _known(without)
    states: dict[str, str] = {}
    failed: list[str] = []
    for one in OUTPUTS:
        states[one.key] = "left_away" if one.key in left_out else one.why if one.lacks(options) else ""
        if states[one.key]:
            continue
        say(f"write {folder / one.place}")
        try:
            one.write(options, folder / one.place, asked)
        except InputError as error:
            failed.append(str(error))
            states[one.key] = "not_written"
    _index(options, states, lang).save(folder / INDEX)
    if failed:
        raise InputError("\n".join(failed))
    return folder


def _known(without: Iterable[str]) -> set[str]:
    keys = [one.key for one in OUTPUTS]
    left_out = [without] if isinstance(without, str) else [*without]
    odd = [key for key in left_out if key not in keys]
    if odd:
        raise InputError(
            f"report: without {', '.join(odd)}: no such form. Forms: {', '.join(keys)}.{nearest(odd, keys)}"
        )
    return set(left_out)


def _index(options: Comparison, states: Mapping[str, str], lang: Lang) -> Page:
    """Tell in one table what each option comes to, and lead to every form."""
    area = options.areas["today"]
    title = area.title or area.name
    lines = [[group, name, unit, *cells] for group, name, unit, cells in leader_lines(options, lang)]
    heads = ["", word("indicator", lang), word("unit", lang), *option_titles(options, lang)]
    body = tag(
        "main",
        tag("header", tag("h1", isolated(title), " · ", word("compare", lang)),
            tag("p", word("invented", lang), class_="invented") if area.meta.get("invented") else ""),
        tag("section", tag("h2", word("outputs", lang)), tag("ul", *(_lead(one, states, lang) for one in OUTPUTS))),
        tag("section", tag("h2", word("leaders", lang)), grid(heads, lines, texts=3)),
        class_="report",
    )  # fmt: skip
    return printed(f"{title} · {word('outputs', lang)}", body, lang)


def _lead(one: Output, states: Mapping[str, str], lang: Lang) -> Markup:
    """Lead to one form; where it was not written, say so."""
    named = "{}（{}）" if lang == "zh" else "{} ({})"
    what = named.format(word(f"out_{one.key}", lang), one.place)
    if states[one.key]:
        return tag("li", what, " — ", word(states[one.key], lang))
    return tag("li", tag("a", what, href=one.opens or (one.place if Path(one.place).suffix else f"{one.place}/")))
