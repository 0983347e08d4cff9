"""Words of the plain pages: findings of a check, reach on foot, a programme."""

from __future__ import annotations

from typing import Final

PAGES: Final[dict[str, tuple[str, str]]] = {
    # what a check found
    "severity": ("程度", "Severity"),
    "finding": ("问题", "Finding"),
    "mend": ("处理", "Mend"),
    "ids_file": ("编号、文件", "Ids, file"),
    "error": ("错误", "Errors"),
    "warning": ("提醒", "Warnings"),
    "nothing_found": ("未发现问题。", "Nothing was found."),
    "nothing_drawn": ("读不出图形，只有表格。", "Nothing can be drawn; see the table."),
    "map_of_findings": ("问题位置图", "Map of what was found"),
    "as_it_stands": ("现状，尚无方案", "As it stands; no option yet"),
    "report_of_today": ("现状报告", "Report: as it stands"),
    "plan_of_today": ("现状平面", "Plan of today"),
    "disc_sample": ("医", "H"),
    # the table of all findings
    "level": ("层级", "Level"),
    "place": ("范围", "Place"),
    "is_met": ("达标", "Met"),
    "mark": ("标记", "Mark"),
    "level_area": ("片区", "area"),
    "level_block": ("连片街区", "block"),
    "level_compound": ("小区", "compound"),
    "level_building": ("楼栋", "building"),
    "level_cluster": ("组团", "cluster"),
    "level_plan": ("方案", "plan"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    # reach on foot
    "as_planned": ("方案实施后", "As the plan leaves it"),
    "walk_speed": ("步速 {speed} m/s", "{speed} m/s"),
    "walk_at": ("时刻 {at}（出入口按开放时间）", "at {at}, gates by their hours"),
    "walk_any_time": ("出入口按全天开放", "gates open at all hours"),
    "reach_gained": ("新增可达", "Newly reached"),
    "reach_lost": ("不再可达", "No longer reached"),
    "streets_reached": ("可达街巷", "Streets reached"),
    "reach_ends": ("时间加长而可达范围不变：数据在此为止，更远处未测绘。",
                   "More time reaches no farther: the data end here, beyond nothing is surveyed."),
}
