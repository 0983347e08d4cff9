"""Which blocks become one when one obstacle goes: asked of the room of blocks for all candidates at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import overlaid
from spatialreno.walk.state.standing import open_groups

if TYPE_CHECKING:
    from spatialreno._types import Ints
    from spatialreno.area import StudyArea

_APART_M = 4000.0
_LAYERS = {
    "walls": [], "gates": ["width_m", "wall_id"], "structures": ["position"], "buildings": [], "paths": ["public"],
}  # fmt: skip


def merged_blocks(
    area: StudyArea, candidates: Sequence[tuple[str, str]], blocks: dict[str, int]
) -> list[list[set[int]]]:
    """Find for each candidate which blocks merge when it goes.

    Method: the compounds beside each candidate and what stands between them, without it, are copied side by side into
    one drawing, so that the blocks of all candidates are found in one go.

    Parameters
    ----------
    area
        The study area.
    candidates
        Layer and id of each. Gates merge nothing.
    blocks
        The block of each compound now.

    Returns
    -------
    list
        For each candidate the sets of two and more blocks that become one.
    """
    copies = _Copies(area)
    for at, (layer, name) in enumerate(candidates):
        if layer != "gates":
            copies.add(at, layer, name)
    joined: list[dict[int, set[int]]] = [{} for _ in candidates]
    for (at, compound), group in copies.groups().items():
        joined[at].setdefault(group, set()).add(blocks[compound])
    return [_together([part for part in parts.values() if len(part) > 1]) for parts in joined]


def _together(parts: list[set[int]]) -> list[set[int]]:
    """Join sets that share a block."""
    found: list[set[int]] = []
    for part in parts:
        apart = [one for one in found if not one & part]
        found = [*apart, set().union(part, *(one for one in found if one & part))]
    return found


class _Copies:
    """Neighbourhoods of candidates, each moved to a place of its own."""

    def __init__(self, area: StudyArea) -> None:
        constants = area.catalog.constants
        self._area, self._reach = area, constants["strip_m"] + 2 * constants["tolerance_m"]
        self._layers = {layer: area.layer(layer) for layer in (*_LAYERS, "compounds")}
        self._shapes = {layer: table.geometry.to_numpy() for layer, table in self._layers.items()}
        self._trees = {layer: shapely.STRtree(shapes) for layer, shapes in self._shapes.items()}
        self._rows: dict[str, list[tuple[int, Any]]] = {layer: [] for layer in self._shapes}

    def add(self, at: int, layer: str, name: str) -> None:
        """Copy the compounds beside a candidate and all that stands near them but the candidate."""
        row = self._layers[layer].index.get_loc(name)
        shape = self._shapes[layer][row]
        beside = np.sort(self._trees["compounds"].query(shape, predicate="dwithin", distance=self._reach))
        if len(beside) < 2:
            return
        zone = shapely.box(*shapely.total_bounds(self._shapes["compounds"][beside])).buffer(2 * self._reach)
        self._rows["compounds"].append((at, beside))
        for key in _LAYERS:
            near = np.sort(self._trees[key].query(zone))
            if key == "gates" and layer == "walls":  # they go with their wall
                near = near[(self._layers[key]["wall_id"] != name).to_numpy(bool)[near]]
            self._rows[key].append((at, near[near != row] if key == layer else near))

    def groups(self) -> dict[tuple[int, str], int]:
        """Number the blocks of all copies, by candidate and compound."""
        if not self._rows["compounds"]:
            return {}
        parts = {layer: self._moved(layer) for layer in self._rows}
        found = open_groups(overlaid(self._area, parts))
        names = self._layers["compounds"].index
        keys = [(at, str(names[row])) for at, rows in self._rows["compounds"] for row in rows.tolist()]
        return dict(zip(keys, found.values(), strict=True))

    def _moved(self, layer: str) -> gpd.GeoDataFrame:
        copies = self._rows[layer]
        row = np.concatenate([rows for _, rows in copies]).astype(np.int64)
        at = np.repeat([at for at, _ in copies], [len(rows) for _, rows in copies])
        side = int(np.ceil(np.sqrt(at.max(initial=0) + 1)))
        shapes = self._shapes[layer][row]
        away = _APART_M * np.column_stack([at % side, at // side])
        count = shapely.get_num_coordinates(shapes)
        coords = shapely.get_coordinates(shapes) + np.repeat(away, count, axis=0)
        moved = shapely.set_coordinates(shapes.copy(), coords)
        columns = self._layers[layer][_LAYERS.get(layer, [])].iloc[row].reset_index(drop=True)
        index = pd.Index([f"{number:09d}" for number in range(len(row))], name="id", dtype="str")
        if layer == "gates":
            columns["wall_id"] = self._copied_walls(at, columns["wall_id"])
        return gpd.GeoDataFrame(columns.set_axis(index), geometry=moved, crs=self._area.crs)

    def _copied_walls(self, at: Ints, walls: pd.Series[Any]) -> pd.Series[Any]:
        """Name the copy of each gate's wall beside the copy of the gate."""
        names, rows = self._layers["walls"].index, self._rows["walls"]
        copies = [(copy, str(names[row])) for copy, near in rows for row in near.tolist()]
        number = {key: f"{copy:09d}" for copy, key in enumerate(copies)}
        found = [number.get((int(copy), wall)) for copy, wall in zip(at, walls, strict=True)]
        return pd.Series(found, index=walls.index, dtype="str")
