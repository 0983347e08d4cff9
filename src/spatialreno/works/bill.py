"""Lines of heat and of one dig for the bill, and their bills of quantities as tables for a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.errors import Fault
from spatialreno.scenario import hundredths, line
from spatialreno.works.dig.plan_dig import Dig, pipe_id
from spatialreno.works.heat.costs import COSTS, JOINT, PIPE, pipe_rows, shared_trench, table_of
from spatialreno.works.heat.supply_heat import HeatPlan

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

ITEM = {
    "item": "项目", "quantity": "工程量", "unit": "单位", "unit_price_yuan": "单价（元，估）",
    "cost_yuan": "金额（元，估）", "payer": "出资方", "phase": "分期", "source": "单价来源", "confidence": "可信度",
}  # fmt: skip


def heat_lines(plan: HeatPlan, catalog: Catalog, dig: Dig | None = None) -> pd.DataFrame:
    """List what a heat plan costs as lines of the bill; nothing where it heats nobody.

    Parameters
    ----------
    plan
        The heat plan.
    catalog
        The area's.
    dig
        One dig planned with this heat plan: pipes in its trenches are paid here without the trench, which its own
        lines carry, so that no metre is paid twice.

    Returns
    -------
    DataFrame
        As :func:`spatialreno.scenario.make_bill` takes it: a row for each item, with ``ids, quantity, unit,
        unit_price_yuan, cost_yuan, payer``.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plan = sr.supply_heat(sr.read_scenario("data/geo/xigongdi/scenarios/full.toml").apply(today))
    >>> float(heat_lines(plan, today.catalog)["cost_yuan"].sum()) == float(plan.costs["cost_yuan"].sum()) > 1_000_000
    True
    """
    if not plan.households_reached:
        return table_of([], 2)
    if dig is None or dig.laid is None:
        return plan.costs
    there = dig.costs[dig.costs["shared"] & dig.costs["kind"].eq(dig.laid.kind)]
    inside = dig.laid.pipes[dig.laid.pipes["piece"].isin(there["piece"])]
    phase = int(plan.costs["phase"].iloc[0])
    piped = table_of(pipe_rows(plan.working_pipes, catalog, inside.groupby("id")["metres"].sum()), phase)
    return pd.concat([piped, plan.costs[plan.costs["measure"] != PIPE]], ignore_index=True)


def dig_lines(dig: Dig, catalog: Catalog) -> pd.DataFrame:
    """List what one dig costs as lines of the bill: pipes, branches to houses, each kind's part of the trench.

    The pipes of a heat plan that lie in the trenches are paid by that plan; here stands their part of the trench.

    Parameters
    ----------
    dig
        One dig.
    catalog
        The area's.

    Returns
    -------
    DataFrame
        As :func:`spatialreno.scenario.make_bill` takes it: a row for each item and phase, with ``item, ids, quantity``
        (m), ``unit_price_yuan, cost_yuan, payer``.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> lines = dig_lines(sr.plan_dig(today, ["sewage", "water"]), today.catalog)
    >>> set(lines["part"]), set(lines["unit"]), sorted(set(lines["kind"]))
    ({'dig'}, {'m'}, ['sewage', 'water'])
    """
    share = catalog.constants["dig_share"]
    rows: list[dict[str, Any]] = []
    keys = ["kind", "phase", "shared", "link"]
    for _, own in dig.costs.groupby(keys, sort=True):
        kind, phase, shared, link = (own[name].iloc[0] for name in keys)
        price = _price(catalog, str(kind))
        told = {"kind": kind, "measure": JOINT, "phase": int(phase), "unit": "m",
                **{name: price[name] for name in ("payer", "source", "confidence")}}  # fmt: skip
        ours = dig.laid is not None and kind == dig.laid.kind
        ids = tuple(pipe_id(str(kind), piece) for piece in own["piece"])
        metres = sum(hundredths(m) for m in own["metres"]) / 100
        if not ours:
            each = round(float(price["price"]) * (1 - share), 4) if shared else float(price["price"])
            title = (str(price["item_zh"]), str(price["item_en"]))
            words = _with(title, catalog, "link") if link else shared_trench(title, catalog) if shared else title
            rows.append(line("dig", "pipes", words, ids=ids, quantity=metres, price=each, **told))
        if shared:
            words = _with((str(price["item_zh"]), str(price["item_en"])), catalog, "trench")
            yuan = float(own["trench_yuan"].sum())
            ids = tuple(own["piece"])
            rows.append(line("dig", "pipes", words, ids=ids, quantity=metres, price=round(yuan / metres, 4),
                             cost_yuan=yuan, **told))  # fmt: skip
    return pd.DataFrame(rows, columns=COSTS)


def _with(title: tuple[str, str], catalog: Catalog, what: str) -> tuple[str, str]:
    zh, en = catalog.both("", "bill", what)
    return f"{title[0]} · {zh}", f"{title[1]} · {en}"


def _price(catalog: Catalog, kind: str) -> pd.Series:
    costs = catalog.costs
    row: pd.Series = costs[(costs["layer"] == "pipes") & (costs["verb"] == "build") & (costs["kind"] == kind)].iloc[0]
    return row


def heat_book(plan: HeatPlan) -> dict[str, pd.DataFrame]:
    """Lay out a heat plan as sheets: bill, stations, pipes, buildings, notes.

    Parameters
    ----------
    plan
        What ``supply_heat`` gives.

    Returns
    -------
    dict of str to pandas.DataFrame
        Tables by the Chinese title of their sheet, metres and yuan, without geometry.

    Examples
    --------
    >>> import spatialreno as sr
    >>> list(heat_book(sr.supply_heat(sr.read_area("data/geo/xigongdi"))))
    ['工程量清单', '热力站', '管线', '楼栋', '说明']
    """
    return {
        "工程量清单": plan.costs[list(ITEM)].rename(columns=ITEM),
        "热力站": plan.stations.reset_index(),
        "管线": plan.pipes.drop(columns="geometry").reset_index(),
        "楼栋": plan.buildings.reset_index(),
        "说明": _notes(plan.reason, plan.faults),
    }


def dig_book(dig: Dig, catalog: Catalog) -> dict[str, pd.DataFrame]:
    """Lay out a dig as sheets: both ways, kinds, bill, lanes, what helps in each lane, falls, notes.

    Parameters
    ----------
    dig
        What ``plan_dig`` gives.
    catalog
        The area's, whose prices and words the bill has.

    Returns
    -------
    dict of str to pandas.DataFrame
        Tables by the Chinese title of their sheet, metres and yuan, without geometry.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> book = dig_book(sr.plan_dig(today, ["sewage", "water"]), today.catalog)
    >>> book["一次开挖与分次开挖"]["way"].tolist(), len(book["管线种类"])
    (['once', 'separately'], 2)
    """
    helps = [
        dig.section(str(name)).helps.assign(piece=name, width_m=row["width_m"]) for name, row in dig.lanes.iterrows()
    ]
    return {
        "一次开挖与分次开挖": dig.summary.rename_axis("way").reset_index(),
        "管线种类": dig.by_kind.reset_index(),
        "工程量清单": dig_lines(dig, catalog)[list(ITEM)].rename(columns=ITEM),
        "分摊明细": dig.costs,
        "巷道": dig.lanes.drop(columns="geometry").reset_index(),
        "断面": pd.concat(helps, ignore_index=True) if helps else pd.DataFrame(),
        "坡度": dig.falls,
        "说明": _notes("", dig.faults),
    }


def _notes(reason: str, faults: Iterable[Fault]) -> pd.DataFrame:
    rows = [("reason", reason)] if reason else []
    rows += [(fault.severity, str(fault)) for fault in faults]
    return pd.DataFrame(rows, columns=["kind", "text"])
