"""Words of the papers about what is worth together, clusters and visits."""

from __future__ import annotations

from typing import Final

from spatialreno.maps.words.words import POSITION, Lang

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "synergy": ("集中连片共同收益（业主会议用）", "Worth together: a paper for the owners' meeting"),
    "not_fair": (
        "下列分摊是商议的起点，不代表“公平”结论；人、土地、资金分列，不相加。",
        "Shares are where a talk begins, and no verdict of what is fair; people, land and money are never added.",
    ),
    "own_people": (
        "各单位只计本院居民；院间围墙两侧都同意才打开。",
        "Each side counts its own residents only; a wall between two opens when both agree.",
    ),
    "access": ("可达（居民，人）", "Access (residents)"),
    "land": ("腾出空间（m²）", "Land that comes free (m²)"),
    "pipes": ("管网：热力站、沟槽（元）", "Pipes: heat stations, trenches (yuan)"),
    "management": ("物业管理（元/年）", "Management (yuan a year)"),
    "net": ("净收益（元）", "Net of the bill (yuan)"),
    "cause": ("收益来源", "Cause"),
    "apart": ("各做各的", "Each alone"),
    "all": ("一起做", "All together"),
    "together": ("连片增益", "Worth together"),
    "core": ("有无各方都不吃亏的分法", "A way to share with nobody worse off"),
    "core_yes": ("有", "there is"),
    "core_no": ("没有：总有一方单干更好", "none: somebody is always better off apart"),
    "core_unknown": ("单位过多，未判定", "too many to tell"),
    "player": ("单位", "Who"),
    "share": ("平均贡献分摊（Shapley）", "Share by what it adds (Shapley)"),
    "error": ("抽样误差", "Error"),
    "nucleolus": ("最不利方最优分摊（核仁）", "Share that is best for the worst-off (nucleolus)"),
    "alone": ("单干所得", "Alone"),
    "last": ("缺它损失", "Lost without it"),
    "bill_yuan": ("应担工程费（元）", "Its part of the bill (yuan)"),
    "givers": ("只付出、本院居民无增益：{who}", "These give without gaining: {who}"),
    "worst_off": ("吃亏最多的一方", "The worst-off side"),
    "way": ("分法", "Way to share"),
    "who": ("哪几家", "Who"),
    "short": ("少得（负数为多得）", "Short by (below 0: ahead)"),
    "shapley": ("Shapley", "Shapley"),
    "notes": ("说明", "Notes"),
    "clusters": ("组团划分建议", "Clusters proposed"),
    "clusters_lead": (
        "{count} 个组团，每个 {least}–{most} 户；户到组团中心小区平均 {metres} m。{proof}",
        "{count} clusters of {least} to {most} households; {metres} m from a household's compound to its middle on "
        "average. {proof}",
    ),
    "clusters_proven": ("已证明：同样个数没有更近的划分。", "Proven: no division into so many is nearer."),
    "clusters_bound": (
        "启发式划分：离可证明的下界最多 {gap}。", "A heuristic: at most {gap} above a bound that holds."
    ),
    "middle": ("中心小区", "Middle"),
    "metres": ("平均距离（m）", "Mean way (m)"),
    "bound_metres": ("下界（m）", "Bound (m)"),
    "beside": ("多几个、少几个组团", "More or fewer clusters"),
    "count": ("组团数", "Clusters"),
    "state": ("证明", "Proof"),
    "least": ("最少户数", "Least households"),
    "most": ("最多户数", "Most households"),
    "state_proven": ("已证明", "proven"),
    "state_stopped": ("未证完", "stopped"),
    "state_heuristic": ("启发式", "heuristic"),
    "state_impossible": ("户数放不下", "impossible"),
    "state_none_found": ("未找到", "none found"),
    "visits": ("入户核实清单（先核什么）", "What to survey next"),
    "cluster": ("组团", "Cluster"),
    "compounds": ("小区（院落）", "Compounds"),
    "households": ("户数", "Households"),
    "found": ("核实结果", "Found"),
    "by_whom": ("核实人、日期", "By whom, when"),
    "why": ("为何要核", "Why"),
    "what": ("对象", "What"),
    "assumed": ("现采用", "Assumed"),
    "otherwise": ("若为", "If it were"),
    "moves": ("指标变动", "Moves the measure by"),
    "flips": ("会改选", "Changes the choice"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
}


def said(key: str, lang: Lang) -> str:
    """Write one of these words.

    Examples
    --------
    >>> said("cluster", "zh")
    '组团'
    """
    return _WORDS[key][POSITION[lang]]
