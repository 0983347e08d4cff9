"""How each class of feature is drawn: one table, read by the page and by its legend.

Quiet ground, loud plan: what exists is grey, only what changes has colour. Every colour of a map stands here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

PAPER: Final = "#fafaf7"
DEMOLISHED: Final = "#d55e00"
ALTERED: Final = "#e69f00"
BUILT: Final = "#0072b2"
FREED: Final = "#009e73"
OWN: Final = "#ffe45c"
REACH: Final = "#08519c"
CLUSTER: Final = "#5b2a86"
HUES: Final = ("#5566aa", "#8a8433", "#8a5a99", "#3f8c94", "#b0506e", "#6d7f8f")
SCORES: Final = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154")
SCORE_BREAKS: Final = (20.0, 40.0, 60.0, 80.0)
NEARER: Final = ("#c6dbef", "#6baed6", "#0072b2")
FARTHER: Final = ("#fdd0a2", "#fd8d3c", "#b34700")
WALKS: Final = ("#08519c", "#4a90c8", "#9ecae1")
GAIN_BREAKS_M: Final = (1.0, 30.0, 80.0)
# Metres, only for drawing a path whose width nobody stated.
DRAWN_WIDTH_M: Final = MappingProxyType(
    {
        "street": 9.0, "lane": 3.5, "service": 3.5, "track": 3.0, "cycleway": 2.0, "footway": 1.5, "steps": 1.5,
        "ramp": 1.5,
    }
)


def _area(tint: str, shade: float, line: str, weight: float = 1.0, **more: Any) -> dict[str, Any]:
    return {"fillColor": tint, "fillOpacity": shade, "color": line, "weight": weight, **more}


def _line(color: str, weight: float, **more: Any) -> dict[str, Any]:
    return {"color": color, "weight": weight, "fill": False, **more}


_GROUND: Final[dict[str, dict[str, Any]]] = {
    "street": _area("#ffffff", 1, "#d9d9d4", 1),
    "walkway": _line("#d0cfc8", 1.5),
    "path": _line("#000000", 8, opacity=0),
    "home": _area("#d8cfc0", 1, "#9a978f", 0.8),
    "building": _area("#cfcdc6", 1, "#9a978f", 0.8),
    "green": _area("#dde8d3", 1, "#b4c5a4", 0.8),
    "plaza": _area("#ebe6da", 1, "#c9c2b0", 0.8),
    "sport": _area("#e3e3cf", 1, "#bdbd9e", 0.8),
    "parking": _area("#e9e9e5", 1, "#c4c4be", 0.8, dashArray="4 2"),
    "tree": _area("#c9d8bd", 0.7, "#a9bd98", 0.6),
    "compound": _area("#ffffff", 0, "#6b7280", 1, dashArray="8 3 1 3"),
}
_PLAN: Final[dict[str, dict[str, Any]]] = {
    "wall": _line("#4b5563", 2),
    "fence": _line("#4b5563", 1),
    "gate-public": _line("#15803d", 2.5),
    "gate-residents": _line("#b45309", 2.5, dashArray="3 2", lineCap="butt"),
    "gate-closed": _line("#6b7280", 4.5, lineCap="butt"),
    "structure": _area("#bdb9b0", 1, "#77736b", 1),
    "structure-illegal": _area("#77736b", 1, "#5c5850", 1, hatch=True),
    "other-line": _line("#6d7f8f", 2),
    "other-area": _area("#b8c4cf", 0.9, "#6d7f8f", 1),
    "pipe": _line("#6b7280", 1.5),
    "facility-area": _area("#ffffff", 0.3, "#9ca3af", 1),
    "line-gone": _line(DEMOLISHED, 3, dashArray="7 5", lineCap="butt"),
    "line-altered": _line(ALTERED, 3.5),
    "line-built": _line(BUILT, 3),
    "area-gone": _area(DEMOLISHED, 1, DEMOLISHED, 1.5, dashArray="5 3", hatch=True),
    "area-altered": _area(ALTERED, 0.35, ALTERED, 2),
    "area-built": _area("#b9d6ea", 0.85, BUILT, 2.5),
    "freed": _area(FREED, 0.25, FREED, 1),
    "own-line": _line(OWN, 11, lineCap="butt"),
    "own-area": _area(OWN, 1, OWN, 6),
    "cluster": _area(CLUSTER, 0, CLUSTER, 3, dashArray="16 5"),
    "block-single": _area("#6b7280", 0.04, "#6b7280", 0.5, opacity=0.35),
}
_LAND: Final[dict[str, dict[str, Any]]] = {
    "free": _area(FREED, 0.14, FREED, 0.8, dashArray="2 3"),
    "lane-1": _line("#7a0177", 5, lineCap="butt"),
    "lane-2": _line("#c51b8a", 4.5, lineCap="butt"),
    "lane-3": _line("#e08bbd", 4, lineCap="butt"),
    "lane-4": _line("#c9c0ca", 3.5, lineCap="butt"),
    "lane-narrowest": _line("#111827", 4, lineCap="butt"),
    "dig-fits": _line("#7c6f64", 6, opacity=0.7, lineCap="butt"),
    "dig-overfull": _line(DEMOLISHED, 7, opacity=0.85, lineCap="butt", dashArray="4 3"),
    "fire-pass": _line(BUILT, 4),
    "fire-ask": _line(ALTERED, 4, dashArray="8 4"),
    "fire-no": _line(DEMOLISHED, 4, dashArray="1 7"),
    "fire-building-ask": _area(ALTERED, 0.25, ALTERED, 2),
    "fire-building-fail": _area(DEMOLISHED, 1, DEMOLISHED, 2, hatch=True),
    "room": _area(BUILT, 0.25, BUILT, 2.5, dashArray="6 3"),
    "room-wall": _line(DEMOLISHED, 5, dashArray="7 5", lineCap="butt"),
    "room-structure": _area(DEMOLISHED, 1, DEMOLISHED, 2, hatch=True),
}
_PIPES: Final = {
    "heat_primary": "#c81e1e",
    "heat_secondary": "#c81e1e",
    "sewage": "#7c4a1e",
    "storm": "#64809c",
    "water": "#1d6fd1",
    "gas": "#a88600",
    "power": "#c81e1e",
    "telecom": "#15803d",
    "low_voltage": "#4d7c0f",
}
# Where people agree, where lifts fit, what is reached: blue is reached, orange is not, amber is on the way.
_PEOPLE: Final[dict[str, dict[str, Any]]] = {
    "consent-in_hand": _area(BUILT, 0.85, BUILT, 1),
    "consent-promised": _area("#b9d6ea", 0.9, BUILT, 1.2),
    "consent-open": _area(ALTERED, 0.75, "#8a5f00", 1),
    "consent-refused": _area(DEMOLISHED, 0.9, DEMOLISHED, 1),
    "consent-unknown": _area("#9a978f", 1, "#5c5850", 1, cross=True),
    "consent-enforcement": _area("#77736b", 1, "#5c5850", 1, hatch=True),
    "lift-level": _area(BUILT, 0.85, BUILT, 1),
    "lift-half": _area("#b9d6ea", 0.9, BUILT, 1.2),
    "lift-shared": _area(FREED, 0.85, FREED, 1),
    "lift-blocked": _area(DEMOLISHED, 0.9, DEMOLISHED, 1),
    "people-good": _area(BUILT, 0.3, BUILT, 1.5),
    "people-half": _area(ALTERED, 0.3, "#8a5f00", 1.5),
    "people-bad": _area(DEMOLISHED, 0.3, DEMOLISHED, 1.5),
}


def styles() -> dict[str, dict[str, Any]]:
    """Return every class and its drawing: Leaflet's path options plus ``hatch`` and ``cross``.

    A class followed by ``~`` (estimated or inferred) is drawn the same, by the page, with a dotted outline.
    """
    table = dict(_GROUND) | dict(_PLAN) | dict(_LAND) | dict(_PEOPLE)
    for number, hue in enumerate(HUES, start=1):
        table[f"block-{number}"] = _area(hue, 0.18, hue, 2)
    for number, color in enumerate(SCORES, start=1):
        table[f"score-{number}"] = _area(color, 0.9, "#5c5850", 0.8)
    table["score-none"] = _area("#9a978f", 1, "#9a978f", 0.8, cross=True)
    for rank, (near, far) in enumerate(zip(NEARER, FARTHER, strict=True), start=1):
        table[f"nearer-{rank}"] = _area(near, 0.95, "#5c5850", 0.8)
        table[f"farther-{rank}"] = _area(far, 0.95, "#5c5850", 0.8)
        table[f"walk-{rank}"] = _area(WALKS[rank - 1], 0.95, "#5c5850", 0.8)
    table["gain-none"] = _area("#e5e5e0", 1, "#9a978f", 0.8)
    for rank, opacity in enumerate((0.35, 0.22, 0.12), start=1):
        table[f"reach-{rank}"] = _area(REACH, opacity, REACH, 0.8, opacity=0.6)
        table[f"reach-other-{rank}"] = _area(REACH, 0, REACH, 1.5, dashArray="6 3", fill=False)
    table["reach-gained"] = _area(BUILT, 0.3, BUILT, 0.8)
    table["reach-lost"] = _area(DEMOLISHED, 1, DEMOLISHED, 0.8, hatch=True)
    for kind, color in _PIPES.items():
        dashes = {"power": "2 3", "heat_secondary": "6 3", "telecom": "1 4", "low_voltage": "9 3 2 3", "gas": "12 3"}
        table[f"pipe-{kind}"] = _line(color, 2, dashArray=dashes.get(kind))
    return table


def score_class(score: float | None) -> str:
    """Name the class of a score of 0 to 100; None is missing.

    >>> score_class(20.0), score_class(19.9), score_class(None)
    ('score-2', 'score-1', 'score-none')
    """
    if score is None or score != score:
        return "score-none"
    return f"score-{1 + sum(score >= limit for limit in SCORE_BREAKS)}"


def gain_class(change_m: float) -> str:
    """Name the class of a mean change of walks in metres; less than a metre is none.

    >>> gain_class(-45.0), gain_class(0.2), gain_class(100.0)
    ('nearer-2', 'gain-none', 'farther-3')
    """
    rank = sum(abs(change_m) >= limit for limit in GAIN_BREAKS_M)
    return f"{'nearer' if change_m < 0 else 'farther'}-{rank}" if rank else "gain-none"


def changed(base: str, status: str, *, geometry: str) -> str:
    """Name the class of a feature that a plan keeps, demolishes, alters or builds.

    Parameters
    ----------
    base : str
        Its class as it stands.
    status : str
        ``kept``, ``gone``, ``altered`` or ``built``.
    geometry : str
        ``line`` or ``area``.
    """
    return base if status == "kept" else f"{geometry}-{status}"
