"""States of an area as masks: what stands now, and which hops a walker may use."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatialreno._types import Bools, Ints
from spatialreno.area import on_ground
from spatialreno.walk.fabric.build import build_fabric
from spatialreno.walk.fabric.fabric import Fabric

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

# A fabric is a pure function of geometry; keeping the last few only saves time and changes no answer.
_KEPT_FABRICS = 4
_fabrics: OrderedDict[str, Fabric] = OrderedDict()

_FIXED = ("buildings", "compounds", "entrances")
_CONSTANTS = (
    "clear_m", "door_side_m", "frontage_step_m", "gate_reach_m", "passage_m", "seal_m", "strip_m", "tolerance_m",
)  # fmt: skip

Walker = frozenset[str]
VISITOR: Walker = frozenset()


def fabric_of(area: StudyArea) -> Fabric:
    """Give the fabric that serves this area: its survey's where the state only opened something, else its own.

    Parameters
    ----------
    area
        The study area in any state.

    Returns
    -------
    Fabric
        Nodes and hops in millimetres; kept in the process for the last few geometries.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> opened = sr.Scenario("opened", interventions=[sr.demolish("walls", ids=["W01"])]).apply(today)
    >>> fabric_of(opened) is fabric_of(today)  # what went is a mask over the survey's fabric
    True
    """
    source = source_of(area)
    key = geometry_key(source)
    if key not in _fabrics:
        _fabrics[key] = build_fabric(source)
    return _latest(key)


def source_of(area: StudyArea) -> StudyArea:
    """Name the area the fabric is built from: the survey, or this area where more than openings changed."""
    survey = area.survey
    return survey if survey is not area and _only_opened(survey, area) else area


def keep_fabric(area: StudyArea, fabric: Fabric) -> None:
    """Keep a fabric made elsewhere for the geometry that serves an area."""
    key = geometry_key(source_of(area))
    _fabrics[key] = fabric
    _latest(key)


def _latest(key: str) -> Fabric:
    """Give a kept fabric, and let the one not used for longest go."""
    _fabrics.move_to_end(key)
    while len(_fabrics) > _KEPT_FABRICS:
        _fabrics.popitem(last=False)
    return _fabrics[key]


def standing(area: StudyArea, fabric: Fabric, walker: Walker = VISITOR) -> Bools:
    """Tell which labels stop this walker today.

    A stretch of a gate stops nobody once its wall has gone. A scenario that takes a gate down cuts its wall there; a
    wall drawn whole, without a gate, is closed. A gap that a gate closed is open once the gate or a wall beside it has
    gone.

    Parameters
    ----------
    area
        The study area in any state that the fabric serves.
    fabric
        Its fabric.
    walker
        Ids of the `residents` gates open to the walker.

    Returns
    -------
    numpy.ndarray
        One flag for each label.
    """
    open_gates = set(area.gates.index[area.gates["walkers"] == "public"]) | walker
    structures = set(_ground_structures(area).index)
    walls, gates = set(area.walls.index), set(area.gates.index)

    def stands(layer: str, name: str, wall: str) -> bool:
        if layer == "walls":
            return name in walls
        if layer == "gates":
            return wall in walls and not (name in gates and name in open_gates)
        if layer == "gaps":
            return wall in walls and name in gates and name not in open_gates
        return name in structures or layer == "passages"

    flags: list[bool] = []
    for layer, name, other in fabric.obstacles.labels:
        flags.append(flags[int(name)] and flags[int(other)] if layer == "seals" else stands(layer, name, other))
    return np.array(flags, bool)


def open_hops(area: StudyArea, fabric: Fabric, walker: Walker = VISITOR) -> Bools:
    """Tell which hops of the fabric this walker can use today."""
    hops = fabric.hops
    fine = carriers_open(standing(area, fabric, walker), hops.label_hop, hops.label, len(hops))
    return fine & paths_open(area, fabric, hops.path)


def carriers_open(stands: Bools, carrier: Ints, label: Ints, count: int) -> Bools:
    """Tell which carriers of labels carry none that stands."""
    fine = np.ones(count, bool)
    fine[carrier[stands[label]]] = False
    return fine


def paths_open(area: StudyArea, fabric: Fabric, path: Ints) -> Bools:
    """Tell which hops or ways can be walked as far as their paths go.

    Parameters
    ----------
    area
        The study area in any state that the fabric serves; its `paths` say which are walkable.
    fabric
        Its fabric.
    path
        For each hop or way the number of its path in ``fabric.path_ids``, or -1 where it lies on none.

    Returns
    -------
    numpy.ndarray
        One flag for each; what lies on no path is open.

    Examples
    --------
    >>> import numpy as np
    >>> import spatialreno as sr
    >>> from spatialreno.walk import fabric_of
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> shut = sr.Scenario("shut", interventions=[sr.demolish("paths", ids=["P01"])]).apply(area)
    >>> fabric = fabric_of(area)
    >>> paths_open(shut, fabric, np.array([fabric.path_ids.index("P01"), fabric.path_ids.index("P02"), -1])).tolist()
    [False, True, True]
    """
    walkable = set(area.paths.index[area.paths["walkable"].to_numpy(bool)])
    usable = np.array([name in walkable for name in fabric.path_ids] + [True], bool)
    return usable[path]


def homes(area: StudyArea, block: dict[str, int] | None = None) -> dict[str, Walker]:
    """Name, for each compound, the `residents` gates that let its people through.

    A gate lets through the residents of every compound in the block of a compound beside it.
    """
    gates = area.gates[area.gates["walkers"] == "residents"]
    if not len(gates):
        return {str(compound): VISITOR for compound in area.compounds.index}
    block = open_groups(area) if block is None else block
    walls = area.walls[["compound_a", "compound_b"]].astype(object)
    sides = dict(zip(walls.index, walls.to_numpy().tolist(), strict=True))
    opens: dict[int, set[str]] = {}
    for gate, compound, wall in zip(gates.index, gates["compound_id"], gates["wall_id"], strict=True):
        for name in {compound, *sides.get(wall, ())}:
            if name in block:
                opens.setdefault(block[name], set()).add(gate)
    return {compound: frozenset(opens.get(name, set())) for compound, name in block.items()}


def open_groups(area: StudyArea) -> dict[str, int]:
    """Number the block of each compound: the grouping of `blocks.merge_blocks`, without drawing the blocks."""
    from spatialreno.blocks import open_frontages

    openings = open_frontages(area)
    constants, ids = area.catalog.constants, area.compounds.index
    openings = openings[openings["run_m"] >= constants["merge_open_m"] - constants["snap_m"]]
    one, two = ids.get_indexer(openings["a"]), ids.get_indexer(openings["b"])
    _, number = connected_components(coo_array((np.ones(len(one)), (one, two)), shape=(len(ids),) * 2), directed=False)
    return {str(name): int(at) for name, at in zip(ids, number, strict=True)}


def _ground_structures(area: StudyArea) -> pd.DataFrame:
    structures: pd.DataFrame = area.structures
    return structures[on_ground(structures)]


def _only_opened(survey: StudyArea, area: StudyArea) -> bool:
    """Tell whether masks over the survey's fabric describe the area: things went, nothing came or moved."""
    if any(_layer_bytes(getattr(survey, name)) != _layer_bytes(getattr(area, name)) for name in _FIXED):
        return False
    rows: Iterable[tuple[Any, Any]] = (
        (survey.walls, area.walls),
        (survey.paths, area.paths),
        (_ground_structures(survey), _ground_structures(area)),
        (survey.gates, area.gates),
    )
    if not all(_subset(before, after) for before, after in rows):
        return False
    gates = area.gates.index
    same_gates = survey.gates["width_m"].reindex(gates).equals(area.gates["width_m"])
    return bool(same_gates) and _no_new_ground(survey, area)


