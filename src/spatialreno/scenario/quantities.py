"""How much of a thing is priced: its length, floor, facade, the ground it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno._types import Cell
    from spatialreno.area import StudyArea

Row = dict[Any, Any]
_LOW = ("ground", "attached")
_NONE = float("nan")


@dataclass(frozen=True)
class Quantities:
    """Measures things of a plan; it knows what the plan builds, for ground built upon is not made good.

    Attributes
    ----------
    area
        As surveyed.
    built
        Outlines of all that the plan builds or paves anew, in the area's CRS.
    """

    area: StudyArea
    built: tuple[Any, ...]

    def of(self, layer: str, feature: Row, name: str) -> float:
        """Measure one thing by the name of a quantity of the catalog, to the hundredth; missing is missing."""
        special = {
            "count": lambda: 1.0,
            "paved_m2": lambda: _times(feature["length_m"], feature["width_m"]),
            "facade_m2": lambda: self._facade(feature),
            "open_m2": lambda: self._open(layer, feature),
            "households": lambda: self._households(layer, feature),
            "area_m2": lambda: _known(feature.get("area_m2"), feature["geometry"].area or _NONE),
        }
        value = special[name]() if name in special else _known(feature.get(name))
        return hundredths(value) / 100 if value == value else _NONE

    def _facade(self, building: Row) -> float:
        """Outer wall without its windows: outline × height × ``facade_share``."""
        constants = self.area.catalog.constants
        height = _known(building.get("height_m"), _times(building.get("storeys"), constants["storey_height_m"]))
        return float(building["geometry"].length) * height * constants["facade_share"]

    def _open(self, layer: str, feature: Row) -> float:
        """Ground that lies bare once a thing has gone: what the plan does not build upon; 0 for a thing on a roof."""
        if layer == "structures" and _known_word(feature.get("position"), "ground") not in _LOW:
            return 0.0
        bare = feature["geometry"]
        if layer == "walls":
            bare = bare.buffer(self.area.catalog.constants["made_good_wall_m"] / 2, cap_style="flat")
        upon = [self.built[k] for k in self._tree.query(bare, predicate="intersects")]
        return float(bare.difference(shapely.union_all(upon)).area if upon else bare.area)

    def _households(self, layer: str, feature: Row) -> float:
        """Households of a building; of a compound those of its ledger, else of its buildings."""
        own = _known(feature.get("households"))
        if layer != "compounds" or own == own:
            return own
        inside = self.area.buildings["compound_id"].eq(feature["id"])
        return float(self.area.buildings.loc[inside, "households"].sum(min_count=1))

    @cached_property
    def _tree(self) -> Any:
        return shapely.STRtree(self.built)


def hundredths(value: float) -> int:
    """Count hundredths, halves upwards: quantities to the centimetre, money to the fen.

    Parameters
    ----------
    value
        Metres, m² or yuan.

    Returns
    -------
    int
        Hundredths of the unit, of the number as it is written (1.005 is 101, not 100).

    Examples
    --------
    >>> hundredths(12.345), hundredths(0.004), hundredths(1.005)
    (1235, 0, 101)
    """
    from decimal import ROUND_HALF_UP, Decimal

    return int((Decimal(repr(float(value))) * 100).to_integral_value(rounding=ROUND_HALF_UP))


def footprints(layer: str, rows: gpd.GeoDataFrame) -> list[Any]:
    """Outline what a plan builds, on the ground: areas as they are, a path at its width."""
    shapes = rows.geometry
    if layer == "paths":
        widths = rows["width_m"].fillna(0.0).astype("float64")
        return [shape.buffer(w / 2, cap_style="flat") for shape, w in zip(shapes, widths, strict=True) if w > 0]
    return [shape for shape in shapes if shape.area > 0]


def _times(a: Cell, b: Cell) -> float:
    return _known(a) * _known(b)


def _known(value: Cell, other: float = _NONE) -> float:
    return other if value is None or pd.isna(value) else float(value)


def _known_word(value: object, other: str) -> str:
    return value if isinstance(value, str) else other


def fen(yuan: pd.Series) -> pd.Series:
    """Count a column of yuan in whole fen, so that sums are exact; what is missing stays missing."""
    return (yuan * 100).round().astype("Int64")
