"""Draw the invented quarter ``data/geo/xigongdi``: the same bytes every time.

The geometry is invented; the totals are the published ones of Xigongdi in Luoyang (1 200 m of wall,
1 500 m2 of illegal structures). Run ``python scripts/draw_xigongdi.py [folder]``.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

sys.path.insert(0, str(Path(__file__).parent))

from xigongdi import checks, clutter, ground, homes, options, people, services, write

SEED = 20250301
FOLDER = Path(__file__).parents[1] / "data" / "geo" / "xigongdi"


def main(folder: Path) -> None:
    """Draw, check and write the whole example."""
    dice = random.Random(SEED)
    earth = ground.draw_ground()
    layers = draw_layers(earth, dice)
    for line in checks.check_all(layers):
        print(line)
    files = {f"{name}.geojson": write.geojson_text(name, rows) for name, rows in layers.items()}
    files |= _tables(earth, layers, dice)
    illegal = sum(v["legality"] == "illegal" for _, v in layers["structures"].values())
    heated = sum(float(str(v["heated_area_m2"])) for _, v in layers["buildings"].values())
    files |= {f"scenarios/{n}": text for n, text in options.scenario_files(illegal, heated).items()}
    files |= {"area.toml": options.AREA_TOML, "plan.py": options.PLAN_PY}
    write.write_all(folder, files)


def draw_layers(earth: ground.Ground, dice: random.Random) -> checks.Layers:
    """Draw every layer: geometry and columns by id."""
    buildings, doors = homes.draw_buildings(dice)
    structures = clutter.draw_structures(earth, buildings, dice)
    layers: checks.Layers = {
        "buildings": buildings,
        "entrances": doors,
        "structures": structures,
        "gates": earth.gates,
        "paths": earth.paths,
        "parking": clutter.draw_parking(),
        "facilities": services.draw_facilities(),
        "open_spaces": services.draw_open_spaces(),
        "pipes": services.draw_pipes(),
        "compounds": _compounds(earth, buildings),
        "walls": _walls(earth),
    }
    layers["trees"] = clutter.draw_trees(earth, _taken(layers), dice)
    return layers


def _compounds(earth: ground.Ground, buildings: clutter.Rows) -> clutter.Rows:
    rows = {}
    for cid, (name, year, _, management, rate, fee, checkup) in ground.COMPOUNDS.items():
        shape = earth.compounds[cid]
        inside = [values for house, values in buildings.values() if shape.contains(house.centroid)]
        rows[cid] = (
            shape,
            {
                "name": name,
                "built_year": year,
                "households": sum(int(str(v["households"])) for v in inside),
                "residents": sum(int(str(v["residents"])) for v in inside),
                "heated": False,
                "management": management,
                "fee_rate": rate,
                "fee_yuan_month": fee,
                "checkup": checkup,
            },
        )
    return rows


def _walls(earth: ground.Ground) -> checks.Layers:
    rows = {}
    for number, (wid, (shape, sides)) in enumerate(earth.walls.items()):
        fence = sides in (("C04",), ("C06",)) and number % 2 == 0
        name = "与".join(ground.COMPOUNDS[c][0] for c in sides) + ("界墙" if len(sides) > 1 else "围墙")
        rows[wid] = (
            shape,
            {
                "name": name,
                "kind": "fence" if fence else "wall",
                "height_m": 2.0 if fence else 2.2,
                "thickness_m": ground.THICKNESS_M,
                "material": "铁艺" if fence else "砖",
                "removable": True,
                "condition": ("fair", "poor", "good", "dangerous", "poor")[number % 5],
            },
        )
    return rows


def _taken(layers: checks.Layers) -> list[BaseGeometry]:
    solid = ("buildings", "structures", "parking", "open_spaces")
    shapes = [s for name in solid for s, _ in layers[name].values()]
    shapes += [s.buffer(float(str(v["width_m"])) / 2) for s, v in layers["paths"].values()]
    shapes += [s.buffer(2.0) for name in ("gates", "entrances") for s, _ in layers[name].values()]
    shapes += [s for s, _ in layers["facilities"].values()]
    return shapes + [s.buffer(1.6) for s in options.SITES.values()]


def _tables(earth: ground.Ground, layers: checks.Layers, dice: random.Random) -> dict[str, str]:
    homes_of = {b: _compound_of(earth, s.centroid) for b, (s, _) in layers["buildings"].items()}
    sheds_of = {
        i: _compound_of(earth, s.centroid)
        for i, (s, v) in layers["structures"].items()
        if v["legality"] == "illegal"
    }
    rights = people.draw_rights(earth, _known(homes_of), _known(sheds_of), dice)
    homes = {i: d for i, d in layers["entrances"].items() if int(str(d[1]["households"])) > 0}
    ballots = people.draw_ballots(homes, _known(homes_of), dice)
    return {
        "parties.csv": write.csv_text(("id", "name", "kind", "contact"), people.draw_parties()),
        "rights.csv": write.csv_text(("feature_id", "party_id", "right", "share", "consent", "date"), rights),
        "ballots.csv": write.csv_text(("voter", "matter", "choice", "area_m2", "building_id"), ballots),
        "community/menu.csv": write.csv_text(("item", "title", "class", "cost_yuan", "needs"), people.draw_menu()),
    }


def _compound_of(earth: ground.Ground, point: Point) -> str | None:
    return next((cid for cid, shape in earth.compounds.items() if shape.contains(point)), None)


def _known(owners: dict[str, str | None]) -> dict[str, str]:
    return {key: cid for key, cid in owners.items() if cid is not None}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
