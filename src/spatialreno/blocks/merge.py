"""Merge compounds that are open to one another into blocks (连片街区)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy
import shapely

from spatialreno.area import as_area, once_an_area
from spatialreno.blocks.openings import open_frontages

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

COLUMNS = ["compounds", "parties", "count", "area_m2", "strip_m2", "households", "residents", "open_frontage_m"]


def merge_blocks(area: StudyArea, *, min_open_m: float | None = None) -> gpd.GeoDataFrame:
    """Merge compounds into one block where what stands between them is open wide enough.

    Parameters
    ----------
    area
        Any study area.
    min_open_m
        Least width of one uninterrupted opening, in metres; default is the catalog's ``merge_open_m``.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (``B01`` is the largest): compounds and parties (comma-joined), count, area_m2 (of
        the compounds), strip_m2 (opened strips between them), households, residents,
        open_frontage_m (metres of open edge inside the block), geometry with the strips taken in.

    Examples
    --------
    >>> import spatialreno as sr
    >>> len(merge_blocks(sr.read_area("data/geo/xigongdi"))) > 1
    True
    """
    as_area(area, what="merge_blocks")
    return (_as_it_is(area) if min_open_m is None else _merged(area, min_open_m))[0].copy()


def compound_blocks(area: StudyArea, *, min_open_m: float | None = None) -> pd.Series[Any]:
    """Name the block of each compound.

    Parameters
    ----------
    area, min_open_m
        As for ``merge_blocks``.

    Returns
    -------
    Series
        Block id by compound id, both as in ``merge_blocks``.

    Examples
    --------
    >>> import spatialreno as sr
    >>> blocks = compound_blocks(sr.read_area("data/geo/xigongdi"))
    >>> int(blocks.nunique())
    10
    """
    return (_as_it_is(area) if min_open_m is None else _merged(area, min_open_m))[1].copy()


@once_an_area
def _as_it_is(area: StudyArea) -> tuple[gpd.GeoDataFrame, pd.Series[Any]]:
    """Merge by the catalog's least width: management, check-up and pages ask for the same."""
    return _merged(area, None)


def _merged(area: StudyArea, min_open_m: float | None) -> tuple[gpd.GeoDataFrame, pd.Series[Any]]:
    """Make the blocks, and beside them the block of each compound: ids may hold commas, so nobody parses them."""
    openings, labels = _joined(area, min_open_m)
    blocks = gpd.GeoDataFrame(
        _rows(area, openings, labels), columns=[*COLUMNS, "geometry"], geometry="geometry", crs=area.crs
    )
    order = np.lexsort((blocks["compounds"], -blocks["area_m2"].round(3)))
    blocks = blocks.iloc[order]
    blocks.index = pd.Index([f"B{n:02d}" for n in range(1, len(blocks) + 1)], name="id", dtype="str")
    rank = np.argsort(order)  # labels run 0, 1, 2 … in the order of the rows
    return blocks, pd.Series(blocks.index.to_numpy()[rank[labels]], index=area.compounds.index, dtype="str")


def _joined(area: StudyArea, min_open_m: float | None) -> tuple[gpd.GeoDataFrame, npt.NDArray[Any]]:
    least = area.catalog.constants["merge_open_m"] if min_open_m is None else min_open_m
    openings = open_frontages(area)
    openings = openings[openings["run_m"] >= least - area.catalog.constants["snap_m"]]
    ids = area.compounds.index
    a, b = ids.get_indexer(openings["a"]), ids.get_indexer(openings["b"])
    graph = scipy.sparse.coo_array((np.ones(len(a)), (a, b)), shape=(len(ids), len(ids)))
    _, labels = scipy.sparse.csgraph.connected_components(graph, directed=False)
    return openings.assign(block=labels[a] if len(a) else []), labels


def _rows(area: StudyArea, openings: gpd.GeoDataFrame, labels: npt.NDArray[Any]) -> list[dict[str, Any]]:
    """Sum up each block: its compounds, who holds rights in them, the openings inside it."""
    members, inner = _by_label(labels), _by_label(openings["block"].to_numpy())
    yards, gaps, widths = (column.to_numpy() for column in (
        area.compounds.geometry, openings.geometry, openings["width_m"].astype("float64")))  # fmt: skip
    holders: dict[str, set[str]] = {}
    for feature, party in zip(area.rights["feature_id"], area.rights["party_id"], strict=True):
        holders.setdefault(feature, set()).add(party)
    ids, sums = area.compounds.index.to_numpy(), _sums(area)
    rows = []
    for label in sorted(members):
        rank, open_ = members[label], inner.get(label, np.empty(0, np.intp))
        names = list(ids[rank])
        parties = sorted(set().union(*(holders.get(name, set()) for name in names)))
        shape, strip_m2 = _shape(yards[rank], gaps[open_], area)
        rows.append({
            "compounds": ",".join(names), "parties": ",".join(parties), "count": len(names),
            "area_m2": float(np.nansum(sums["area_m2"][rank])), "strip_m2": strip_m2,
            "households": int(sums["households"][rank].sum()), "residents": int(sums["residents"][rank].sum()),
            "open_frontage_m": float(widths[open_].sum()), "geometry": shape,
        })  # fmt: skip
    return rows


def _by_label(labels: npt.NDArray[Any]) -> dict[Any, npt.NDArray[np.intp]]:
    """List the positions of each label, in order."""
    order = np.argsort(labels, kind="stable")
    found, start = np.unique(labels[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, start[1:]), strict=True)) if len(found) else {}


def _sums(area: StudyArea) -> dict[str, npt.NDArray[np.float64]]:
    """Give by compound what a block adds up."""
    people = _people(area)
    columns = {name: people[name].to_numpy() for name in ("households", "residents")}
    return columns | {"area_m2": area.compounds["area_m2"].astype("float64").to_numpy()}


def _shape(members: npt.NDArray[Any], gaps: npt.NDArray[Any], area: StudyArea) -> tuple[Any, float]:
    """Join yards and the strips between them; also give the area of the strips."""
    yards = shapely.union_all(members)
    strips = _areas(shapely.difference(_areas(gaps), yards))
    return (_sealed(shapely.union(yards, strips), area) if len(members) > 1 else yards), float(strips.area)


def _areas(shape: shapely.Geometry | npt.NDArray[Any]) -> Any:
    """Join the polygons of a shape, or of many; yards that touch share a line, which has no area."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _sealed(shape: shapely.Geometry, area: StudyArea) -> Any:
    """Close the hair cracks of drawing between neighbours, without rounding any corner."""
    half = area.catalog.constants["tolerance_m"] / 2
    return shape.buffer(half, join_style="mitre").buffer(-half, join_style="mitre").union(shape)


def _people(area: StudyArea) -> pd.DataFrame:
    """Sum households and residents over the buildings; a compound without any keeps its own figure."""
    compounds, buildings = area.compounds, area.buildings
    columns = ["households", "residents"]
    summed: pd.DataFrame = buildings.groupby("compound_id")[columns].sum(min_count=1).reindex(compounds.index)
    return summed.astype("Float64").fillna(compounds[columns].astype("Float64")).fillna(0).astype("float64")
