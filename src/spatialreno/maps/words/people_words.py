"""Words of the sections about people: consents, lifts, the menu, management, check-up, programme."""

from __future__ import annotations

from typing import Final

from spatialreno.catalog import Catalog
from spatialreno.maps.words.words import Lang

_POSITION: Final[dict[str, int]] = {"zh": 0, "en": 1}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "consent": ("产权与同意", "Rights and consent"),
    "lifts": ("加装电梯（一梯一策）", "Lifts, stairwell by stairwell"),
    "menu": ("群众点菜", "The residents' menu"),
    "management": ("物业管理测算", "Property management"),
    "checkup": ("体检问题与方案对应", "Check-up to plan"),
    "money": ("资金平衡", "Money by payer"),
    "register": ("公共设施确权", "Register of public facilities"),
    "programme": ("改造计划与进度", "Programme and progress"),
    "willing": ("改造意愿", "Willingness"),
    "satisfied": ("改造满意度", "Satisfaction"),
    "option": ("方案", "Option"),
    "parties": ("权利人（家）", "Parties"),
    "votes": ("共同表决（项）", "Votes"),
    "owners_vote": ("业主共同表决", "Votes of owners"),
    "refused_count": ("反对", "Against"),
    "parties_to_win": ("尚需争取的单位（家）", "Parties still to be won"),
    "households_to_win": ("尚需争取的最少户数", "Fewest households still to be won"),
    "enforced": ("执法拆除（处）", "By enforcement"),
    "party": ("权利人", "Party"),
    "state": ("状态", "State"),
    "asked": ("涉及事项", "Asked"),
    "signed": ("已签", "Signed"),
    "matter": ("表决事项", "Matter"),
    "place": ("范围", "Place"),
    "heads": ("户数", "Heads"),
    "took_part": ("参与", "Took part"),
    "agreed": ("同意", "Agreed"),
    "agreed_area": ("同意占总面积（%）", "Agreed, of all area (%)"),
    "missing_votes": ("尚缺票", "Votes missing"),
    "stairwell": ("单元", "Stairwell"),
    "verdict": ("结论", "Verdict"),
    "stairwells": ("单元数", "Stairwells"),
    "obstacles": ("障碍", "In the way"),
    "pay": ("户均出资（元，最低–最高）", "Each pays (yuan, least–most)"),
    "vote": ("表决", "Vote"),
    "sun_windows": ("受遮挡窗（扇）", "Windows shaded"),
    "sun_lost": ("最多减少日照（分钟）", "Most sun lost (min)"),
    "sun_below": ("降到标准以下（扇）", "Below the standard"),
    "sunrooms": ("可设阳光房（户）", "Sunrooms (homes)"),
    "item": ("项目", "Item"),
    "class": ("类别", "Class"),
    "cost_10k": ("造价（万元）", "Cost (10 000 yuan)"),
    "wanted": ("得票（户）", "Votes (households)"),
    "chosen": ("结果与说明", "Result and reason"),
    "stable": ("稳定度（%）", "Stable (%)"),
    "budget": ("预算", "Budget"),
    "spent": ("已用", "Used"),
    "10k": ("（万元）", " (10 000 yuan)"),
    "voters": ("投票户数", "Households that voted"),
    "compounds": ("小区", "Compounds"),
    "households": ("户数", "Households"),
    "gates": ("门岗", "Gates"),
    "cost_month": ("月成本（元）", "Cost a month (yuan)"),
    "income_month": ("月收入（元）", "Income a month (yuan)"),
    "break_even": ("保本物业费（元/户·月，现收缴率）", "Break-even fee (yuan, today's rate)"),
    "break_even_80": ("保本物业费（收缴率 80%）", "Break-even fee (at 80 %)"),
    "documented": (
        "公开案例（洛阳健康新村）：收缴率由不足 30% 升到 80%，物业费约 20 元/户·月；"
        "按本表单价，保本费由 {before} 元降到 {after} 元。",
        "Documented case (Jiankang Xincun, Luoyang): collection rose from under 30 % to 80 %, fee about 20 yuan a "
        "household and month; at these prices the break-even fee falls from {before} to {after} yuan.",
    ),
    "lacks": ("问题", "Lacks"),
    "closed": ("已解决", "Closed"),
    "open": ("未解决", "Open"),
    "unlisted": ("未列入目录", "Not in the catalog"),
    "closed_by": ("对应措施", "Closed by"),
    "still_open": ("未解决的问题", "What stays open"),
    "payer": ("出资方", "Payer"),
    "needed": ("需要（万元）", "Needed (10 000 yuan)"),
    "basic": ("基础类", "Basic"),
    "improved": ("完善类", "Improved"),
    "raised": ("提升类", "Raised"),
    "ineligible": ("不符合支出范围（万元）", "Not eligible (10 000 yuan)"),
    "owner": ("产权", "Owner"),
    "manager": ("管理", "Manager"),
    "proposed": ("拟：", "proposed: "),
    "district": ("县区", "District"),
    "year": ("年度", "Year"),
    "unit": ("单位", "Unit"),
    "count": ("数量", "Count"),
    "money_10k": ("资金（万元）", "Money (10 000 yuan)"),
    "whole_city": ("全市", "Whole city"),
    "map": ("分县区进度图（完工占计划）", "Progress by district: done of planned"),
    "curve": ("累计进度（户）", "Progress against plan (households)"),
    "sums": ("分项与合计核对", "Parts and wholes"),
    "whole": ("合计行", "Whole"),
    "measure": ("指标", "Measure"),
    "stated": ("公布值", "Stated"),
    "parts": ("分项之和", "Sum of the parts"),
    "days": ("逾期天数", "Days late"),
    "money_yuan": ("资金（元）", "Money (yuan)"),
    "buildings": ("楼栋", "Buildings"),
    "not_published": ("空格为未公布", "Empty: not published"),
    "estimate_note": ("造价、单价、面积为估算。", "Costs, prices and areas are estimates."),
    # what stands in tables
    "in_hand": ("已签", "signed"),
    "promised": ("原则同意", "agreed in principle"),
    "refused": ("反对", "against"),
    "unknown": ("权利人不明", "holder unknown"),
    "enforcement": ("执法", "enforcement"),
    "informed": ("告知", "informed"),
    "passed": ("通过", "passed"),
    "agreed_short": ("同意不足", "too few agree"),
    "quorum_short": ("参与不足", "too few took part"),
    "no_vote": ("未表决", "no vote yet"),
    "not_in_hand": ("未签", "not signed"),
    "fire_lane": ("消防车道", "fire lane"),
    "edge": ("小区边界", "edge of the compound"),
    "fits": ("可加装", "fits"),
    "blocked": ("受阻", "blocked"),
    "low": ("层数不足", "too low"),
    "no_door": ("单元口位置不明", "door not known"),
    "level": ("平层入户", "level entry"),
    "half": ("错层入户", "half-landing"),
    "shared": ("两楼共享", "shared by two buildings"),
    "yes": ("选用", "chosen"),
    "no": ("未选用", "left out"),
    "no_votes": ("无人选", "nobody wants it"),
    "outvoted": ("得票不足", "outvoted"),
    "needs": ("前置项目未选用：", "needs what is not chosen: "),
    "short": ("余额不足，差（万元）：", "short of money by (10 000 yuan): "),
    "project": ("项目", "projects"),
    "compound": ("小区", "compounds"),
    "cluster": ("组团", "clusters"),
    "planned": ("计划", "planned"),
    "started": ("开工", "started"),
    "in_progress": ("在建", "in progress"),
    "done": ("完工", "done"),
    "late": ("逾期", "late"),
    "stated_only": ("状态未注明", "status not stated"),
    "scales": ("不同计量单位各用各的比例，不可相比。", "Each unit has a scale of its own; units are not compared."),
    "district_title": ("片区汇总", "The district"),
    "area": ("片区", "Area"),
    "in_all": ("合计（每人计一次）", "In all, people counted once"),
    "to_know": ("须知", "To know"),
    "as_chosen": ("按选定方案", "As chosen"),
    "known_areas": ("有数片区", "Areas that know"),
    "once": (
        "同一楼栋出现在两个片区时，其居民只计一次；未选定方案的片区按现状计。",
        "A building that lies in two areas counts once; an area without a chosen option counts as today.",
    ),
    "project_id": ("项目编号", "Project"),
    "start_planned": ("计划开工", "Planned start"),
    "end_planned": ("计划完工", "Planned end"),
    "state_done": ("完工", "done"),
    "state_in_progress": ("在建", "in progress"),
    "state_started": ("开工", "started"),
    "state_planned": ("已列入计划", "planned"),
    "state_chosen": ("已选定方案", "option chosen"),
    "state_compared": ("方案待定", "options compared"),
    "state_surveyed": ("仅有现状", "surveyed only"),
    "state_broken": ("未能读入", "cannot be read"),
    "": ("", ""),
}

