"""``plot``: an area, an option or a design as a still plan, in axes that other plots can join."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from spatialreno.area import as_ids, refuse_unknown
from spatialreno.maps.content.indicator_tables import option_titles
from spatialreno.maps.drawing.sight import extent, place_of, seen
from spatialreno.maps.drawing.themes import STANDING, theme_titles, themes
from spatialreno.maps.lettering.fonts import lettering, plotting
from spatialreno.maps.paper.plot import MM_PER_INCH, draw_plan, furnish, one_line
from spatialreno.maps.words.words import Lang, checked

if TYPE_CHECKING:
    from spatialreno.maps.drawing.sight import Viewable

_SIDES_MM = (240.0, 170.0)
_EDGE_MM = 4.0
_TITLE_MM = 8.0
_MARGIN_M = 12.0


def plot(shown: Viewable, *, option: str | None = None, layers: Iterable[str] | None = None, lang: Lang = "zh") -> Any:
    """Draw an area, an option of a comparison, or a design with matplotlib, at a true scale.

    Parameters
    ----------
    shown : StudyArea, Comparison or Design
        An area that a plan has changed is drawn as changes to its survey.
    option : str, optional
        Which option of a comparison; by default the last.
    layers : iterable of str, optional
        Keys of the layers to draw, as for ``folium_map``; by default those a page shows when it opens.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    matplotlib.axes.Axes
        In metres of the area's CRS: ``frame.plot(ax=…)`` joins it; ``axes.figure.savefig(path)`` writes it.

    Raises
    ------
    InputError
        No such option, layer or language, nothing to draw, or matplotlib is missing.

    Examples
    --------
    >>> import spatialreno as sr
    >>> axes = sr.read_area("data/geo/xigongdi").plot(layers=["buildings", "walls"])
    >>> axes.get_title()
    '现状'
    """
    language = checked(lang)
    options = seen(shown, language)
    position = place_of(options, option)
    titles = theme_titles(options, language)
    known = titles if options.evaluations else [key for key in titles if key in STANDING]
    wanted = list(known) if layers is None else as_ids(layers)
    refuse_unknown(wanted, known, what="plot", noun="layer that can be drawn here")
    west, south, east, north = extent(options)
    corners = (west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)
    plotting()
    with lettering():
        from matplotlib import pyplot

        figure = pyplot.figure(figsize=[side / MM_PER_INCH for side in _SIDES_MM])
        box = (_EDGE_MM, _EDGE_MM, _SIDES_MM[0] - 2 * _EDGE_MM, _SIDES_MM[1] - 2 * _EDGE_MM - _TITLE_MM)
        drawing = draw_plan(figure, box, themes(options, language, only=set(wanted)), position, corners)
        furnish(drawing, language)
        drawing.axes.set_title(one_line(option_titles(options, language)[position]), fontsize=11)
    return drawing.axes
