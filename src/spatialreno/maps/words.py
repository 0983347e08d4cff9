"""The page's own words in Chinese and English; layers, columns and indicators are named by the catalog."""

from __future__ import annotations

from typing import Final, Literal

from spatialreno.errors import InputError

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
    "unchanged": ("本方案未改变的指标", "Indicators this option leaves as they are"),
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
    "read": ("已核对原文", "seen in the text"),
    "secondary": ("引自二手资料", "from a secondary source"),
    "memory": ("凭记忆，待核对", "from memory, to be checked"),
    "assumed": ("假设", "assumed"),
    "derived": ("推算", "derived"),
    "rests_on": ("估算与推断", "Estimated and inferred"),
    "of": ("共", "of"),
    "review": ("审阅提示", "For the reviewer"),
    "provenance": ("数据指纹", "Fingerprints of the data"),
    "report": ("方案比较报告", "Report: options compared"),
    "bill": ("投资估算（按出资方）", "Estimate by payer"),
    "prices": (
        "单价为估算，须以当地定额和询价为准。金额单位：元。",
        "Unit prices are estimates, to be checked against local rates and quotes. Amounts in yuan.",
    ),
    "payer": ("出资方", "Payer"),
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
    "isochrones": ("步行等时圈", "Walking isochrones"),
    "scores": ("楼栋生活圈得分", "Living-circle score by building"),
    "works": ("道路改造", "Streets altered"),
    "new_grounds": ("绿地、广场、停车改造", "Greens, squares, parking altered"),
    "ground": ("底图", "Ground"),
    "names": ("名称", "Names"),
    "walls_and_gates": ("围墙、出入口", "Walls and gates"),
    "changes": ("有变化处", "Changes"),
    # blocks, freed, isochrones
    "block": ("街区", "Block"),
    "compounds_in": ("小区数", "Compounds"),
    "area_m2": ("面积（m²）", "Area (m²)"),
    "households": ("户数", "Households"),
    "residents": ("人口", "Residents"),
    "cause": ("来由", "Cause"),
    "compound": ("小区", "Compound"),
    "minutes": ("分钟", "min"),
    "start": ("起", "A"),
    "origin": ("起点", "Origin"),
    "group": ("人群", "Group"),
    "walk_reach": ("步行可达", "Within a walk of"),
}

# Words of the closed vocabularies in the layer dictionaries.
_VALUES: Final[dict[str, tuple[str, str]]] = {
    "public": ("公共开放", "public"),
    "residents": ("仅居民", "residents only"),
    "closed": ("封闭", "closed"),
    "wall": ("围墙", "wall"),
    "fence": ("栅栏", "fence"),
    "hedge": ("绿篱", "hedge"),
    "building_face": ("建筑外墙", "building face"),
    "retaining": ("挡土墙", "retaining wall"),
    "illegal": ("认定违建", "illegal"),
    "undecided": ("待认定", "undecided"),
    "historical": ("无证历史遗留", "historical, no papers"),
    "temporary": ("临时", "temporary"),
    "extension": ("部分超建", "partly beyond permit"),
    "legal": ("有证", "legal"),
    "ground": ("地面", "ground"),
    "attached": ("贴建", "attached"),
    "roof": ("屋顶", "roof"),
    "balcony": ("阳台", "balcony"),
    "public_green": ("公共绿地", "public green"),
    "cluster_green": ("组团绿地", "cluster green"),
    "plaza": ("广场", "plaza"),
    "sport": ("运动场地", "sports ground"),
    "street": ("街道", "street"),
    "lane": ("巷道", "lane"),
    "service": ("内部道路", "service road"),
    "footway": ("步道", "footway"),
    "steps": ("台阶", "steps"),
    "cycleway": ("自行车道", "cycleway"),
    "track": ("土路", "track"),
    "residential": ("住宅", "residential"),
    "mixed": ("商住混合", "mixed"),
    "commercial": ("商业", "commercial"),
    "office": ("办公", "office"),
    "industrial": ("工业", "industrial"),
    "boiler_house": ("锅炉房", "boiler house"),
    "storage": ("仓储", "storage"),
    "shed": ("棚屋", "shed"),
    "house": ("房屋", "house"),
    "shop": ("店铺", "shop"),
    "garage": ("车库", "garage"),
    "canopy": ("雨棚", "canopy"),
    "roof_room": ("屋顶加建", "roof room"),
    "other": ("其他", "other"),
    "car": ("小汽车", "cars"),
    "ebike": ("电动自行车", "e-bikes"),
    "charging": ("充电", "charging"),
    "open": ("在用", "open"),
    "planned": ("规划", "planned"),
    "heat_primary": ("一次热网", "primary heat"),
    "heat_secondary": ("二次热网", "secondary heat"),
    "sewage": ("污水", "sewage"),
    "storm": ("雨水", "storm water"),
    "water": ("给水", "water"),
    "gas": ("燃气", "gas"),
    "power": ("强电", "power"),
    "telecom": ("通信", "telecom"),
    "low_voltage": ("弱电", "low voltage"),
    "company": ("物业公司", "company"),
    "self": ("自管", "self-managed"),
    "community": ("社区代管", "community"),
    "none": ("无", "none"),
    "brick": ("砖", "brick"),
    "concrete": ("混凝土", "concrete"),
    "steel": ("钢", "steel"),
    "good": ("良好", "good"),
    "fair": ("一般", "fair"),
    "poor": ("较差", "poor"),
    "dangerous": ("危险", "dangerous"),
    "true": ("是", "yes"),
    "false": ("否", "no"),
    "structure": ("拆除附属建构筑物", "structure removed"),
    "structures": ("拆除附属建构筑物", "structures removed"),
    "walls": ("拆除围墙", "walls removed"),
    "buildings": ("拆除楼栋", "buildings removed"),
    "strip": ("打通夹道", "strip between walls opened"),
}

