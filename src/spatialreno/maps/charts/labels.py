"""What charts of a page have in common."""

from __future__ import annotations

from spatialreno.maps.words.safe_html import Markup, tag

INK = "#1f2937"


def label(said: str, x: float, y: float, *, anchor: str = "start", size: int = 12, fill: str = INK) -> Markup:
    """Write a few words into a chart."""
    return tag("text", said, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, font_size=str(size), fill=fill)
