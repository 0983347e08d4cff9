"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, and the way back to WGS 84.

The shift of GCJ-02 is a known function of the true place (the published "eviltransform" series); it has no closed
inverse, so the true place is found by fixed point: guess, shift, correct by the miss, until the miss is below 1e-6 m.
BD-09 is GCJ-02 shifted once more. Outside China nothing is shifted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spatialreno._angles import arctan2, cos, sin
from spatialreno._types import Floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

_A, _EE = 6_378_245.0, 0.006_693_421_622_965_943  # Krasovsky 1940, as the series has them
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: where the series is applied
_BD = np.pi * 3000.0 / 180.0
_MISS = 1e-12  # degrees; 1e-7 m
_ROUNDS = 30


def to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS 84 degrees to GCJ-02.

    Examples
    --------
    >>> lon, lat = to_gcj02(116.391349, 39.907375)
    >>> f"{lon:.5f} {lat:.5f}"
    '116.39759 39.90878'
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * sin(6.0 * x * np.pi) + 20.0 * sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north = north + (wave + 20.0 * sin(y * np.pi) + 40.0 * sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north = north + (160.0 * sin(y / 12.0 * np.pi) + 320.0 * sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east = east + (wave + 20.0 * sin(x * np.pi) + 40.0 * sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east = east + (150.0 * sin(x / 12.0 * np.pi) + 300.0 * sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    rad = np.radians(lat)
    magic = 1.0 - _EE * sin(rad) ** 2
    d_lat = north * 180.0 / (_A * (1.0 - _EE) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = east * 180.0 / (_A / np.sqrt(magic) * cos(rad) * np.pi)
    inside = _in_china(lon, lat)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS 84 degrees to BD-09.

    Examples
    --------
    >>> lon, lat = to_bd09(116.391349, 39.907375)
    >>> f"{lon:.4f} {lat:.4f}"
    '116.4040 39.9151'
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = to_gcj02(lon, lat)
    far = np.hypot(x, y) + 0.00002 * sin(y * _BD)
    turn = arctan2(y, x) + 0.000003 * cos(x * _BD)
    inside = _in_china(lon, lat)
    east, north = far * cos(turn) + 0.0065, far * sin(turn) + 0.006
    return np.where(inside, east, lon), np.where(inside, north, lat)


SHIFTS: dict[str, Shift] = {"gcj02": to_gcj02, "bd09": to_bd09}


def unshift(lon: ArrayLike, lat: ArrayLike, shift: str) -> tuple[Floats, Floats]:
    """Find the WGS 84 degrees whose shift is ``lon, lat``, to 1e-6 m.

    Parameters
    ----------
    lon, lat
        Floats in the shifted system.
    shift
        ``gcj02`` or ``bd09``.

    Returns
    -------
    tuple of arrays
        Floats in WGS 84.

    Examples
    --------
    >>> lon, lat = unshift(*to_gcj02(112.43, 34.66), "gcj02")
    >>> bool(abs(lon - 112.43) < 1e-11 and abs(lat - 34.66) < 1e-11)
    True
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        a, b = SHIFTS[shift](x, y)
        miss_x, miss_y = lon - a, lat - b
        x, y = x + miss_x, y + miss_y
        if not np.nanmax(np.abs([miss_x, miss_y]), initial=0.0) > _MISS:
            break
    return x, y


def _in_china(lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    west, south, east, north = _CHINA
    inside: npt.NDArray[np.bool_] = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    return inside
