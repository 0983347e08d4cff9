"""What a reviewer should know of an option before believing its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.area import gate_spans

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area import StudyArea
    from spatialreno.scenario import Bill

_VERBS = {"demolish": "拆除", "alter": "改造", "build": "新建"}


def review(today: StudyArea, acts: pd.DataFrame, bill: Bill) -> list[str]:
    """List the warnings that an option's bill of quantities gives rise to, a sentence each.

    Parameters
    ----------
    today
        The area as it is.
    acts
        The option's ledger.
    bill
        The lines of this option alone.
    """
    limit = today.catalog.constants["demolition_share_max"]
    gone = acts[(acts["verb"] == "demolish") & (acts["layer"] == "buildings")]["id"].drop_duplicates()
    total = float(today.buildings["floor_area_m2"].sum())
    share = float(today.buildings["floor_area_m2"].reindex(gone).sum()) / total if total else 0.0
    notes = []
    if share > limit:
        notes.append(f"拆除建筑面积占比 {share:.0%}，超过 {limit:.0%}（建科〔2021〕63号，memory：待核对原文）")
    kept = int((acts["verb"] == "keep").sum())
    if kept:
        notes.append(f"{kept} 处所选要素不可拆除，予以保留")
    rows = bill.unpriced
    if len(rows):
        named = [f"{_VERBS[r['verb']]} {today.catalog.layers[r['layer']].title('zh')} {_few(r['ids'])}"
                 for r in rows.to_dict("records")]  # fmt: skip
        notes.append(f"{sum(map(len, rows['ids']))} 项无单价，未计入总投资：{'；'.join(named)}")
    return notes


def gate_findings(today: StudyArea, after: StudyArea) -> list[str]:
    """Name what a plan builds along a wall with a gate: the gate opens it, too."""
    known = {(row.gate, row.wall) for row in gate_spans(today).itertuples()}
    spans = gate_spans(after)
    new = [row for row in spans[spans["beside"]].itertuples() if (row.gate, row.wall) not in known]
    return [
        f"{row.wall} 紧沿出入口 {row.gate} 所在围墙，{row.gate} 在其上同样开口；如需封闭，请移位或关闭该出入口"
        for row in new
    ]


def _few(ids: tuple[str, ...], most: int = 5) -> str:
    return "、".join(ids[:most]) + (f" 等 {len(ids)} 处" if len(ids) > most else "")


def lane_findings(today: StudyArea, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[str]:
    """List the paths that a plan leaves narrower between what stands than it declares them.

    Parameters
    ----------
    today
        The area as it is.
    before, after
        ``lane_widths`` of today and of the option. What falls short today already, and is declared no
        wider, is no finding about the plan.
    """
    limit = today.catalog.constants["lane_short_m"]
    declared = after["width_m"].astype("float64")
    short = after[declared - after["clear_width_m"] > limit]
    known = before.reindex(short.index)
    was_short = known["width_m"].astype("float64") - known["clear_width_m"].astype("float64") > limit
    new = short[~was_short | (short["width_m"].astype("float64") > known["width_m"].astype("float64"))]
    return [_lane_finding(str(name), row) for name, row in new.iterrows()]


def _lane_finding(name: str, row: pd.Series) -> str:
    beside = "、".join(dict.fromkeys(str(row[side]) for side in ("left", "right") if isinstance(row[side], str)))
    title = f"{name} {row['name']}" if isinstance(row["name"], str) else name
    return (
        f"{title}：标注宽 {row['width_m']:.1f} m，净宽最窄处仅 {row['clear_width_m']:.1f} m"
        f"（距起点 {row['at_m']:.0f} m，{beside}）"
    )


def fire_findings(blockers: gpd.GeoDataFrame) -> list[str]:
    """Name the obstacle that keeps a fire engine from the most households."""
    first = blockers[blockers["households_behind"] > 0].head(1)
    return [
        f"消防车受阻最多：{name} 挡住 {row['households_behind']:.0f} 户"
        + (f"，单独拆改可使 {row['households_gained']:.0f} 户可达" if row["households_gained"] else "")
        for name, row in first.iterrows()
    ]