_PAYERS: Final[dict[str, tuple[str, str]]] = {
    "central": ("中央补助", "Central government"),
    "province": ("省级财政", "Province"),
    "city": ("市、区财政", "City and district"),
    "utility": ("专业经营单位", "Utility companies"),
    "residents": ("居民", "Residents"),
    "society": ("社会资本", "Private capital"),
    "": ("无单价", "No unit price"),
}

# What a class of the style table stands for in the legend, in the order of the legend.
_CLASSES: Final[dict[str, tuple[str, str]]] = {
    "line-gone": ("拆除（围墙等）", "Demolished line"),
    "area-gone": ("拆除（违建等）", "Demolished structure"),
    "line-altered": ("改造", "Altered"),
    "area-altered": ("改造", "Altered"),
    "line-built": ("新建", "Built"),
    "area-built": ("新建", "Built"),
    "freed": ("腾出空间", "Freed land"),
    "block": ("连片街区（合并后，一色一片）", "Merged block, one colour each"),
    "wall": ("围墙（保留）", "Wall kept"),
    "fence": ("栅栏、绿篱（保留）", "Fence or hedge kept"),
    "gate-public": ("出入口：公共开放", "Gate open to all"),
    "gate-residents": ("出入口：仅居民", "Gate for residents"),
    "gate-closed": ("出入口：封闭", "Gate closed"),
    "structure-illegal": ("认定违建（未拆）", "Illegal structure"),
    "structure": ("其他附属建构筑物", "Other structure"),
    "facility": ("配套设施（字为类别）", "Facility"),
    "facility-built": ("新建设施", "New facility"),
    "facility-altered": ("改造设施", "Altered facility"),
    "facility-gone": ("撤除设施", "Facility removed"),
    "reach-origin": ("等时圈起点", "Where walks start"),
    "reach-1": ("步行可达：", "Within a walk of "),
    "reach-2": ("步行可达：", "Within a walk of "),
    "reach-3": ("步行可达：", "Within a walk of "),
    "reach-other-1": ("老年人可达：", "Elderly walkers: "),
    "reach-other-2": ("老年人可达：", "Elderly walkers: "),
    "reach-other-3": ("老年人可达：", "Elderly walkers: "),
    "score-1": ("得分 0–20", "Score 0–20"),
    "score-2": ("得分 20–40", "Score 20–40"),
    "score-3": ("得分 40–60", "Score 40–60"),
    "score-4": ("得分 60–80", "Score 60–80"),
    "score-5": ("得分 80–100", "Score 80–100"),
    "score-none": ("无得分", "No score"),
    "home": ("住宅楼", "Homes"),
    "building": ("其他建筑", "Other buildings"),
    "compound": ("小区范围", "Compound"),
    "green": ("绿地", "Green"),
    "plaza": ("广场", "Plaza"),
    "sport": ("运动场地", "Sports ground"),
    "parking": ("停车", "Parking"),
    "tree": ("树木", "Tree"),
    "pipe-heat_primary": ("热力（一次）", "Heat, primary"),
    "pipe-heat_secondary": ("热力（二次）", "Heat, secondary"),
    "pipe-sewage": ("污水", "Sewage"),
    "pipe-storm": ("雨水", "Storm water"),
    "pipe-water": ("给水", "Water"),
    "pipe-gas": ("燃气", "Gas"),
    "pipe-power": ("强电", "Power"),
    "pipe-telecom": ("弱电", "Telecom"),
    "dotted": ("点线：估算或推断", "Dotted: estimated or inferred"),
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
    return _WORDS[key][_POSITION[lang]]


def value_word(value: str, lang: Lang) -> str:
    """Say a value of a closed vocabulary; a value without a word of its own stays as it is."""
    known = _VALUES.get(value)
    return known[_POSITION[lang]] if known else value


def payer_word(payer: str, lang: Lang) -> str:
    """Name who pays."""
    known = _PAYERS.get(payer)
    return known[_POSITION[lang]] if known else payer


def legend_words(lang: Lang) -> dict[str, str]:
    """Say what each class of the map stands for, in the order of the legend."""
    return {name: titles[_POSITION[lang]] for name, titles in _CLASSES.items()}
