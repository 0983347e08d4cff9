"""One plan as a DXF drawing for the design institute: metres of the area's system, a layer for each class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from spatialreno.area import crs_text
from spatialreno.errors import InputError
from spatialreno.files import put_whole
from spatialreno.formats import new_drawing
from spatialreno.maps.drawing.style import styles
from spatialreno.maps.drawing.themes import themes
from spatialreno.maps.paper.plot import one_line
from spatialreno.maps.words.words import Lang, checked, legend_words

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison
    from spatialreno.maps.drawing.features import Drawn

_LETTERS_M = 2.0


def write_dxf(options: Comparison, path: Path, *, option: str = "", lang: Lang = "zh") -> Path:
    """Write one option as DXF R2018: outlines and lines on layers named by class, names as text.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : Path
        The file.
    option : str
        Name of the option; by default the last.
    lang : str
        Language of the descriptions of layers.

    Raises
    ------
    InputError
        ezdxf is missing, the option is unknown, or the file cannot be written.
    """
    language = checked(lang)
    key = option or list(options.areas)[-1]
    if key not in options.areas:
        raise InputError(f"report: {key} is no option. Options: {', '.join(options.areas)}.")
    with new_drawing("report", setup=["linetypes"]) as drawing:
        drawing.header.custom_vars.append("CRS", crs_text(options.areas["today"].crs))
        said = legend_words(language)
        for theme in themes(options, language):
            for thing in theme.drawn:
                name = thing.classes[list(options.areas).index(key)]
                if name is not None and theme.key != "paths":
                    _draw(drawing, thing, name.removesuffix("~"), said)
        # ezdxf would name the classes in use in the order of a set.
        for kind in sorted(drawing.entitydb.dxf_types_in_use()):
            drawing.classes.add_class(kind)
        put_whole(path.parent, lambda folder: drawing.saveas(folder / path.name), what=path)
    return path


def _draw(drawing: Any, thing: Drawn, name: str, said: dict[str, str]) -> None:
    layer = _layer(drawing, name, said)
    space, on = drawing.modelspace(), {"layer": layer}
    label = thing.more.get("alt") or thing.more.get("name")
    if thing.geometry.geom_type == "Point":
        radius = float(thing.more.get("radius") or 0)
        if radius:
            space.add_circle(thing.geometry.coords[0], radius, dxfattribs=on)
        elif not thing.more.get("name") or thing.more.get("label"):
            space.add_point(thing.geometry.coords[0], dxfattribs=on)
    for part in shapely.get_parts(shapely.get_parts(thing.geometry)):
        closed = part.geom_type == "Polygon"
        for ring in [part.exterior, *part.interiors] if closed else [part]:
            if ring.geom_type != "Point":
                space.add_lwpolyline(shapely.get_coordinates(ring), close=closed, dxfattribs=on)
    if label:
        place = thing.geometry.representative_point()
        text = space.add_text(plain_text(label), height=_LETTERS_M, dxfattribs={**on, "style": _letters(drawing)})
        text.set_placement((place.x, place.y))


def plain_text(value: object) -> str:
    """Write a name so that a drawing shows it: its control codes (``%%``, ``\\``) mean nothing.

    >>> plain_text("50%%u楼")
    '50％％u楼'
    """
    return one_line(value).replace("%%", "％％").replace("\\", "＼").replace("^", "＾")


def _layer(drawing: Any, name: str, said: dict[str, str]) -> str:
    """Name the layer of a class, made when it is first used."""
    layer = f"RENO_{name.upper()}"
    if layer not in drawing.layers:
        look = styles().get(name, {})
        made = drawing.layers.add(layer, linetype="DASHED" if look.get("dashArray") else "CONTINUOUS")
        color = str(look.get("color", "#374151"))
        made.rgb = tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
        made.description = said.get("block" if name.startswith("block-") else name, name)
    return layer


def _letters(drawing: Any) -> str:
    """Use a font in which Chinese CAD programs find Chinese."""
    if "RENO" not in drawing.styles:
        drawing.styles.add("RENO", font="simsun.ttc")
    return "RENO"
