"""A comparison as the map sees it: layers by option, words, and the classes of changed features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from spatialreno.maps.drawing.features import Drawn, Told, Version, is_estimated, tooltip, versions
from spatialreno.maps.drawing.style import changed
from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog
    from spatialreno.comparison import Comparison


# What joint works do to many things alike is told by their own layers, not by colouring every one of them.
_BY_WORKS = {"heated", "heated_share"}


class Scene:
    """A comparison seen by one language: frames by option, words, and the classes of changed features."""

    def __init__(self, options: Comparison, lang: Lang) -> None:
        self.options = options
        self.lang = lang
        self.keys = tuple(options.areas)
        self.areas = tuple(options.areas.values())
        self.catalog: Catalog = self.areas[0].catalog
        self.names = {
            str(key): str(name) for area in reversed(self.areas) for key, name in area.compounds["name"].items()
        }

    def frames(self, layer: str) -> list[Any]:
        """One layer as each option has it."""
        return [area.layer(layer) for area in self.areas]

    def own(self, frames: Mapping[str, Any]) -> list[Any]:
        """Rows that each option has of its own, in the order of the options."""
        return [frames[key] for key in self.keys]

    def versions(self, layer: str) -> list[Version]:
        """Every state of every feature of a layer."""
        columns = [c.column for c in self.catalog.layers[layer].columns.values() if c.status != "derived"]
        return versions(self.frames(layer), [c for c in columns if c not in _BY_WORKS])

    def rows(self, version: Version, layer: str) -> Told:
        """The tooltip of a feature."""
        row = {key: value for key, value in version.row.items() if layer != "buildings" or key not in _BY_WORKS}
        rows = tooltip(row, layer, self.catalog, self.lang, names=self.names, id_=version.id)
        return Told.of(rows, layer, version.id)

    def classes(self, version: Version, base: str, *, geometry: str) -> tuple[str | None, ...]:
        """The class of a feature in each option."""
        dotted = "~" if is_estimated(version.row) else ""
        return tuple(
            None if status is None else changed(base, status, geometry=geometry) + dotted for status in version.statuses
        )

    def draw(self, layer: str, base: Callable[[Version], str], *, geometry: str) -> list[Drawn]:
        """Draw a layer whose features keep their shape as it is."""
        return [
            Drawn(v.geometry, self.classes(v, base(v), geometry=geometry), self.rows(v, layer))
            for v in self.versions(layer)
        ]

    def title(self, layer: str) -> str:
        """The name of a layer."""
        return self.catalog.layers[layer].title(self.lang)
