"""Bills of quantities of heat and of the dig, as tables for a workbook."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from spatialreno.errors import Fault
from spatialreno.works.dig.plan_dig import Dig
from spatialreno.works.heat.supply_heat import HeatPlan

ITEM = {
    "item": "项目", "quantity": "工程量", "unit": "单位", "unit_price_yuan": "单价（元，估）",
    "cost_yuan": "金额（元，估）", "payer": "出资方",
}  # fmt: skip


def heat_book(plan: HeatPlan) -> dict[str, pd.DataFrame]:
    """Lay out a heat plan as sheets: bill, stations, pipes, buildings, notes."""
    bill = plan.costs[list(ITEM)].rename(columns=ITEM)
    return {
        "工程量清单": bill,
        "热力站": plan.stations.reset_index(),
        "管线": plan.pipes.drop(columns="geometry").reset_index(),
        "楼栋": plan.buildings.reset_index(),
        "说明": _notes(plan.reason, plan.faults),
    }


def dig_book(dig: Dig) -> dict[str, pd.DataFrame]:
    """Lay out a dig as sheets: both ways, kinds, lanes, pipes, what helps in each lane, falls, notes."""
    helps = [
        dig.section(str(name)).helps.assign(piece=name, width_m=row["width_m"]) for name, row in dig.lanes.iterrows()
    ]
    pipes = dig.routes.groupby("kind", as_index=False)["length_m"].sum()
    return {
        "一次开挖与分次开挖": dig.summary.rename_axis("way").reset_index(),
        "管线种类": dig.by_kind.reset_index(),
        "工程量清单": pipes,
        "巷道": dig.lanes.drop(columns="geometry").reset_index(),
        "断面": pd.concat(helps, ignore_index=True) if helps else pd.DataFrame(),
        "坡度": dig.falls,
        "说明": _notes("", dig.faults),
    }


def _notes(reason: str, faults: Iterable[Fault]) -> pd.DataFrame:
    rows = [("reason", reason)] if reason else []
    rows += [(fault.severity, str(fault)) for fault in faults]
    return pd.DataFrame(rows, columns=["kind", "text"])
