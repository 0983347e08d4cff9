"""Where the area lies (区位): its compounds among the streets of the survey, and the coordinates of its middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from spatialreno.area import way_to_degrees
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.words.safe_html import Markup, joined, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_WIDE = 120.0
_MOST_STREETS = 300
_FINE = 0.4  # of a unit of the picture; what is finer is left out


def location(area: StudyArea, lang: Lang) -> Markup:
    """Draw the area small; nothing where it has no compounds.

    Parameters
    ----------
    area : StudyArea
        As it is today.
    lang : str
        ``zh`` or ``en``.
    """
    if not len(area.compounds):
        return Markup("")
    streets = area.paths.geometry
    streets = streets[streets.length.sort_values(ascending=False, kind="stable").index[:_MOST_STREETS]]
    boxes = [frame.total_bounds for frame in (area.compounds, streets) if len(frame)]
    west, south = (min(float(box[k]) for box in boxes) for k in (0, 1))
    east, north = (max(float(box[k]) for box in boxes) for k in (2, 3))
    scale = _WIDE / max(east - west, north - south)
    tolerance = _FINE / scale
    lines = [way(shapely.simplify(one, tolerance), west, north, scale=scale) for one in streets]
    shapes = shapely.simplify(area.compounds.geometry.to_numpy(), tolerance)
    yards = [way(one, west, north, scale=scale, end="Z") for one in shapes]
    drawn = tag(
        "svg", tag("path", d="".join(lines), class_="location-street"),
        tag("path", d="".join(yards), class_="location-yard"),
        viewBox=f"-3 -3 {(east - west) * scale + 6:.1f} {(north - south) * scale + 6:.1f}", role="img",
        aria_label=word("location", lang),
    )  # fmt: skip
    longitude, latitude = way_to_degrees(area.crs).transform((west + east) / 2, (south + north) / 2)
    said = word("middle_at", lang).format(east=f"{longitude:.3f}", north=f"{latitude:.3f}")
    return joined(drawn, tag("small", said))
