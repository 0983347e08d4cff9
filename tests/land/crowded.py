"""Crowded yards drawn by dice: walls, strips, sheds and paths, in which a footprint finds room or does not."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
from land.yards import area, layer
from shapely import LineString, box
from shapely.affinity import rotate

from spatialreno import Scenario, StudyArea, demolish
from spatialreno.land import Removals, candidate_sites
from spatialreno.land.footprints.things import removables

DEEP = 22.0
#: Kinds and the sides to try: open ground touches walls, a building keeps off them.
ASKED = (
    ("plaza", [(12.0, 15.0)]),
    ("plaza", [(13.0, 17.0), (9.0, 20.0)]),
    ("bookstore", [(10.0, 13.0)]),
    ("plaza", [(2.0, 12.0)]),
)


def crowded(seed: int, *, most: int = 9) -> tuple[StudyArea, str, list[tuple[float, float]]]:
    """Draw two or three walled yards with so many removable things, and say what is asked of them."""
    dice = np.random.default_rng(seed)
    kind, sides = ASKED[dice.integers(len(ASKED))]
    wide = [float(dice.integers(10, 17)) for _ in range(dice.integers(2, 4))]
    gaps = [float(dice.choice([0, 0, 2, 2.5])) for _ in wide[1:]]
    left = [sum(wide[:k]) + sum(gaps[:k]) for k in range(len(wide))]
    rows: dict[str, list[dict[str, Any]]] = {"compounds": [], "walls": [], "structures": [], "paths": [], "rights": []}
    for k, (x, width) in enumerate(zip(left, wide, strict=True)):
        _yard(rows, k, x, width, dice)
    _walls(rows["walls"], left, wide, dice)
    _paths(rows["paths"], left, wide, dice)
    for row in dice.permutation([*rows["walls"], *rows["structures"]])[most:]:
        row["removable"] = False
    rows["parties"] = [{"id": f"P{k}", "name": f"单位{k}"} for k in range(2)]
    angle = float(dice.choice([0, 0, 17, 41.5]))
    drawn = {name: rows[name] for name in ("compounds", "walls", "structures", "paths") if rows[name]}
    frames = {name: layer(*(_turned(row, angle) for row in own)) for name, own in drawn.items()}
    tables = {name: pd.DataFrame(rows[name]) for name in ("rights", "parties")}
    return area(**frames, **tables), kind, sides


def _turned(row: dict[str, Any], degrees: float) -> dict[str, Any]:
    return row | {"geometry": rotate(row["geometry"], degrees, origin=(0, 0))}


def _yard(rows: dict[str, list[dict[str, Any]]], k: int, x: float, width: float, dice: Any) -> None:
    rows["compounds"].append({"id": f"C{k}", "name": f"{k}号院", "geometry": box(x, 0, x + width, DEEP)})
    rows["rights"].append({"feature_id": f"C{k}", "party_id": f"P{k % 2}", "right": "land_use"})
    for number in range(dice.integers(2, 5)):
        a, b = x + dice.integers(0, int(width) - 2), dice.integers(0, int(DEEP) - 2)
        shape = box(a, b, min(a + dice.integers(3, 15), x + width + 1), min(b + dice.integers(3, 15), DEEP))
        rows["structures"].append({
            "id": f"S{k}-{number}", "legality": "illegal", "removable": bool(dice.random() < 0.8),
            "floor_area_m2": float(dice.integers(10, 300)), "geometry": shape,
        })  # fmt: skip


def _walls(walls: list[dict[str, Any]], left: list[float], wide: list[float], dice: Any) -> None:
    """Front walls, some of them, and one or two walls between every two yards."""
    lines = [LineString([(x, y), (x + width, y)]) for x, width in zip(left, wide, strict=True) for y in (0, DEEP)]
    sides = sorted({*left, *(x + width for x, width in zip(left, wide, strict=True))})
    lines += [LineString([(x, 0), (x, DEEP)]) for x in sides]
    thick = [0.24, 0.24, 0.37, 0.0]
    for number, line in enumerate(lines):
        if dice.random() < 0.9:
            removable = bool(dice.random() < 0.75)
            walls.append({
                "id": f"W{number}", "removable": removable, "thickness_m": thick[dice.integers(4)], "geometry": line,
            })  # fmt: skip


def _paths(paths: list[dict[str, Any]], left: list[float], wide: list[float], dice: Any) -> None:
    right = left[-1] + wide[-1]
    choice = dice.integers(5)
    if choice in (0, 1, 2):
        paths.append({"id": "L1", "kind": "footway", "geometry": LineString([(-5, -3), (right + 5, -3)])})
    if choice in (2, 3):
        x = left[0] + 1.0
        paths.append({"id": "L2", "kind": "footway", "geometry": LineString([(x, -4), (x, 5)])})
    for k, (one, other) in enumerate(pairwise(left)):
        if other - one > wide[k] and dice.random() < 0.4:  # along the strip
            x = (one + wide[k] + other) / 2
            paths.append({"id": f"L{k + 3}", "kind": "footway", "geometry": LineString([(x, -4), (x, DEEP + 4)])})
    if choice == 1:
        paths.append({"id": "L9", "kind": "footway", "geometry": LineString([(right - 1, 12), (right - 1, 18)])})


def room_without(today: StudyArea, kind: str, sides: list[tuple[float, float]], things: Any) -> bool:
    """Take things down and look for a site."""
    acts = [demolish(layer_, ids=[name]) for layer_, name in things]
    after = Scenario("some", interventions=acts).apply(today) if acts else today
    return len(candidate_sites(after, kind, sides=sides)) > 0


def disproof(today: StudyArea, kind: str, sides: list[tuple[float, float]], found: Removals, by: str) -> str:
    """Try every choice of things, and say what is wrong with the one found; empty when nothing is.

    Taking more away never takes room away, so of the choices that are better than the one found only those need
    trying to which nothing can be added.
    """
    things = removables(today, kind)
    names = list(zip(things.table["layer"], things.table["id"], strict=True))
    if found.fit is None:
        return "there is room when everything goes" if room_without(today, kind, sides, names) else ""
    chosen = list(zip(found.table["layer"], found.table["id"], strict=True))
    if not room_without(today, kind, sides, chosen):
        return f"no room without {chosen}"
    key = things.key(frozenset(names.index(own) for own in chosen), by)
    better = [
        frozenset(own)
        for count in range(len(names) + 1)
        for own in combinations(range(len(names)), count)
        if things.key(frozenset(own), by) < key
    ]
    for which in [own for own in better if not any(own < other for other in better)]:
        if room_without(today, kind, sides, [names[k] for k in which]):
            return f"room without {[names[k] for k in which]} alone, not {chosen}"
    return ""
