"""Words of the residents' sheets (居民明白纸) in Chinese and English, for people who read no plans."""

from __future__ import annotations

from typing import Final

from spatialreno.maps.words.words import POSITION, Lang

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "paper": ("改造明白纸", "Renewal in one page"),
    "to_all": ("致{name}全体居民", "To everyone who lives in {name}"),
    "under": ("{area} · 方案“{option}”", "{area} · option “{option}”"),
    "outside": ("小区以外的住宅", "Homes outside compounds"),
    "lead": (
        "如按方案“{option}”改造，本院 {households} 户、{residents} 人将有下列变化。请看完再投票。",
        "If the option “{option}” is built, this is what changes for {households} households and {residents} "
        "residents. Please read it before you vote.",
    ),
    # five figures
    "f_heat": ("户新接入集中供暖", "households newly heated"),
    "f_in": ("类设施新进入步行范围", "kinds of facility come within a walk"),
    "f_out": ("类设施移出步行范围", "kinds of facility fall out of it"),
    "f_basket": ("户新进入成套服务半径", "households newly within the radius of the whole basket"),
    "f_freed": ("m² 院内腾出空地", "m² of ground freed here"),
    "f_pays": ("元 · 每户出资（参加的户，估算）", "yuan a household that takes part pays (est.)"),
    "f_free": ("元 · 居民出资", "yuan paid by residents"),
    "f_votes": ("票，表决还差（最少）", "votes still missing, at least"),
    "f_passed": ("项表决全部通过", "votes, all passed"),
    "f_none": ("项须本院表决", "votes of this compound"),
    # map and changes
    "map": ("院里哪里会变", "Where your compound changes"),
    "scale": ("比例 1:{n}（A4 打印）", "scale 1:{n} (printed on A4)"),
    "own": ("本院范围", "your compound"),
    "changes": ("会变什么", "What changes"),
    "walls_gone": ("拆除院墙 {n} 段，{m} m（含与邻院共用）", "{n} walls down, {m} m (shared ones included)"),
    "structures_gone": ("拆除附属建构筑物 {n} 处，{m} m²", "{n} structures down, {m} m²"),
    "enforced": ("其中 {n} 处为已认定违建，依法拆除、不表决", "{n} of them illegal: by enforcement, no vote"),
    "gates": ("出入口改动 {n} 处", "{n} gates changed"),
    "new_here": ("院内新建：{names}", "New in your compound: {names}"),
    "new_near": ("片区内新建：{names}", "New nearby: {names}"),
    "paths": ("道路改造：{names}", "Streets altered: {names}"),
    "pipes": ("管线入院：{names}", "Pipes laid here: {names}"),
    "freed": ("腾出空地 {m} m²", "{m} m² of ground freed"),
    "parking": ("机动车位 {before} → {after}", "car places {before} → {after}"),
    "kinds_in": ("新走得到（步行半径内）：{names}", "Newly within a walk: {names}"),
    "kinds_out": ("不再走得到：{names}", "No longer within a walk: {names}"),
    "nothing": ("本院范围内没有工程。", "No works in your compound."),
    "and_more": ("{names}等 {n} 项", "{names} and others, {n} in all"),
    # table by building
    "table": ("一栋一行：得到什么、出多少钱", "Building by building: what you get, what you pay"),
    "building": ("楼栋", "Building"),
    "households": ("户", "House- holds"),
    "heat": ("集中供暖", "Heat"),
    "lift": ("可加电梯 单元", "Lift fits, stairs"),
    "walks": ("步行分钟（现在 → 改造后）", "Minutes on foot (today → then)"),
    "within": ("步行范围 进／出 类", "Kinds in / out"),
    "fire": ("消防车", "Fire engine"),
    "each": ("每户出资 元", "Each pays yuan"),
    "whole": ("全栋出资 元", "Building pays yuan"),
    "rest": ("其余 {n} 栋", "{n} others"),
    "sum": ("合计", "In all"),
    "heated": ("已有", "has it"),
    "heat_new": ("新接 {n}", "new: {n}"),
    "heat_no": ("未接", "no"),
    "fire_pass": ("可达", "reaches"),
    "fire_ask": ("须征询", "to ask"),
    "fire_fail": ("不可达", "no way"),
    "walk_none": ("走不到", "no way"),
    "table_note": (
        "分钟按一般步速，老人约为 {slow} 倍；蓝色变近、橙色变远。供暖按 {share} 的户报名估算。"
        "“进／出”指新进入、移出步行半径的设施类数。",
        "Minutes at a usual pace, for the elderly about {slow} times as many; blue is nearer, orange farther. Heat: "
        "{share} of households assumed to sign up. In / out: kinds of facility within their radius.",
    ),
    # money
    "money": ("要花多少钱（估算）", "What it costs (estimate)"),
    "pays_all": (
        "本院居民共出资 {yuan} 元：{items}。参加的户平均 {each} 元／户；不参加不出。",
        "All residents here pay {yuan} yuan: {items}; {each} yuan a household that takes part, others pay nothing.",
    ),
    "pays_none": ("投资估算中没有本院居民出资的项目。", "The estimate has nothing that residents here pay."),
    "pays_unpriced": ("另有 {n} 项居民出资尚无单价：—", "{n} things that residents pay have no price yet: —"),
    "others_pay": ("全片区其余费用由{payers}承担。", "The rest of the area's cost is paid by {payers}."),
    "lift_own": (
        "加装电梯自愿，不在上表：{n} 个单元有位置，每户 {low}–{high} 元（扣补贴后，按楼层分摊，估算）。",
        "A lift is your own choice and not in the table: room at {n} stairs; {low}–{high} yuan a household by floor "
        "after the subsidy (est.).",
    ),
    # when
    "when": ("什么时候", "When"),
    "phase": ("第 {n} 期：{what}", "Stage {n}: {what}"),
    "heat_in": ("供暖入户", "heat into the flats"),
    "no_day": ("开工日期：____年__月__日", "Works begin on: ______________"),
    "no_works": ("本院没有工程。", "No works here."),
    # vote
    "vote": ("要大家表决什么、怎么投", "What you vote on, and how"),
    "matter": ("表决事项", "Matter"),
    "clause": ("依据", "Clause"),
    "needs": ("通过条件（人数和面积都要达到）", "Passes when, by heads and by area"),
    "so_far": ("目前（户）", "So far (homes)"),
    "missing": ("还差", "Missing"),
    "said": (
        "应投 {heads}：同意 {agreed}、反对 {against}、未投 {open}",
        "{heads} may vote: {agreed} yes, {against} no, {open} not yet",
    ),
    "passed": ("已通过", "passed"),
    "votes": ("{n} 票", "{n} votes"),
    "no_vote": ("本方案没有需要本院业主表决的事项。", "Nothing of this option needs your vote."),
    "more_votes": ("另有 {n} 项表决，见公示。", "{n} more matters: see the notice."),
    "parties": (
        "另须取得书面同意的单位 {n} 家（已签 {signed} 家）：{names}",
        "Units that must agree in writing too: {n} ({signed} signed): {names}",
    ),
    "others": ("{names}等", "{names} and others"),
    "where": ("投票地点：{where}", "Where to vote: {where}"),
    "until": ("截止：{until}", "Until: {until}"),
    "how": ("一户计一票，面积按专有部分计。", "One vote a home; areas are private areas."),
    "blank": ("________________", "________________"),
    "blank_day": ("____年__月__日", "______________"),
    # whom to ask, and the foot
    "ask": ("找谁问：{contact}", "Whom to ask: {contact}"),
    "phone": ("电话：{blank}", "Phone: {blank}"),
    "group": ("楼组长：{blank}", "Your building's speaker: {blank}"),
    "sketch": (
        "本图为规划方案示意，以批准的施工图为准；凡标“估算”的数为估算；本纸只供了解，不代替表决。",
        "This is a sketch of a plan; what is approved for building holds. Figures marked est. are estimates. "
        "This page is no ballot.",
    ),
    "made": (
        "编制：{blank}　日期：____年__月__日　数据 {date}　方案 {option} {print}　spatialreno {version}",
        "Made by: {blank}  on: ______________  data {date}  option {option} {print}  spatialreno {version}",
    ),
    # the index
    "index": ("居民明白纸目录", "Residents' pages"),
    "all_pages": ("全部打印（每院一页 A4）", "Print all (an A4 for each compound)"),
    "compound": ("小区", "Compound"),
    "residents": ("人口", "Residents"),
    "homes_heated": ("新增供暖（户）", "Newly heated"),
    "pays": ("居民出资（元，估算）", "Residents pay (yuan, est.)"),
    "to_pass": ("待通过表决（项）", "Votes not passed"),
    "votes_missing": ("还差票", "Votes missing"),
    "index_note": (
        "各院居民出资之和等于投资估算中居民出资合计；每户只计一次。",
        "What all compounds pay adds up to the residents' part of the bill; each household counts once.",
    ),
}


def told(key: str, lang: Lang, **values: object) -> str:
    """Say a phrase of a resident's sheet, with its values filled in."""
    text = _WORDS[key][POSITION[lang]]
    return text.format(**values) if values else text
