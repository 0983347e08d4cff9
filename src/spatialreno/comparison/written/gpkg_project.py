"""The QGIS project inside ``options.gpkg``: a group for each option, layers and columns by their titles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialreno.files import FormField, ProjectLayer, embed_project, plain_style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialreno.catalog import Catalog
    from spatialreno.comparison.sheet import Compared

_TODAY = "today"
#: Layers from the top of the map to its bottom, each with its colour; the ground is quiet, what is told is loud.
_LOOKS = {
    "facilities": "#0072b2", "gates": "#2f855a", "entrances": "#6b7280", "trees": "#a3c293", "walls": "#4b5563",
    "pipes": "#c81e1e", "structures": "#d55e00", "isochrone_change": "#009e73", "scores": "#5b7fa6",
    "buildings": "#d8cfc0", "parking": "#cbd5e1", "open_spaces": "#cfe3c0", "freed_land": "#009e73",
    "paths": "#d9d9d4", "isochrones": "#08519c", "blocks": "#a6bddb", "compounds": "#f3f3ef",
}  # fmt: skip
_OTHER = "#9a978f"
_SEEN = ("facilities", "gates", "walls", "structures", "buildings", "paths", "freed_land", "blocks", "open_spaces")
_LIKE = "compounds"  # what a result tells of people and sizes is called as there


def embed_options(comparison: Compared, layers: Mapping[tuple[str, str], Any], path: Path) -> None:
    """Write the project into the file of the options' layers.

    Parameters
    ----------
    comparison
        Today and the options.
    layers
        What the file holds, by option and name; tables are called ``OPTION_NAME``.
    path
        The GeoPackage.
    """
    order = {name: place for place, name in enumerate(_LOOKS)}
    options = list(comparison.areas)
    keys = sorted(layers, key=lambda key: (-options.index(key[0]), order.get(key[1], len(order)), key[1]))
    today = comparison.today
    held = [one for option, name in keys for one in _shown(comparison, option, name, layers[option, name])]
    corners = [float(value) for value in today.compounds.total_bounds]
    extent = (corners[0], corners[1], corners[2], corners[3]) if len(today.compounds) else None
    embed_project(path, today.title or today.name, held, today.crs, extent=extent, about=comparison.provenance)


def _shown(comparison: Compared, option: str, name: str, frame: Any) -> list[ProjectLayer]:
    """Show a table; one of several kinds of geometry, as points may stand beside areas, as a layer a kind."""
    catalog = comparison.today.catalog
    told = comparison.provenance["options"].get(option, {})
    group = catalog.word("", "results", _TODAY) if option == _TODAY else str(told.get("title") or option)
    known = catalog.layers.get(name)
    title = known.title("zh") if known is not None else catalog.word("", "results", name)
    kinds = _kinds(frame)
    columns = tuple(FormField(str(c), _title(catalog, name, str(c))) for c in frame.columns if c != "geometry")
    label = "name" if "name" in frame and name in ("facilities", "compounds") else ""
    found = []
    for wkb in kinds:
        style = plain_style(wkb, _LOOKS.get(name, _OTHER), opacity=0.35 if name == "isochrones" else 1.0)
        only = wkb.removeprefix("Multi") if len(kinds) > 1 else ""
        table, shown = f"{option}_{name}", name in _SEEN
        found.append(ProjectLayer(table, title, group, wkb, style, label, columns, shown, only=only))
    return found


def _kinds(frame: Any) -> list[str]:
    """Name the kinds of geometry as GDAL writes them, points first; of many parts where any feature has several."""
    have = set(frame.geometry.geom_type.dropna())
    plain = [kind for kind in ("Point", "LineString", "Polygon") if {kind, f"Multi{kind}"} & have]
    return [f"Multi{kind}" if f"Multi{kind}" in have else kind for kind in plain]


def _title(catalog: Catalog, name: str, column: str) -> str:
    for layer in (catalog.layers.get(name), catalog.layers[_LIKE]):
        if layer is not None and column in layer.columns:
            known = layer.columns[column]
            unit = catalog.word("", "unit", known.unit)
            return f"{known.title('zh')}（{unit}）" if unit else known.title("zh")
    return catalog.word("", "results", column)
