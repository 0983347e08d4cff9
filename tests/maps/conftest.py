"""A small quarter, and a stand-in for ``compare`` that gives the page all it reads, under any names."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from maps.hostile import hostile
from shapely import LineString, Point, Polygon, box

from spatialreno.area import StudyArea, assemble
from spatialreno.comparison import Comparison, LeaderFigure, LeaderRow, Told
from spatialreno.comparison.money.funding import fund
from spatialreno.maps import draw
from spatialreno.scenario import Bill
from spatialreno.walk import change_of

CRS = "EPSG:4546"
X, Y = 627_000.0, 3_838_000.0
OPTIONS = ("today", "clear", "opened")


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def rect(x: float, y: float, w: float, h: float) -> Polygon:
    return box(X + x, Y + y, X + x + w, Y + y + h)


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(X + x, Y + y) for x, y in points])


def quarter(text: Callable[[str], str], title: str = "示例片区") -> dict[str, Any]:
    """Two walled compounds side by side, a street south of them, two illegal sheds."""
    compounds = [{"id": f"C{k}", "name": text(f"{k}号院"), "geometry": rect(100 * k, 0, 100, 80)} for k in (0, 1)]
    buildings = [
        {"id": f"B{k}", "name": text(f"{k}号楼"), "use": "residential", "storeys": 6.0, "households": 36,
         "residents": 90, "geometry": rect(15 + 100 * k, 30, 60, 12)}
        for k in (0, 1)
    ]  # fmt: skip
    walls = [
        {"id": "W1", "name": text("中墙"), "geometry": line((100, 0), (100, 80))},
        {"id": "W2", "name": text("南墙"), "geometry": line((0, 0), (100, 0))},
        {"id": "W3", "kind": "fence", "inferred": True, "geometry": line((100, 0), (200, 0))},
    ]
    structures = [
        {"id": "S1", "legality": "illegal", "name": text("棚"), "geometry": rect(20, 5, 8, 5)},
        {"id": "S2", "legality": "undecided", "geometry": rect(120, 5, 8, 5)},
    ]
    return {
        "compounds": frame(compounds),
        "buildings": frame(buildings),
        "walls": frame(walls),
        "structures": frame(structures),
        "gates": frame([{"id": "G1", "walkers": "residents", "width_m": 4.0, "geometry": Point(X + 50, Y)}]),
        "paths": frame([
            {"id": "L1", "name": text("光明街"), "kind": "street", "width_m": 9.0,
             "geometry": line((-20, -10), (220, -10))},
            {"id": "L2", "kind": "lane", "width_m": 2.0, "geometry": line((205, -10), (205, 80))},
        ]),
        "parties": pd.DataFrame([{"id": "P1", "name": text("纺织厂"), "kind": "unit"}]),
        "rights": pd.DataFrame([{"feature_id": "C0", "party_id": "P1", "right": "land_use"}]),
        "facilities": frame([
            {"id": "F1", "kind": "health_station", "name": text("卫生站"), "geometry": Point(X + 60, Y + 60)}
        ]),
    }  # fmt: skip


def planned(layers: dict[str, Any], option: str, text: Callable[[str], str]) -> dict[str, Any]:
    """What each option leaves: ``clear`` takes S1, ``opened`` also W1, widens L2 and builds F2."""
    done = dict(layers)
    if option != "today":
        done["structures"] = layers["structures"].query("id != 'S1'")
    if option == "opened":
        done["walls"] = layers["walls"].query("id != 'W1'")
        done["paths"] = layers["paths"].assign(width_m=[9.0, 7.0])
        built = {
            "id": "F2",
            "kind": "pocket_garden",
            "name": text("口袋公园"),
            "geometry": rect(20, 5, 10, 8),
        }
        done["facilities"] = frame([*layers["facilities"].to_dict("records"), built])
    return done


@cache
def measured() -> Any:
    """The quarter as it is, truly compared: what the land says of it is the same in every stand-in."""
    from spatialreno.comparison import compare

    return compare(assemble(quarter(str), name="small", crs=CRS), [])


@cache
def assembled(text: Callable[[str], str], **changes: Any) -> dict[str, StudyArea]:
    """The quarter under each option; the same names make the same areas, which nobody can edit."""
    layers = quarter(text)
    told = {"invented": True, "date": text("2025-03"), "source": text("测绘院"), "note": text("备注")}
    said: dict[str, Any] = {"name": "small", "title": text("示例片区"), "crs": CRS, "meta": told | changes}
    return {option: assemble(planned(layers, option, text), **said) for option in OPTIONS}


def evaluation(area: StudyArea, option: str, source: str) -> SimpleNamespace:
    step = OPTIONS.index(option)
    rows = [
        ("area", area.name, "wall_length_m", area.walls["length_m"].sum(), "m", None, None, "", ""),
        (
            "area",
            area.name,
            "basket_general:basic",
            0.5 + 0.1 * step,
            "share",
            0.9,
            False,
            source,
            "estimated",
        ),
        ("area", area.name, "covered:health_station", 1.0, "share", None, True, source, ""),
        ("block", "B01", "residents", 90, "person", None, None, "", ""),
    ]
    names = ["level", "place", "indicator", "value", "unit", "target", "meets", "source", "mark"]
    table = pd.DataFrame(rows, columns=names).set_index(["level", "place", "indicator"])
    scores = pd.DataFrame({"score": [30.0 + 20 * step, 85.0], "residents": [90, 90]}, index=["B0", "B1"])
    access = pd.DataFrame(
        [
            ("B0", "health_station", [50.0, 50.0, 50.0][step], source),
            ("B0", "market", [400.0, 380.0, 330.0][step], source),
            ("B1", "health_station", [160.0, 160.0, 95.0][step], source),
            ("B1", "market", [300.0, 300.0, 312.0][step], source),
            ("B1", "nursery", [float("nan"), float("nan"), 210.0][step], source),
        ],
        columns=["building_id", "kind", "distance_m", "clause"],
    ).assign(confidence="memory")
    ground = measured().evaluations["today"].ground
    return SimpleNamespace(table=table, scores=scores, access=access, standard="gb50180-2018", ground=ground)


def bill(text: Callable[[str], str]) -> Bill:
    """The shed and the wall have a price and so has the garden; the lane has none, and no payer either."""
    shed = ("city", "improved", 1, "demolish", "structures", "S1", text("拆除储藏棚"), 40.0, "m2", 70.0, 2_800.0)
    wall = ("city", "improved", 1, "demolish", "walls", "W1", text("拆除砖墙"), 80.0, "m", 105.0, 8_400.0)
    lane = ("", "basic", 2, "alter", "paths", "L2", "", 90.0, "m", float("nan"), float("nan"))
    garden = ("city", "raised", 2, "build", "facilities", "F2", text("口袋公园"), 80.0, "m2", 200.0, 16_000.0)
    columns = ["payer", "class", "phase", "verb", "layer", "ids", "item", "quantity", "unit", "unit_price_yuan"]
    rows = pd.DataFrame([shed, shed, wall, lane, garden], columns=[*columns, "cost_yuan"])
    rows["ids"] = [(name,) for name in rows["ids"]]
    rows = rows.assign(option=["clear", *["opened"] * 4], part="plan", kind="", item_en=rows["item"], source=text("UC"),
                       confidence="memory-low", estimate=True)  # fmt: skip
    return Bill(rows, OPTIONS, 72.0)


def ledgers(text: Callable[[str], str]) -> dict[str, pd.DataFrame]:
    """What each option does, priced: the shed in stage 1, the wall in stage 1, lane and garden in stage 2."""
    shed = ("demolish", "structures", "S1", "shed", text("拆除储藏棚"), 40.0, "m2", 2_800.0, "city", text("业主"), 1)
    wall = ("demolish", "walls", "W1", "wall", text("拆除砖墙"), 80.0, "m", 8_400.0, "city", text("一号院"), 1)
    lane = ("alter", "paths", "L2", "lane", "", 90.0, "m", float("nan"), "", "", 2)
    garden = ("build", "facilities", "F2", "pocket_garden", "", 80.0, "m2", 16_000.0, "city", "", 2)
    columns = ["verb", "layer", "id", "kind", "item", "quantity", "unit", "cost_yuan", "payer", "parties", "phase"]
    told = {"reason": text("理由"), "measure": "", "part": "plan"}
    rows: dict[str, list[tuple[Any, ...]]] = {"today": [], "clear": [shed], "opened": [shed, wall, lane, garden]}
    frames = {key: pd.DataFrame(own, columns=columns).assign(**told) for key, own in rows.items()}
    return {key: frame.assign(parties=[(p,) if p else () for p in frame["parties"]]) for key, frame in frames.items()}


def own(option: str, merged: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Blocks, freed land and isochrones of an option."""
    facts = {"residents": 90, "households": 36, "compounds": "C0"}
    if option == "opened":
        blocks = [{"id": merged, "count": 2, "area_m2": 16_000.0, "geometry": rect(0, 0, 200, 80), **facts}]
    else:
        blocks = [
            {
                "id": f"B0{k + 1}",
                "count": 1,
                "area_m2": 8_000.0,
                "geometry": rect(100 * k, 0, 100, 80),
                **facts,
            }
            for k in (0, 1)
        ]
    freed = [{"compound_id": "C0", "area_m2": 40.0, "cause": "structures", "geometry": rect(20, 5, 8, 5)}]
    reach = 10.0 if option == "opened" else 0.0
    walks = [
        {
            "origin": "F1",
            "minutes": m,
            "group": "general",
            "geometry": Point(X + 60, Y + 60).buffer(8 * m + reach),
        }
        for m in (5, 10, 15)
    ]
    return (
        frame(blocks).set_index("id"),
        frame(freed) if option != "today" else frame(freed).iloc[:0],
        frame(walks),
    )


