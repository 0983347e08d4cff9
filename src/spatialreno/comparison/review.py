"""What a reviewer should know of an option before believing its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.area import StudyArea


def review(today: StudyArea, bill: pd.DataFrame) -> list[str]:
    """List the warnings that a bill of quantities gives rise to, a sentence each."""
    limit = today.catalog.constants["demolition_share_max"]
    gone = bill[(bill["verb"] == "demolish") & (bill["layer"] == "buildings")]["id"]
    total = float(today.buildings["floor_area_m2"].sum())
    share = float(today.buildings["floor_area_m2"].reindex(gone).sum()) / total if total else 0.0
    notes = []
    if share > limit:
        notes.append(f"拆除建筑面积占比 {share:.0%}，超过 {limit:.0%}（建科〔2021〕63号，memory：待核对原文）")
    kept = int((bill["verb"] == "keep").sum())
    if kept:
        notes.append(f"{kept} 处所选要素不可拆除，予以保留")
    unpriced = int(bill["cost_yuan"].isna().sum())
    if unpriced:
        notes.append(f"{unpriced} 项无单价，未计入总投资")
    return notes
