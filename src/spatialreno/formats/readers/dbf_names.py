"""What the table of a shapefile can hold: names of ten letters, cells of 254 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    import geopandas as gpd

_NAME, _CELL = 10, 254
_MEND = "Shorten it, or export to another format such as gpkg"


def field_names(columns: list[str]) -> dict[str, str]:
    """Shorten names of columns to ten letters, told apart by a number where two would be the same.

    Examples
    --------
    >>> field_names(["id", "footprint_m2", "footprint_share"])
    {'id': 'id', 'footprint_m2': 'footprint_', 'footprint_share': 'footprint1'}
    """
    names: dict[str, str] = {}
    for column in columns:
        short, number = column[:_NAME], 0
        while short.lower() in {n.lower() for n in names.values()}:
            number += 1
            short = column[: _NAME - len(str(number))] + str(number)
        names[column] = short
    return names


def refuse_what_is_cut(layer: str, frame: gpd.GeoDataFrame, encoding: str) -> None:
    """Refuse texts that would be cut, or that the script cannot write; a shapefile would lose them in silence.

    Raises
    ------
    InputError
        Naming column and rows.
    """
    faults = []
    for column in (c for c in frame.columns if c != "geometry" and frame[c].dtype in ("str", "object")):
        for what, lost in (("is longer than 254 bytes", _too_long), (f"cannot be written in {encoding}", _foreign)):
            ids = [str(i) for i, v in zip(frame["id"], frame[column], strict=True) if lost(v, encoding)]
            if ids:
                message = f"{column} {what} in {len(ids)} rows"
                faults.append(Fault(layer, tuple(ids), "shapefile", message, _MEND))
    if faults:
        raise InputError.of(faults)


def _too_long(value: object, encoding: str) -> bool:
    return isinstance(value, str) and len(value.encode(encoding, "replace")) > _CELL


def _foreign(value: object, encoding: str) -> bool:
    return isinstance(value, str) and value.encode(encoding, "ignore").decode(encoding) != value
