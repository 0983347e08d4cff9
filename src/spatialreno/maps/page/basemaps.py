"""Maps underneath, on request only: a page without one asks the net for nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from spatialreno.errors import InputError

KEY_VARIABLE: Final = "TIANDITU_KEY"


@dataclass(frozen=True)
class Base:
    """A tile service.

    Attributes
    ----------
    layers : tuple of str
        Addresses of its tiles, lowest first; ``{key}`` stands for a key.
    hosts : tuple of str
        Hosts that the page's content-security policy lets pictures come from.
    attribution : str
        What must be shown.
    subdomains : str
        Letters or digits that stand for ``{s}``.
    shifted : bool
        Whether its tiles are in GCJ-02; then the tiles are moved, never the data.
    """

    layers: tuple[str, ...]
    hosts: tuple[str, ...]
    attribution: str
    subdomains: str = "a"
    shifted: bool = False

    @property
    def needs_key(self) -> bool:
        """Whether its addresses hold a key."""
        return any("{key}" in layer for layer in self.layers)


def _tianditu(layer: str) -> str:
    return (
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
        "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
    )


BASES: Final = MappingProxyType(
    {
        "tianditu": Base(
            (_tianditu("vec"), _tianditu("cva")),
            tuple(f"https://t{number}.tianditu.gov.cn" for number in range(8)),
            "天地图 © 国家基础地理信息中心",
            "01234567",
        ),
        "osm": Base(
            ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
            ("https://tile.openstreetmap.org",),
            "© OpenStreetMap contributors",
        ),
        "gaode": Base(
            ("https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",),
            tuple(f"https://webrd0{number}.is.autonavi.com" for number in range(1, 5)),
            "© 高德地图 AutoNavi（GCJ-02，已平移底图）",
            "1234",
            shifted=True,
        ),
    }
)


def base_settings(name: str | None, *, write_key: bool) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Give what the page needs to know of a base map, and the hosts its pictures may come from.

    Parameters
    ----------
    name : str or None
        ``tianditu``, ``osm``, ``gaode``, or None for none.
    write_key : bool
        Whether to write the key from the environment into the page; else the page asks whoever opens it.

    Raises
    ------
    InputError
        No such base map, or the key is to be written and the environment has none.

    Examples
    --------
    >>> base_settings(None, write_key=False)
    (None, ())
    """
    if name is None:
        return None, ()
    if name not in BASES:
        raise InputError(f"page: there is no base map {name}. Choose from {', '.join(BASES)}, or none.")
    base = BASES[name]
    key = ""
    if base.needs_key and write_key:
        key = os.environ.get(KEY_VARIABLE, "")
        if not key:
            raise InputError(f"page: {KEY_VARIABLE} is not set. Set it to your key, or let the page ask for one.")
    said = {"layers": list(base.layers), "attribution": base.attribution, "subdomains": base.subdomains}
    return {**said, "shifted": base.shifted, "asks": base.needs_key and not key, "key": key}, base.hosts
