"""Words of the page of designs."""

from __future__ import annotations

from typing import Final

from spatialreno.maps.words.words import POSITION, Lang

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("方案生成", "Options that the tool proposes"),
    "basket": ("成套服务半径内居民", "residents with the whole basket"),
    "covered": ("半径内可达的居民", "residents within the radius"),
    "kinds": ("居民×设施种类", "residents × kinds"),
    "score": ("生活圈得分", "circle score"),
    "metres": ("少走的米数", "metres saved"),
    "today": ("现状", "Today"),
    "lead": (
        "花 {cost} 万元打开 {count} 处（{where}），{what}由 {today} 增至 {value}{proof}。",
        "For {cost} (10 000 yuan) open {count} places ({where}): {what} from {today} to {value}{proof}.",
    ),
    "proven": ("，已证明同样的钱没有更好的选法", "; proven: no other choice gives more for the money"),
    "at_most": ("，任何选法不超过 {bound}", "; no choice gives more than {bound}"),
    "lost": (
        "另有 {lost} 人打开哪里都到不了，须新增设施。",
        "{lost} more are reached by no opening: they need a new facility.",
    ),
    "money": ("投资（万元）", "Money (10 000 yuan)"),
    "band": ("尚未证明的区间", "Not proven yet"),
    "frontier": ("钱与人：每一步的最优选法", "People over money: the best choice at each step"),
    "greedy": ("逐个挑选（贪心）会选什么、少多少", "What choosing one by one would give, and lose"),
    "steps": ("沿曲线逐步看", "Step along"),
    "opened": ("打开", "Opened"),
    "cost": ("费用（元）", "Cost (yuan)"),
    "alone": ("单独打开的增量", "Brings alone"),
    "last": ("少了它的损失", "Lost without it"),
    "because": ("只因下列同时打开才有用", "Opened only because of"),
    "reasons": ("为什么打开", "Why each is opened"),
    "nearly": ("2% 以内的其他选法", "Other choices within 2 %"),
    "value": ("得", "Gives"),
    "chip": ("{cost} 万元 · {value}", "{cost} × 10 000 yuan · {value}"),
    "one_by_one": ("逐个挑选只得", "One by one only"),
    "each": ("平均每多一人 {yuan} 元。", "On average {yuan} yuan for each one more."),
    "at_best": ("至多", "At most"),
    "all_of_it": ("全部推算：逐步看、为什么打开、每条约束的代价", "All of it: step by step, why, what guards cost"),
    "less": ("少", "Less"),
    "pairs": ("互补与互替", "Only together, or one for another"),
    "only_together": ("一起才有用", "only together"),
    "more_together": ("一起更有用", "more together"),
    "stand_in": ("可互相替代", "stand in for one another"),
    "both": ("一起", "Both"),
    "guards": ("每条约束的代价", "What each guard costs"),
    "guard": ("约束", "Guard"),
    "without": ("取消它可得", "Without it"),
    "price": ("代价", "Price"),
    "way": ("挑选办法", "Way of choosing"),
    "gain": ("每次选增量最大的", "largest gain next"),
    "gain_per_yuan": ("每次选每元增量最大的", "largest gain per yuan next"),
    "ranking": ("按单独增量排序", "ranked by gain alone"),
    "keep_party": ("不征询的单位", "parties not asked"),
    "most_parties": ("最多征询单位数", "parties asked at most"),
    "consent": ("同意情况", "consent"),
    "must_open": ("必须打开", "must open"),
    "must_keep": ("必须保留", "must stay"),
    "floor": ("每个小区的下限", "floor for each compound"),
    "most_through": ("外来穿行上限", "share that cuts through at most"),
    "keep_fire": ("消防通达不减", "fire access kept"),
    "keep_wheelchair": ("轮椅可达不减", "ways in a wheelchair kept"),
    "by_tiles": (
        "分 {tiles} 片推算：相近的选法、互补互替、约束的代价和逐个挑选都要把每户重算许多遍，此处不列；可取一部分推算。",
        "Worked out in {tiles} tiles: choices nearly as good, what stands in for one another, prices of guards and "
        "greedy choice ask every home again and again and are left out; ask a part of the area for them.",
    ),
    "nothing": ("不打开", "nothing"),
}


def say_design(key: str, lang: Lang, **cells: str) -> str:
    """Give a word of the page of designs, in a language; what has none is given as it is."""
    return _WORDS[key][POSITION[lang]].format(**cells) if key in _WORDS else key
