"""The page's own words in Chinese and English; layers, columns and indicators are named by the catalog."""

from __future__ import annotations

from typing import Final, Literal

from spatialreno.errors import InputError
from spatialreno.maps.words.words_live import LIVE
from spatialreno.maps.words.words_values import CLASSES, PAYERS, VALUES

Lang = Literal["zh", "en"]
_POSITION: Final[dict[str, int]] = {"zh": 0, "en": 1}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "html_lang": ("zh-CN", "en"),
    "today": ("现状", "Today"),
    "option": ("方案", "Option"),
    "change": ("变化", "Change"),
    "indicator": ("指标", "Indicator"),
    "unit": ("单位", "Unit"),
    "compare": ("方案比较", "Options compared"),
    "invented": ("示意数据（虚构几何，公开总量）", "Invented example: made-up geometry, published totals"),
    "options": ("选择方案", "Choose an option"),
    "leaders": ("汇报一张表", "At a glance"),
    "indicators": ("指标", "Indicators"),
    "assumptions": ("依据与假设", "Sources and assumptions"),
    "layers": ("图层", "Layers"),
    "legend": ("图例", "Legend"),
    "map": ("方案地图：方向键平移，加减键缩放", "Map of the option: arrow keys pan, plus and minus zoom"),
    "north": ("北", "N"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "fit": ("回到全图", "Whole area"),
    "print": ("打印", "Print"),
    "reach_from": ("等时圈起点", "Walks start at"),
    "more": ("逐项设施与其他指标", "Facilities one by one, and others"),
    "unchanged": ("各方案均未改变的指标", "Indicators that no option changes"),
    "value": ("数值", "Value"),
    "none": ("—", "—"),
    "missing": ("无数据", "No data"),
    "better": ("变好", "better"),
    "worse": ("变差", "worse"),
    "meets": ("达标", "meets the target"),
    "fails": ("未达标", "below the target"),
    "target": ("目标", "Target"),
    "source": ("来源", "Source"),
    "estimate": ("估", "est."),
    "estimated": (
        "估：数值或几何为估算、推断，非实测",
        "est.: a value or a shape that was estimated or inferred",
    ),
    "inferred": ("推断", "inferred"),
    "shape": ("几何", "Shape"),
    "score": ("得分", "Score"),
    "measure": ("措施", "Measure"),
    "gone": ("拆除", "Demolished"),
    "altered": ("改造", "Altered"),
    "built": ("新建", "Built"),
    "kept": ("保留", "Kept"),
    "data_source": ("数据来源", "Data"),
    "date": ("数据日期", "Date of the data"),
    "standard": ("标准", "Standard"),
    "version": ("版本", "Version"),
    "licence": ("许可", "Licence"),
    "crs": ("坐标系", "CRS"),
    "note": ("说明", "Note"),
    "confidence": ("标准条文可信度", "Confidence in the norms"),
    "drawing_date": ("日期", "Date"),
    "read": ("已核对原文", "seen in the text"),
    "secondary": ("引自二手资料", "from a secondary source"),
    "memory": ("凭记忆，待核对", "from memory, to be checked"),
    "memory-low": ("凭记忆，不确定", "from memory, unsure"),
    "assumed": ("假设", "assumed"),
    "practice": ("惯例", "usual practice"),
    "own": ("本地自定", "set by this area"),
    "derived": ("推算", "derived"),
    "rests_on": ("估算与推断", "Estimated and inferred"),
    "of": ("共", "of"),
    "own_values": ("本片区自定的数值（替换通用值）", "Values of this area's own, in place of the general ones"),
    "own_said": ("{table}：{what}{change}（{source}{date}）", "{table}: {what}{change} ({source}{date})"),
    "own_change": (" {column} {was} → {now}", ", {column} {was} → {now}"),
    "own_date": ("，{date}", ", {date}"),
    "nothing": ("无", "none"),
    "review": ("审阅提示", "For the reviewer"),
    "provenance": ("数据指纹", "Fingerprints of the data"),
    "report": ("方案比较报告", "Report: options compared"),
    "bill": ("投资估算（按出资方）", "Estimate by payer"),
    "prices": (
        "单价为估算，须以当地定额和询价为准。金额单位：元。",
        "Unit prices are estimates, to be checked against local rates and quotes. Amounts in yuan.",
    ),
    "payer": ("出资方", "Payer"),
    "payer_units": ("万元，下行：户均元", "10 000 yuan; below: yuan per household"),
    "item": ("项目", "Item"),
    "quantity": ("工程量", "Quantity"),
    "cost": ("金额", "Cost"),
    "subtotal": ("小计", "Subtotal"),
    "total": ("合计", "Total"),
    "no_script": ("请允许本页脚本运行以显示地图。", "Allow this page's script to see the map."),
    # themes
    "theme_plan": ("方案", "Plan"),
    "theme_today": ("现状", "As it stands"),
    "theme_analysis": ("分析", "Analysis"),
    "blocks": ("连片街区", "Contiguous blocks"),
    "freed": ("腾出空间", "Freed land"),
    "free": ("可利用空地", "Usable free land"),
    "lanes": ("巷道净宽", "Clear width of lanes"),
    "clear_width": ("净宽", "Clear width"),
    "narrowest": ("最窄处", "Narrowest place"),
    "beside": ("受限于", "Between"),
    "fire": ("消防车通达", "Fire access"),
    "room": ("热力站腾地：最少拆除", "Fewest removals that make room for the heat station"),
    "parties": ("权利人", "Parties"),
    "isochrones": ("步行等时圈", "Walking isochrones"),
    "reach_change": ("等时圈变化（与现状比）", "Isochrones against today"),
    "reach_gained": ("新增可达", "newly reached"),
    "reach_lost": ("不再可达", "no longer reached"),
    "scores": ("楼栋生活圈得分", "Living-circle score by building"),
    "works": ("道路改造", "Streets altered"),
    "new_grounds": ("绿地、广场、停车改造", "Greens, squares, parking altered"),
    "ground": ("底图", "Ground"),
    "names": ("名称", "Names"),
    "walls_and_gates": ("围墙、出入口", "Walls and gates"),
    "changes": ("有变化处", "Changes"),
    # the bar above the map, and what a click tells
    "map_key": ("天地图密钥", "Tianditu key"),
    "tools": ("地图工具", "Map tools"),
    "search": ("按名称或编号查找", "Find by name or id"),
    "nothing_found": ("没有找到", "Nothing found"),
    "swipe": ("卷帘对比", "Swipe"),
    "swipe_other": ("卷帘左侧的方案", "Option on the left of the swipe"),
    "stages": ("分期", "Stages"),
    "stage": ("第 {n} 期", "Stage {n}"),
    "so_far": ("累计 {sum} 万元", "so far 10 000 × {sum} yuan"),
    "pieces": ("{n} 项", "× {n}"),
    "no_works": ("无工程", "No works"),
    "before_works": ("开工前", "Before the works"),
    "close": ("关闭", "Close"),
    "owner": ("权利人", "Owner"),
    "reason": ("理由", "Reason"),
    "taken_by": ("哪些方案改动", "Changed by"),
    "by_none": ("无", "none"),
    "no_price": ("无单价", "no unit price"),
    "gains": ("谁得谁失（步行米数）", "Who gains, who loses (metres)"),
    "mean_change": ("平均步行变化", "Mean change of walks"),
    "no_change": ("不变", "none"),
    "walk_said": ("{name}：{parts}。", "{name}: {parts}."),
    "walk_joint": ("；", "; "),
    "walk_less": ("到{kind}由 {before} m 变为 {after} m，近了 {less} m",
                  "{kind} from {before} m to {after} m, {less} m nearer"),
    "walk_longer": ("到{kind}由 {before} m 变为 {after} m，远了 {more} m",
                    "{kind} from {before} m to {after} m, {more} m farther"),
    "walk_new": ("新走得到{kind}，{after} m", "{kind} can now be reached, {after} m"),
    "walk_lost": ("不再走得到{kind}", "{kind} can no longer be reached"),
    "walk_more": ("另有 {n} 类有变化", "{n} more kinds change"),
    "walk_rest": ("其余 {n} 类不变", "{n} others stay as they are"),
    "walk_same": ("到 {n} 类设施的步行距离都不变", "the walks to {n} kinds stay as they are"),
    "walk_to": ("步行到（m）", "Walk to (m)"),
    "walk_all": ("全部步行距离", "All walks"),
    # paper
    "project": ("项目", "Project"),
    "scale": ("比例", "Scale"),
    "drawn_by": ("编制", "Drawn by"),
    "sheet": ("图号", "Sheet"),
    "what": ("事项", "Matter"),
    "estimate_mark": ("（估）", " (est.)"),
    "stages_year": ("分期实施（拆违 → 管网 → 路面 → 绿化）", "Stages of the year: clearing, pipes, paving, green"),
    "all_findings": ("全部指标", "All findings"),
    "owner_sheet": ("权利人告知单", "Owner's sheet"),
    "asked_of": ("请贵单位配合的事项", "What is asked"),
    "papers": ("涉及的权属", "Rights and papers"),
    "your_residents": ("贵单位居民得到什么", "What its residents gain"),
    "own_marked": ("黄色衬底：与本单位有关的围墙、建筑与设施", "On yellow: what this unit is asked for"),
    "sign_here": ("签署", "To sign"),
    "agree": ("□ 同意    □ 有条件同意    □ 不同意", "□ agreed    □ agreed with conditions    □ not agreed"),
    "signature": ("经办人：____________    单位（章）：____________    日期：______年____月____日",
                  "Name: ____________    Stamp: ____________    Date: ____________"),
    "in_all": ("合计：{said}", "In all: {said}"),
    "gain_said": (
        "{homes} 栋住宅、{households} 户、{residents} 人；平均步行{change}；生活圈得分 {before} → {after}。",
        "{homes} buildings, {households} households, {residents} residents; mean walk {change}; "
        "living-circle score {before} → {after}.",
    ),
    "nearer_by": ("近 {n} m", "{n} m nearer"),
    "farther_by": ("远 {n} m", "{n} m farther"),
    "no_homes": ("名下无住宅。", "No homes of its own."),
    "right": ("权利", "Right"),
    "share": ("份额", "Share"),
    "consent": ("意见", "Consent"),
    "whole": ("全部", "whole"),
    "layer": ("图层", "Layer"),
    "id": ("编号", "Id"),
    "land_use": ("土地使用权", "land use"),
    "ownership": ("所有权", "ownership"),
    "management": ("管理权", "management"),
    "works_done": ("工程内容", "Works"),
    # blocks, freed, isochrones
    "block": ("街区", "Block"),
    "compounds_in": ("小区数", "Compounds"),
    "area_m2": ("面积（m²）", "Area (m²)"),
    "households": ("户数", "Households"),
    "residents": ("人口", "Residents"),
    "cause": ("来由", "Cause"),
    "compound": ("小区", "Compound"),
    "minutes": ("分钟", "min"),
    # works
    "section": ("巷道管线横断面", "Pipes across a lane"),
    "side_building": ("建筑", "building"),
    "side_margin": ("界线", "edge"),
    "needed": ("按 GB 50289 净距最佳排列需", "Best order under GB 50289 needs"),
    "fits_whole": ("放得下", "fits"),
    "short_by": ("缺", "short by"),
    "left_out": ("按规范放不下", "Do not fit under the code"),
    "beside_fits": ("余地尚可容", "Room is left for"),
    "help_code": ("规范净距", "code"),
    "help_trench": ("供暖管沟敷设", "heat in a trench"),
    "help_reduced": ("经批准减小净距", "reduced with approval"),
    "help_reduced_trench": ("减小净距加管沟", "reduced and trench"),
    "heat_net": ("供暖管网方案", "Heat pipes planned"),
    "dig": ("管线一次开挖", "Lanes opened once"),
    "opened_for": ("同沟敷设", "Laid together"),
    "room_across": ("断面宽度", "Room across"),
    "load": ("热负荷", "Heat load"),
    "times_separate": ("分次开挖次数", "Times opened by separate digs"),
    "start": ("起", "A"),
    "origin": ("起点", "Origin"),
    "group": ("人群", "Group"),
    "walk_reach": ("步行可达", "Within a walk of"),
}


def checked(lang: str) -> Lang:
    """Return the language, or say which there are."""
    if lang == "zh":
        return "zh"
    if lang == "en":
        return "en"
    raise InputError(f'page: lang is "{lang}". Use "zh" or "en".')


def word(key: str, lang: Lang) -> str:
    """Say one of the page's own words."""
    return (_WORDS.get(key) or LIVE[key])[_POSITION[lang]]


def value_word(value: str, lang: Lang) -> str:
    """Say a value of a closed vocabulary; a value without a word of its own stays as it is."""
    known = VALUES.get(value)
    return known[_POSITION[lang]] if known else value


def payer_word(payer: str, lang: Lang) -> str:
    """Name who pays."""
    known = PAYERS.get(payer)
    return known[_POSITION[lang]] if known else payer


def legend_words(lang: Lang) -> dict[str, str]:
    """Say what each class of the map stands for, in the order of the legend."""
    return {name: titles[_POSITION[lang]] for name, titles in CLASSES.items()}
