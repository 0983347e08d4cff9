"""Who holds what: parties, rights on land, buildings, walls and structures, a first sounding of consents."""

from __future__ import annotations

import random

from .ground import COMPOUNDS, Ground

# compound -> the unit that built it
UNITS = {
    "C01": "区委办公室机关服务中心",
    "C02": "纺织机械厂（改制留守处）",
    "C03": "商业局资产管理中心",
    "C04": "第二中学",
    "C05": "印刷厂（破产管理人）",
    "C06": "供电公司后勤服务中心",
    "C07": "棉纺织厂留守处",
    "C08": "第三建筑工程公司",
    "C09": "粮食和物资储备中心",
    "C10": "汽车运输公司",
}
OTHERS = (
    ("R21", "西工地社区居民委员会", "community"),
    ("R22", "洛北热力有限公司", "utility"),
    ("R23", "供电公司运维部", "utility"),
    ("R24", "自来水公司", "utility"),
    ("R25", "城市燃气公司", "utility"),
    ("R26", "通信基础设施公司", "utility"),
    ("R27", "区住房和城乡建设局", "government"),
    ("R28", "街道办事处", "government"),
    ("R29", "区城市管理局", "government"),
    ("R30", "区自然资源分局", "government"),
    ("R31", "区教育局", "government"),
)
CONSENTS = (
    "signed",
    "signed",
    "agreed_in_principle",
    "agreed_in_principle",
    "visited",
    "not_visited",
    "against",
)

Right = tuple[str, str, str, str, str, str]


def draw_parties() -> list[tuple[str, str, str, str]]:
    """Rows of the table of parties: id, name, kind, contact."""
    rows = []
    for number, (cid, unit) in enumerate(UNITS.items(), start=1):
        rows.append((f"R{number:02d}", unit, "unit", ""))
        rows.append((f"R{number + 10:02d}", f"{COMPOUNDS[cid][0]}全体业主", "all_owners", ""))
    return sorted(rows + [(pid, name, kind, "") for pid, name, kind in OTHERS])


def draw_rights(
    ground: Ground, buildings: dict[str, str], illegal: dict[str, str], dice: random.Random
) -> list[Right]:
    """Rows of the table of rights: feature, party, right, share, consent, date.

    ``buildings`` and ``illegal`` name the compound of each building and each illegal structure.
    """
    rows: list[Right] = []
    units = {cid: f"R{number:02d}" for number, cid in enumerate(UNITS, start=1)}
    owners = {cid: f"R{number:02d}" for number, cid in enumerate(UNITS, start=11)}
    for cid in UNITS:
        rows += [
            (cid, units[cid], "land_use", "", *_consent(dice)),
            (cid, "R21", "management", "", *_consent(dice)),
        ]
    for bid, cid in sorted(buildings.items()):
        private = 0.8 if cid in ("C01", "C04", "C06") else 1.0
        rows.append((bid, owners[cid], "ownership", f"{private:g}", *_consent(dice)))
        if private < 1:
            rows.append((bid, units[cid], "ownership", f"{1 - private:.1f}", *_consent(dice)))
    for wid, (_, sides) in ground.walls.items():
        holders = [units[cid] for cid in sides] if len(sides) > 1 else [units[sides[0]], owners[sides[0]]]
        shares = ("0.5", "0.5") if len(sides) > 1 else ("0.7", "0.3")
        rows += [
            (wid, who, "ownership", share, *_consent(dice))
            for who, share in zip(holders, shares, strict=True)
        ]
        rows.append((wid, "R21", "management", "", *_consent(dice)))
    rows += [(vid, owners[cid], "ownership", "", *_consent(dice)) for vid, cid in sorted(illegal.items())]
    rows += [
        ("L1", "R28", "ownership", "", *_consent(dice)),
        ("L1", "R29", "management", "", *_consent(dice)),
    ]
    rows += [(pipe, "R22", "ownership", "", *_consent(dice)) for pipe in ("N01", "N02", "N13")]
    rows += [
        ("F01", "R21", "management", "", *_consent(dice)),
        ("F19", "R31", "ownership", "", *_consent(dice)),
    ]
    return sorted(rows)


def _consent(dice: random.Random) -> tuple[str, str]:
    consent = CONSENTS[dice.randrange(len(CONSENTS))]
    date = "" if consent == "not_visited" else f"2025-{dice.randint(3, 6):02d}-{dice.randint(1, 28):02d}"
    return consent, date
