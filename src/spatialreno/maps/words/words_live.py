"""Words of the live page, in Chinese and English."""

from __future__ import annotations

from typing import Final

LIVE: Final[dict[str, tuple[str, str]]] = {
    "live": ("现场试算", "Try it live"),
    "mode": ("点击地图时", "A click on the map"),
    "mode_edit": ("拆墙·拆违·开门", "takes down, opens"),
    "mode_put": ("放设施", "puts a facility"),
    "mode_reach": ("等时圈", "shows walks"),
    "mode_look": ("查看", "tells"),
    "kind": ("设施类别", "Kind of facility"),
    "undo": ("撤销", "Undo"),
    "redo": ("重做", "Redo"),
    "clear": ("清空", "Clear"),
    "export": ("导出", "Export"),
    "import": ("导入", "Import"),
    "plan": ("试算", "Plan"),
    "acts": ("已选措施", "Acts of this plan"),
    "no_acts": ("还没有措施：点围墙、违建、出入口试试。", "Nothing yet: click a wall, a structure or a gate."),
    "ask": ("需征求意见的权利人", "Owners to ask"),
    "none_asked": ("无", "none"),
    "by_payer": ("按出资方", "By payer"),
    "covered_kinds": ("各类设施覆盖率（居民 %）", "Residents covered by kind (%)"),
    "take_down": ("拆除", "Take down"),
    "restore": ("恢复", "Restore"),
    "remove": ("撤回", "Take back"),
    "gate_public": ("对公众开放", "Open to all"),
    "gate_residents": ("仅居民通行", "Residents only"),
    "gate_closed": ("关闭", "Close"),
    "put_here": ("在此楼放：{kind}", "Put here: {kind}"),
    "reach_here": ("从这里看等时圈", "Walks from here"),
    "within": ("{n} 分钟内", "Within {n} min"),
    "reached": ("步行可达居民：{said}", "Residents within a walk: {said}"),
    "people": ("{n} 人", "{n} people"),
    "no_place": ("这里放不下：请点院内空地或楼栋。", "Not here: click open ground in a yard, or a building."),
    "fixed": ("标为不可拆。", "Marked as not removable."),
    "foreign_address": (
        "地址中的方案不属于这份数据，已忽略。",
        "The plan in the address belongs to other data and was left out.",
    ),
    "line_unread": ("文件第 {n} 行读不懂。", "Line {n} of the file cannot be read."),
    "not_here": (
        "此页不能表示“{what}”，未导入。请用 spatialreno compare。",
        "This page cannot show “{what}”; nothing was imported. Use spatialreno compare.",
    ),
    "imported": ("已导入。", "Imported."),
    "how_exact": (
        "步行距离为整数毫米，与 Python 同图同值；设施落在离点击处最近、中间无墙的点上（点距 {step} m）；"
        "等时圈按这些点周围的小格着色，遇未拆的墙即止；街区按小区着色。",
        "Walks are whole millimetres on the same graph as Python's; a facility goes to the nearest of points {step} m "
        "apart that no wall hides from the click; walks colour the cells around these points "
        "up to the walls that stand; blocks are drawn by compound.",
    ),
    "t_wall_m": ("拆除围墙", "Walls down"),
    "t_illegal_m2": ("拆除违建建筑面积", "Illegal structures down"),
    "t_other_m2": ("拆除其他附属面积", "Other structures down"),
    "t_blocks": ("连片街区数", "Blocks"),
    "t_largest_m2": ("最大连片街区", "Largest block"),
    "t_share": ("成套服务半径内居民（{basket}，各按其半径）", "Within each need's own radius ({basket})"),
    "t_mean": ("生活圈得分", "Living-circle score"),
    "t_gained": ("得分提升 {gain_points:g} 分及以上的居民", "Score up by {gain_points:g} points or more"),
    "t_lost": ("得分下降 {gain_points:g} 分及以上的居民", "Score down by {gain_points:g} points or more"),
    "t_facilities": ("新增设施", "New facilities"),
    "t_cost": ("总投资（估）", "Cost (estimate)"),
    "t_per_household": ("户均投资（估）", "Cost per household (est.)"),
    "t_unpriced": ("无单价项", "Items without a price"),
    "t_asked": ("需征求意见", "Owners to ask"),
}
