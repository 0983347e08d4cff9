"""What there is to see: a comparison, or an area alone, beside what a plan or a design makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from spatialreno.area import StudyArea
from spatialreno.design import Design
from spatialreno.errors import InputError
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

Viewable: TypeAlias = "StudyArea | Comparison | Design"


@dataclass(frozen=True)
class Sight:
    """Areas side by side of which nothing was worked out; what a map of standing things reads of a comparison."""

    areas: Mapping[str, StudyArea]
    titles: Mapping[str, str]
    evaluations: Mapping[str, Any] = field(default_factory=dict)
    works: Mapping[str, Any] = field(default_factory=dict)


def seen(shown: object, lang: Lang) -> Comparison:
    """Take whatever can be drawn as a comparison: itself, an area (beside its survey), a design (beside its area).

    Parameters
    ----------
    shown : StudyArea, Comparison or Design
        What is to be drawn.
    lang : str
        ``zh`` or ``en``, for what has no title of its own.

    Raises
    ------
    InputError
        It is nothing that lies on a map, or a design that was stored without its area.
    """
    if isinstance(shown, Design):
        if shown.area is None:
            raise InputError("map: this design was stored without its area. Draw design.scenario(name).apply(area).")
        shown = shown.scenario("design", "").apply(shown.area)
    if isinstance(shown, StudyArea):
        return cast("Comparison", _beside_survey(shown, lang))
    if not hasattr(shown, "evaluations"):
        raise InputError(
            f"map: {type(shown).__name__} lies nowhere by itself. Give an area, a comparison or a design; "
            "of a scenario, scenario.apply(area)."
        )
    return cast("Comparison", shown)


def _beside_survey(area: StudyArea, lang: Lang) -> Sight:
    title = area.title or area.name
    if area.survey is area:
        return Sight({"today": area}, {"today": title})
    return Sight({"today": area.survey, "plan": area}, {"today": title, "plan": word("option", lang)})


def place_of(options: Comparison, option: str | None) -> int:
    """Find an option by name; without a name it is the last.

    Raises
    ------
    InputError
        There is no such option.
    """
    names = list(options.areas)
    if option is None:
        return len(names) - 1
    if option not in names:
        raise InputError(f"map: {option}: no such option. Options: {', '.join(names)}.")
    return names.index(option)


def extent(options: Comparison) -> list[float]:
    """West, south, east and north of everything surveyed, in the CRS of the area.

    Raises
    ------
    InputError
        There is nothing to draw.
    """
    area = options.areas["today"]
    boxes = [area.compounds.total_bounds] if len(area.compounds) else _boxes(area)
    if not boxes:
        raise InputError(f"map: {area.name} holds nothing that could be drawn.")
    lows, highs = [min(b[k] for b in boxes) for k in (0, 1)], [max(b[k] for b in boxes) for k in (2, 3)]
    return [float(value) for value in (*lows, *highs)]


def _boxes(area: StudyArea) -> list[Any]:
    frames = [area.layer(name) for name in area.layers]
    return [frame.total_bounds for frame in frames if len(frame) and "geometry" in frame.columns]
