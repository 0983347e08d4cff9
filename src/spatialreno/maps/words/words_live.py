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
    "by_payer": ("按出资方（万元）", "By payer (10,000 yuan)"),
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
    "start_from": ("从…开始", "Start from…"),
    "plan_name": ("方案名称", "Name of the plan"),
    "left_reason": ("理由", "reasons"),
    "left_phase": ("分期", "stages"),
    "step_back": ("上一个方案", "The option before"),
    "step_on": ("下一个方案", "The next option"),
    "reason": ("理由", "Reason"),
    "phase": ("第几期", "Stage"),
    "fit_first": ("放不下：先拆{what}", "does not fit: take down {what} first"),
    "fit_never": (
        "放不下：楼距、消防车道、管线、树木、用地边界或已有用地不容",
        "does not fit: homes, fire lanes, pipes, trees, the edge of the land or what is there leave no room",
    ),
    "fit_overlap": ("放不下：与另一处新增设施重叠", "does not fit: it lies over another new facility"),
    "fit_room": ("放不下：空房 {room} m²，需 {m2} m²", "does not fit: {room} m² stand empty, {m2} m² are needed"),
    "fit_clear": ("此楼现空 {room} m²，需腾出 {m2} m²", "{room} m² stand empty here, {m2} m² are to be cleared"),
    "fit_no_room": ("放不下：此楼无空房或旧锅炉房", "does not fit: no spare room or old boiler house here"),
    "fit_room_unknown": (
        "此楼空房未查明，未校核（需 {m2} m²）",
        "spare room not surveyed, not checked ({m2} m² needed)",
    ),
    "fit_size_unknown": ("标准无用地面积，未校核", "no size in the catalog, not checked"),
    "vote_missing": ("尚需争取 {n} 户", "{n} households to be won"),
    "vote_done": ("已通过", "passed"),
    "started": ("已从“{title}”开始。", "Started from “{title}”."),
    "started_left": ("此页不能试算，已略去：{left}。", "This page cannot try, left out: {left}."),
    "imported": ("已导入。", "Imported."),
    "how_exact": (
        "步行距离为整数毫米，与 Python 同图同值；设施落在离点击处最近、中间无墙的点上（点距 {step} m）；"
        "等时圈按这些点周围的小格着色，遇未拆的墙即止；街区按小区着色。"
        "占地按目录中的最小用地和面宽画到图上，放得下与否由 Python 按院内楼和墙的走向逐点算好；"
        "表决尚需争取的户数：同一院的各项表决合并计算，楼内用房的表决另加。",
        "Walks are whole millimetres on the same graph as Python's; a facility goes to the nearest of points {step} m "
        "apart that no wall hides from the click; walks colour the cells around these points "
        "up to the walls that stand; blocks are drawn by compound. Footprints have the least size and width of the "
        "catalog; whether they fit was worked out in Python at every point, in the directions of the yard. Households "
        "still to be won: the votes of one yard are counted together, those on rooms in buildings are added.",
    ),
    "t_wall_m": ("拆除围墙", "Walls down"),
    "t_illegal_m2": ("拆除违建建筑面积", "Illegal structures down"),
    "t_other_m2": ("拆除其他附属面积", "Other structures down"),
    "t_blocks": ("连片街区数", "Blocks"),
    "t_largest_m2": ("最大连片街区", "Largest block"),
    "t_share": ("成套服务半径内居民（{basket}，各按其半径）", "Within each need's own radius ({basket})"),
    "t_mean": ("生活圈得分", "Living-circle score"),
    "t_gained_homes": (
        "得分提升 {gain_points:g} 分及以上的户数",
        "Households: score up by {gain_points:g} points or more",
    ),
    "t_lost_homes": (
        "得分下降 {gain_points:g} 分及以上的户数",
        "Households: score down by {gain_points:g} points or more",
    ),
    "t_parties_open": ("其中尚未签字", "Of them not signed yet"),
    "t_households_missing": ("表决尚需争取户数", "Households still to be won in votes"),
    "t_unfit": ("放不下的新增设施", "New facilities that do not fit"),
    "t_gained": ("得分提升 {gain_points:g} 分及以上的居民", "Score up by {gain_points:g} points or more"),
    "t_lost": ("得分下降 {gain_points:g} 分及以上的居民", "Score down by {gain_points:g} points or more"),
    "t_facilities": ("新增设施", "New facilities"),
    "t_cost": ("总投资（估）", "Cost (estimate)"),
    "t_per_household": ("户均投资（估）", "Cost per household (est.)"),
    "t_unpriced": ("无单价项", "Items without a price"),
    "t_asked": ("需征求意见", "Owners to ask"),
}