_CLASSES: Final[dict[str, tuple[str, str]]] = {
    "consent-in_hand": ("同意：已签", "Consent: signed"),
    "consent-promised": ("同意：原则同意", "Consent: agreed in principle"),
    "consent-open": ("同意：未表态", "Consent: not yet"),
    "consent-refused": ("同意：反对", "Consent: against"),
    "consent-unknown": ("同意：权利人不明", "Consent: holder unknown"),
    "consent-enforcement": ("执法拆除（不表决）", "Enforcement, no vote"),
    "lift-level": ("电梯：平层入户", "Lift: level entry"),
    "lift-half": ("电梯：错层入户", "Lift: half-landing"),
    "lift-shared": ("电梯：两楼共享", "Lift: shared"),
    "lift-blocked": ("电梯：受阻", "Lift: blocked"),
    "people-good": ("达到（意愿八成、收支平衡、问题解决）", "Reached: 80 % willing, pays, all closed"),
    "people-half": ("部分达到", "Partly reached"),
    "people-bad": ("未达到", "Not reached"),
}


def say(key: str, lang: Lang) -> str:
    """Say one word of these sections; a word without one stays as it is."""
    known = _WORDS.get(key)
    return known[_POSITION[lang]] if known else key


def holder_word(kind: str, catalog: Catalog, lang: Lang) -> str:
    """Name a kind of party."""
    for layer, column in (("", "holder"), ("parties", "kind")):
        if (said := catalog.word(layer, column, kind, lang)) != kind:
            return said
    return kind


def people_legend(lang: Lang) -> dict[str, str]:
    """Say what each class of these layers stands for."""
    return {name: titles[_POSITION[lang]] for name, titles in _CLASSES.items()}
