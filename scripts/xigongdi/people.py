"""Who holds what and who votes how: parties, rights, a first sounding of consents, ballots and the menu."""

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


Ballot = tuple[str, str, str, str, str]

# compound -> turnout and share of yes, in the vote on opening the walls
OPEN = {
    "C01": (0.86, 0.90),
    "C02": (0.90, 0.92),
    "C03": (0.84, 0.88),
    "C04": (0.83, 0.62),
    "C05": (0.88, 0.95),
    "C06": (0.55, 0.80),
    "C07": (0.82, 0.87),
    "C08": (0.85, 0.89),
    "C09": (0.80, 0.86),
    "C10": (0.48, 0.85),
}
UNWILLING = {"C05": 0.76}
LIFT_BLOCKS = ("B04", "B13", "B19", "B20")
# item: title, class, cost in yuan, items it needs, how much it is wanted
MENU = {
    "drain": ("雨污分流与排水管网", "basic", 3_200_000, "", 0.62),
    "water": ("给水管网更换", "basic", 1_450_000, "", 0.48),
    "lines": ("强弱电架空线入地", "basic", 1_900_000, "", 0.44),
    "paving": ("道路铺装", "basic", 2_100_000, "drain;water", 0.58),
    "fire": ("消防通道与消防栓", "basic", 620_000, "", 0.35),
    "roof": ("屋面防水", "basic", 1_650_000, "", 0.41),
    "meter": ("电表箱与楼道线路整治", "basic", 540_000, "", 0.33),
    "lighting": ("楼道与院内照明", "improved", 380_000, "lines", 0.39),
    "parking": ("停车位与充电桩", "improved", 760_000, "paving", 0.46),
    "wall": ("拆围墙、通夹道", "improved", 160_000, "", 0.37),
    "plaza": ("小广场与健身场地", "improved", 420_000, "wall;paving", 0.34),
    "garden": ("口袋花园（居民种花地）", "improved", 210_000, "wall", 0.31),
    "barrier": ("无障碍坡道与扶手", "improved", 180_000, "paving", 0.28),
    "meals": ("老年食堂", "raised", 680_000, "", 0.27),
    "nursery": ("托育点", "raised", 520_000, "", 0.16),
    "bookstore": ("社区书屋", "raised", 540_000, "", 0.14),
}


def draw_menu() -> list[tuple[str, str, str, str, str]]:
    """Rows of the menu: item, title, class, cost_yuan, needs."""
    return [(item, title, rank, str(cost), needs) for item, (title, rank, cost, needs, _) in MENU.items()]


def draw_ballots(
    doors: dict[str, tuple[object, dict[str, object]]], compounds: dict[str, str], dice: random.Random
) -> list[Ballot]:
    """Rows of the ballots: voter, matter, choice, area_m2, building_id.

    ``compounds`` names the compound of each building; a voter is a home: stairwell, floor, place.
    """
    rows: list[Ballot] = []
    for door, (_, columns) in sorted(doors.items()):
        building = str(columns["building_id"])
        homes = int(str(columns["households"]))
        storeys = int(str(columns["storeys"]))
        for k in range(homes):
            floor = k * storeys // homes + 1
            home = f"{door}-{floor}{k % (homes // storeys) + 1:02d}"
            area = f"{dice.uniform(58.0, 78.0):.2f}"
            matters = _decisions(home, door, floor, compounds[building], building, dice)
            rows += [(home, matter, choice, area, building) for matter, choice in matters]
    return sorted(rows)


def _decisions(
    home: str, door: str, floor: int, compound: str, building: str, dice: random.Random
) -> list[tuple[str, str]]:
    """What one home says: whether to renew, whether to open the walls, its lift, its wishes."""
    said = []
    if dice.random() < 0.97:
        willing = dice.random() < UNWILLING.get(compound, 0.94)
        said.append((f"willing:{compound}", "yes" if willing else "no"))
    turnout, agree = OPEN[compound]
    if dice.random() < turnout:
        said.append((f"open:{compound}", "yes" if dice.random() < agree else "no"))
    if building in LIFT_BLOCKS and dice.random() < 0.9:
        likes = dice.random() < (0.25 if floor == 1 else 0.7 if floor == 2 else 0.97)
        said.append((f"lift:{door}", "yes" if likes else "abstain" if floor == 2 else "no"))
    if dice.random() < 0.4:
        said += [("menu", item) for item, row in MENU.items() if dice.random() < row[4]]
    return said
