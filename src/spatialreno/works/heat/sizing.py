"""Diameters of heat pipes from the heat they carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from spatialreno._types import Floats

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog


def flow_m3_h(load_kw: ArrayLike, dt_k: float, constants: Mapping[str, float]) -> Floats:
    """Give the water that carries a heat load.

    .. math:: G = 0.86 \\, Q / \\Delta T

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> round(float(flow_m3_h(5500.0, 20.0, read_catalog().constants)), 1)
    236.5
    """
    return np.asarray(load_kw, float) * constants["heat_flow_m3_h_kw_k"] / dt_k


def drop_pa_m(flow: ArrayLike, inner_mm: ArrayLike, constants: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Give velocity in m/s and pressure drop in Pa/m of a flow in m³/h through one pipe.

    Darcy and Weisbach with Shifrinson's friction, for rough pipes:

    .. math:: R = \\frac{\\lambda}{d} \\frac{\\rho v^2}{2}, \\quad \\lambda = 0.11 (k/d)^{0.25}
    """
    d = np.asarray(inner_mm, float) / 1000
    v = np.asarray(flow, float) / 3600 / (np.pi / 4 * d**2)
    friction = 0.11 * (constants["heat_roughness_mm"] / 1000 / d) ** 0.25
    return v, friction / d * constants["heat_water_kg_m3"] * v**2 / 2


def size_pipes(load_kw: pd.Series, dt_k: float, catalog: Catalog, *, main: pd.Series | None = None) -> pd.DataFrame:
    """Choose the smallest diameter that keeps velocity and pressure drop within the limits.

    The main line (主干线) is sized by the economic pressure drop, so that the pump that runs every winter costs
    little; branches may use up what pressure there is, to their limit.

    Parameters
    ----------
    load_kw
        Heat carried by each pipe, kW.
    dt_k
        Temperature drop of the net, K.
    catalog
        Diameters (``heat_pipes``) and limits (``heat_velocity_m_s``; ``heat_main_drop_pa_m`` of the main line,
        ``heat_drop_pa_m`` of branches).
    main
        Which pipes belong to the main line; None: none.

    Returns
    -------
    DataFrame
        Same index; columns ``flow_m3_h, dn, velocity_m_s, drop_pa_m, price_yuan_m, within`` (False where
        even the largest diameter exceeds a limit).

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.catalog import read_catalog
    >>> size_pipes(pd.Series([5500.0]), 20.0, read_catalog())["dn"].tolist()
    [200]
    >>> size_pipes(pd.Series([2000.0]), 25.0, read_catalog(), main=pd.Series([True]))["dn"].tolist()
    [200]
    """
    constants, table = catalog.constants, catalog.heat_pipes.sort_index()
    flow = flow_m3_h(load_kw.to_numpy(), dt_k, constants)
    v, drop = drop_pa_m(flow[:, None], table["inner_mm"].to_numpy()[None, :], constants)
    trunk = np.zeros(len(flow), bool) if main is None else main.to_numpy(bool)
    most = np.where(trunk, constants["heat_main_drop_pa_m"], constants["heat_drop_pa_m"])
    allowed = (v <= constants["heat_velocity_m_s"] + 1e-9) & (drop <= most[:, None] + 1e-9)
    within = allowed.any(axis=1)
    pick = np.where(within, allowed.argmax(axis=1), len(table) - 1)
    row = np.arange(len(flow))
    return pd.DataFrame(
        {
            "flow_m3_h": flow,
            "dn": table.index.to_numpy()[pick],
            "velocity_m_s": v[row, pick],
            "drop_pa_m": drop[row, pick],
            "price_yuan_m": table["price_yuan_m"].to_numpy(float)[pick],
            "within": within,
        },
        index=load_kw.index,
    )