def _subset(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> bool:
    """Tell whether every row of `after` stands in `before` with the same shape."""
    if not after.index.isin(before.index).all():
        return False
    old = before.geometry.reindex(after.index).to_numpy()
    return bool(shapely.equals_exact(old, after.geometry.to_numpy(), 0.0).all())


def _no_new_ground(survey: StudyArea, area: StudyArea) -> bool:
    """Tell whether all open spaces lie on ground that could be walked in the survey."""
    if not survey.open_spaces.index.isin(area.open_spaces.index).all():
        return False
    ground = shapely.union_all(
        np.concatenate([survey.compounds.geometry.to_numpy(), survey.open_spaces.geometry.to_numpy()])
    )
    grown = shapely.buffer(ground, survey.catalog.constants["snap_m"])
    return bool(shapely.covers(grown, area.open_spaces.geometry.to_numpy()).all())


def geometry_key(area: StudyArea) -> str:
    """Hash all that a fabric depends on."""
    digest = hashlib.sha256()
    layers = {name: area.layer(name) for name in (*_FIXED, "open_spaces", "walls", "paths", "gates")}
    for layer in (*layers.values(), _ground_structures(area)):
        digest.update(_layer_bytes(layer))
    attributes = (
        layers["gates"][["width_m", "wall_id"]],
        layers["entrances"][["building_id"]],
        layers["buildings"][["compound_id"]],
        layers["paths"][["walkable"]],
        layers["walls"][["thickness_m"]],
    )
    for table in attributes:
        digest.update(table.to_csv().encode())
    digest.update(repr([area.catalog.constants[name] for name in _CONSTANTS]).encode())
    return digest.hexdigest()


def _layer_bytes(layer: gpd.GeoDataFrame) -> bytes:
    """Write ids and shapes down as bytes."""
    shapes = shapely.to_wkb(layer.geometry.to_numpy())
    return b"\0".join(str(name).encode() for name in layer.index) + b"\1" + b"".join(shapes)