def told_table() -> pd.DataFrame:
    """The few numbers of each option that the first minute tells; ``opened`` costs more and gives more."""
    told = {"today": (40.0, 0.0, 0.0, 2.0), "clear": (40.0, 4.2e4, 0.0, 2.0), "opened": (52.5, 1e6, 90.0, 1.0)}
    rows = [
        (option, "plan", "small", name, value)
        for option, values in told.items()
        for name, value in zip(("score", "cost_yuan", "kind_gain", "blocks"), values, strict=True)
    ]
    names = ["option", "level", "place", "indicator", "value"]
    return pd.DataFrame(rows, columns=names).set_index(names[:4])


def leader_rows(text: Callable[[str], str]) -> list[LeaderRow]:
    """Two rows of the leaders' table, one of a single figure."""
    nothing = Told(math.nan, "—")
    walls = LeaderFigure(text("拆除围墙"), "m", (Told(0.0, "0"), Told(0.0, "0"), Told(80.0, "80")))
    cost = LeaderFigure("总投资", "万元", (nothing, Told(4.2, "4.2"), Told(100.0, "100")))
    each = LeaderFigure("户均", "元", (nothing, Told(583.0, "583"), Told(13889.0, "13,889")))
    return [
        LeaderRow("拆", walls.title, "m", "", (walls,), "{}"),
        LeaderRow("钱", "总投资 / 户均", "万元 / 元", "", (cost, each), "{} / {}"),
    ]


