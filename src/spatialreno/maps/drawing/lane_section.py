"""A lane cut across: pipes where they lie, clearances, and what does not fit, as a still picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.area import as_made
from spatialreno.catalog import read_catalog
from spatialreno.maps.drawing.style import styles
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from spatialreno.works import Section

_SCALE = 60.0  # drawing units a metre
_EDGE = 60.0
_GROUND = 120.0
_PIPE_Y = 190.0
_HIGH = 330.0
_INK = "#1f2937"
_SHORT = "#d55e00"


def draw_section(section: Section, *, title: str = "", lang: Lang = "zh") -> str:
    """Draw a cross-section of a lane as SVG: faces on both sides, pipes to scale across, clearances in metres.

    The best order of the whole set is drawn, fitting or not; the width that is missing is hatched beyond the
    right face, and what would be left out is named below.

    Parameters
    ----------
    section
        What :func:`spatialreno.works.fit_section` or ``Dig.section`` gives.
    title
        Heading; any text.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    str
        An SVG document. Depths are not to scale.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> from spatialreno.works import fit_section
    >>> draw_section(fit_section(read_catalog(), 7.0, ["sewage", "storm"]))[:4]
    '<svg'
    """
    from spatialreno.works import Section

    as_made(section, Section, what="draw_section", noun="cross-section", maker="works.fit_section")
    language = checked(lang)
    wide = max(section.width_m, section.order.needed_m)
    parts = [
        *_frame(section, wide, title, language),
        *(_pipe(section, k, language) for k in range(len(section.order.kinds))),
        *_gaps(section),
        *_notes(section, language),
    ]
    view = f"0 0 {wide * _SCALE + 2 * _EDGE:.0f} {_HIGH:.0f}"
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=view, role="img",
        aria_label=title or word("section", language), class_="section", font_family="sans-serif",
    )  # fmt: skip


def _x(metres: float) -> str:
    return f"{_EDGE + metres * _SCALE:.1f}"


def _text(said: object, x: str, y: float, *, size: float = 13, color: str = _INK, anchor: str = "middle") -> Markup:
    return tag("text", said, x=x, y=f"{y:.0f}", font_size=f"{size:g}", fill=color, text_anchor=anchor)


def _frame(section: Section, wide: float, title: str, lang: Lang) -> list[Markup]:
    """Draw the ground, what stands on both sides and the width between."""
    ground = tag("rect", x="0", y=f"{_GROUND:.0f}", width=f"{wide * _SCALE + 2 * _EDGE:.0f}", height="120",
                 fill="#e7e2d8")  # fmt: skip
    sides = []
    for side, start in zip(section.sides, (0.0, section.width_m), strict=True):
        x = f"{start * _SCALE + (0 if start == 0 else _EDGE):.1f}"
        look = {"fill": "#d8cfc0" if side == "building" else "#ffffff", "stroke": "#6b7280"}
        sides.append(tag("rect", x=x, y="40", width=f"{_EDGE:.0f}", height="120", fill_opacity="0.9", **look))
        sides.append(_text(word(f"side_{side}", lang), f"{float(x) + _EDGE / 2:.1f}", 100, size=11))
    line = tag("path", d=f"M{_x(0)} 60H{_x(section.width_m)}", stroke=_INK, stroke_width="1", fill="none")
    said = _text(f"{number(section.width_m, 2)} m", _x(section.width_m / 2), 54)
    short = []
    if not section.fits:
        short = [tag("rect", x=_x(section.width_m), y=f"{_GROUND:.0f}", height="120",
                     width=f"{section.missing_m * _SCALE:.1f}", fill=_SHORT, fill_opacity="0.25")]  # fmt: skip
    return [ground, *short, *sides, line, said, _text(title, _x(wide / 2), 24, size=16)]


def _pipe(section: Section, k: int, lang: Lang) -> Markup:
    order = section.order
    kind, start, end = order.kinds[k], order.start_m[k], order.end_m[k]
    color = styles()[f"pipe-{kind}"]["color"]
    over = kind in section.left_out and kind not in section.beside
    shape = tag("rect", x=_x(start), y=f"{_PIPE_Y - 14:.0f}", width=f"{(end - start) * _SCALE:.1f}", height="28",
                rx="3", fill=color, fill_opacity="0.35" if over else "0.9", stroke=color,
                stroke_dasharray="4 3" if over else None)  # fmt: skip
    middle = _x((start + end) / 2)
    return tag("g", tag("title", f"{_pipe_word(kind, lang)} {start:.2f}–{end:.2f} m"), shape,
               _text(_pipe_word(kind, lang), middle, _PIPE_Y - 22, size=11, color=color),
               _text(f"{end - start:.2f}", middle, _PIPE_Y + 28, size=10))  # fmt: skip


def _pipe_word(kind: str, lang: Lang) -> str:
    return read_catalog().word("pipes", "kind", kind, lang)


def _gaps(section: Section) -> list[Markup]:
    """Write the free distances between neighbours and to both faces."""
    order = section.order
    marks = [0.0, *[m for pair in zip(order.start_m, order.end_m, strict=True) for m in pair], order.needed_m]
    found = []
    for left, right in zip(marks[::2], marks[1::2], strict=True):
        y = _PIPE_Y + 46
        found.append(tag("path", d=f"M{_x(left)} {y:.0f}H{_x(right)}", stroke="#6b7280", stroke_width="1"))
        found.append(_text(f"{right - left:.2f}", _x((left + right) / 2), y + 13, size=10, color="#4b5563"))
    return found


def _notes(section: Section, lang: Lang) -> list[Markup]:
    """Say what is needed, what is missing, what is left out and what helps."""
    need = f"{word('needed', lang)} {section.order.needed_m:.2f} m"
    missing = word("fits_whole", lang) if section.fits else f"{word('short_by', lang)} {section.missing_m:.2f} m"
    lines = [f"{need}；{missing}" if lang == "zh" else f"{need}; {missing}"]
    if not section.fits:
        out = "、".join(_pipe_word(k, lang) for k in section.left_out) or "—"
        more = "、".join(_pipe_word(k, lang) for k in section.beside)
        lines.append(f"{word('left_out', lang)}: {out}" + (f"；{word('beside_fits', lang)}: {more}" if more else ""))
    helps = [
        f"{word('help_' + str(r['measure']), lang)} {r['needed_m']:.2f} m {'✓' if r['fits'] else '✗'}"
        for r in section.helps.to_dict("records")
    ]
    lines.append(" · ".join(helps))
    return [_text(said, _x(0), 275 + 18 * k, size=12, anchor="start") for k, said in enumerate(lines)]