class _Options(SimpleNamespace):
    """Stands for a comparison, also before whoever asks whether it is one."""

    @property
    def __class__(self) -> type:
        return Comparison

    @property
    def reach_changes(self) -> dict[str, Any]:
        return {option: change_of(self.isochrones["today"], walks) for option, walks in self.isochrones.items()}


@pytest.fixture(scope="session")
def make_options() -> Callable[..., SimpleNamespace]:
    """Build a comparison; ``text`` is given every name and may change it."""

    def make(text: Callable[[str], str] = str, **changes: Any) -> SimpleNamespace:
        areas = dict(assembled(text, **changes))
        owned = {option: own(option, text("B01")) for option in OPTIONS}
        rows = leader_rows(text)
        leaders = pd.DataFrame(
            {"group": [row.group for row in rows], "unit": [row.unit for row in rows],
             **{option: [row.cell(at) for row in rows] for at, option in enumerate(OPTIONS)}},
            index=pd.Index([row.title for row in rows], name="indicator"),
        )  # fmt: skip
        return _Options(
            today=areas["today"],
            areas=areas,
            titles={"today": "现状", "clear": text("拆违"), "opened": text("拆墙并院")},
            evaluations={option: evaluation(areas[option], option, text("5.0.1")) for option in OPTIONS},
            blocks={option: owned[option][0] for option in OPTIONS},
            freed={option: owned[option][1] for option in OPTIONS},
            isochrones={option: owned[option][2] for option in OPTIONS},
            leaders=lambda lang: leaders,
            leader_rows=lambda lang: rows,
            bill=lambda: bill(text),
            funding=lambda: fund(areas, bill(text)),
            ledgers=ledgers(text),
            sections=dict.fromkeys(OPTIONS, measured().sections["today"]),
            room=measured().room,
            consents={},
            gained={},
            table=lambda: told_table(),
            works={},
            notes=lambda lang="zh": [("opened", text("2 项无单价"))],
            provenance={
                "version": text("0.2.0"),
                "fingerprint": text("abc"),
                "options": {option: {"fingerprint": text("def")} for option in OPTIONS[1:]},
            },
            standard="gb50180-2018",
            once=lambda name, work: work(),
        )

    return make


@pytest.fixture(scope="session")
def options(make_options: Callable[..., SimpleNamespace]) -> SimpleNamespace:
    return make_options()


@pytest.fixture(scope="session")
def page(options: SimpleNamespace) -> Any:
    """The page of the stand-in, drawn once."""
    return draw(options)


@pytest.fixture(scope="session")
def attacked_page(make_options: Callable[..., SimpleNamespace]) -> Any:
    """The page on which every name carries every payload, drawn once."""
    return draw(make_options(hostile))


@pytest.fixture(scope="session")
def page_file(page: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(page.save(tmp_path_factory.mktemp("page") / "page.html"))


@pytest.fixture(scope="session")
def attacked_file(attacked_page: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(attacked_page.save(tmp_path_factory.mktemp("attacked") / "hostile.html"))


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium with the network cut; a test that needs it is skipped, with a word, where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver_path = shutil.which("chromedriver")
    if not program or not driver_path:
        pytest.skip("no Chromium or chromedriver on this machine")
    profile = tempfile.mkdtemp(prefix="reno-browser-")
    arguments = webdriver.ChromeOptions()
    arguments.binary_location = program
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", "--window-size=1440,900",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
    ):  # fmt: skip
        arguments.add_argument(argument)
    arguments.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=arguments, service=webdriver.ChromeService(driver_path))
    try:
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(Path(profile), ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One browser for all tests that ask the net for nothing; each of them may look for an empty log."""
    with chromium() as driver:
        yield driver
