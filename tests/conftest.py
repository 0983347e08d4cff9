"""Small areas for tests: shapes are given in metres near Luoyang's Xigong district."""

from __future__ import annotations

import atexit
import gc
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import settings
from shapely.affinity import translate

from spatialreno.area import StudyArea, assemble

# The same examples in every run, so that a red test is a fault and no luck; the long run of .ci/run draws new ones
# (SPATIALRENO_EXAMPLES=random, with --hypothesis-seed, which it prints).
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("random", derandomize=False, deadline=None, print_blob=True)
PROFILE = os.environ.get("SPATIALRENO_EXAMPLES", "same")
settings.load_profile(PROFILE)

# Tables of short-lived small areas: searched for garbage every 700 new objects, a fifteenth of a run goes there.
gc.set_threshold(50_000, 20, 20)

# Comparisons that commands keep lie in a folder of this run, which its workers share: none comes from an earlier run,
# and none is made twice.
WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not WORKER:
    _KEPT = tempfile.TemporaryDirectory(prefix="spatialreno-tests-")
    os.environ["SPATIALRENO_CACHE"] = _KEPT.name
    atexit.register(_KEPT.cleanup)
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # workers fill the cores; threads would only wait there
        os.environ.setdefault(threads, "1")


KERNELS = Path(os.environ["SPATIALRENO_CACHE"]) / "kernels"  # locked by the worker that makes them


def pytest_sessionstart() -> None:
    """Let one worker make the machine code for walking, in a fresh clone half a minute; the others collect meanwhile.

    What they rewrite to collect is kept beside the tests, and the one that compiled takes it from there.
    """
    if not WORKER or os.name == "nt":
        return
    import fcntl

    with KERNELS.open("a+") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker makes them
        if not mark.tell():
            _walk_everywhere()
            mark.write("made")


def _walk_everywhere() -> None:
    from spatialreno import Scenario, compare, demolish, live, what_if

    opened = Scenario("opened", interventions=[demolish("walls", ids=["W1"])])
    yards = [{"id": f"C{k}", "name": f"{k}号院", "geometry": shapely.box(40 * k, 0, 40 * k + 40, 60)} for k in (1, 2)]
    homes = [{"id": f"B{k}", "residents": 9, "geometry": shapely.box(40 * k + 5, 5, 40 * k + 20, 15)} for k in (1, 2)]
    wall, shop = shapely.LineString([(80, 0), (80, 60)]), shapely.Point(70, 40)
    area = make_area(
        compounds=yards, buildings=homes, walls=[{"id": "W1", "geometry": wall}],
        facilities=[{"id": "F1", "kind": "pharmacy", "geometry": shop}],
    )  # fmt: skip
    compare(area, [opened])
    what_if(area, ["W1"])
    live(area)


@pytest.hookimpl(tryfirst=True)  # before ``-m long`` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave long tests to the long run, and say so; of what tries one thing in many ways only some runs every day.

    Three of each family, evenly spread, or as many as ``spread(n)`` says; and in the rooms every fifth test. Laws are
    drawn every day, and so is all that is marked ``every_day``: commands, tables and public names, each touched once.
    """
    families: dict[str, list[pytest.Item]] = {}
    for item in items:
        if not item.get_closest_marker("long") and not item.get_closest_marker("every_day"):
            families.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for later in (*_between_fifths(families), *_beyond_a_few(families)):
        later.add_marker("long")
    run = os.environ.get("SPATIALRENO_LONG", "")
    long = [item for item in items if item.get_closest_marker("long")]
    if not run:
        _skip(long, "a long test: SPATIALRENO_LONG=1 pytest -m long runs it, as .ci/run does")
    elif run != "all":
        _skip(_beyond_a_sample(long), "one of very many: SPATIALRENO_LONG=all pytest -m long runs it")


def _skip(items: Iterable[pytest.Item], why: str) -> None:
    for item in items:
        item.add_marker(pytest.mark.skip(reason=why))


A_FEW = 3


def _between_fifths(families: dict[str, list[pytest.Item]]) -> Iterator[pytest.Item]:
    """Name all but the first, sixth … test of each file of a room; a law is none of them, nor what shares a page."""
    files: dict[Path, list[list[pytest.Item]]] = {}
    for members in families.values():
        law = getattr(getattr(members[0], "obj", None), "is_hypothesis_test", False)
        if members[0].path.parent.name not in ("tests", "maps") and not law:
            files.setdefault(members[0].path, []).append(members)
    yield from (item for tests in files.values() for k, members in enumerate(tests) if k % 5 for item in members)


def _beyond_a_few(families: dict[str, list[pytest.Item]]) -> Iterator[pytest.Item]:
    """Name all members of a family but so many, evenly spread."""
    for members in families.values():
        spread = members[0].get_closest_marker("spread")
        yield from _between(members, spread.args[0] if spread else A_FEW)


def _beyond_a_sample(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Name what the long run leaves of families that are tried in hundreds of ways: all but ``sample(n)`` members."""
    families: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample"):
            families.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for members in families.values():
        sample = members[0].get_closest_marker("sample")
        yield from _between(members, sample.args[0] if sample else A_FEW)


def _between(members: list[pytest.Item], most: int) -> Iterator[pytest.Item]:
    """Name what lies between so many members, evenly spread from the first to the last."""
    taken = {round(k * (len(members) - 1) / max(most - 1, 1)) for k in range(most)}
    yield from (item for k, item in enumerate(members) if k not in taken)


def pytest_collection_finish() -> None:
    """Wait for the machine code; leave what was imported and collected out of every later search for garbage."""
    if WORKER and os.name != "nt":
        import fcntl

        with KERNELS.open("a") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
    gc.collect()
    gc.freeze()


ORIGIN = (631_000.0, 3_838_000.0)  # EPSG:4546
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "data" / "geo" / "xigongdi"
SHARED = ROOT.parent / "shared" / "data"


def examples(count: int) -> int:
    """Say on how many examples a law is tried: all in the long run, a twelfth of them in the run of every day."""
    return count if PROFILE == "random" else max(2, count // 12)


def throw(seed: int) -> int:
    """Seed of what is drawn by dice: the same in every run, another one with ``SPATIALRENO_DICE=N``."""
    return seed + int(os.environ.get("SPATIALRENO_DICE", "0"))


def frame(rows: list[dict[str, Any]], crs: Any = "EPSG:4546") -> gpd.GeoDataFrame:
    """Make a layer of rows whose ``geometry`` is in metres from ORIGIN."""
    shapes = [translate(row["geometry"], *ORIGIN) for row in rows]
    table = [{k: v for k, v in row.items() if k != "geometry"} for row in rows]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=crs)


def make_area(name: str = "test", **layers: list[dict[str, Any]]) -> StudyArea:
    """Assemble an area; compounds and buildings get a far-off dummy when a test gives none.

    The same rows give the same area, with all that was worked out of it, since nobody can edit one; not so where a
    test patches what works it out, is about assembling, or about laws that a second assembling is to show.
    """
    if not _sharing:
        return _made(name, layers)
    key = repr((name, [(layer, [_said(row) for row in rows]) for layer, rows in layers.items()]))
    if key not in _areas:
        if len(_areas) >= MOST_AREAS:
            del _areas[next(iter(_areas))]
        _areas[key] = _made(name, layers)
    return _areas[key]


MOST_AREAS = 60
_areas: dict[str, StudyArea] = {}
_sharing: set[str] = set()  # the test that may share, if it may


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tell ``make_area`` whether the test may be given an area that another test had."""
    _sharing.clear()
    alone = {"monkeypatch", "caplog"} & set(getattr(item, "fixturenames", ()))
    if not alone and item.path.parent.name != "area" and item.path.name not in ("test_laws.py", "test_names.py"):
        _sharing.add(item.nodeid)


def _said(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(k, v.wkb if isinstance(v, shapely.Geometry) else v) for k, v in row.items()]


def _made(name: str, layers: dict[str, list[dict[str, Any]]]) -> StudyArea:
    if "compounds" not in layers:
        layers["compounds"] = [{"id": "C0", "name": "院", "geometry": shapely.box(0, 0, 100, 100)}]
    if "buildings" not in layers:
        x, y = layers["compounds"][0]["geometry"].representative_point().coords[0]
        layers["buildings"] = [{"id": "Z0", "use": "other", "geometry": shapely.box(x, y, x + 0.5, y + 0.5)}]
    raw = {layer: frame(rows) if "geometry" in rows[0] else _table(rows) for layer, rows in layers.items() if rows}
    return assemble(raw, name=name, crs="EPSG:4546")


def _table(rows: list[dict[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows)


def at(x: float, y: float) -> shapely.Point:
    """Give a point in the area's own coordinates."""
    return shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y)


@pytest.fixture(scope="session")
def example() -> StudyArea:
    """The shipped example, read once."""
    from spatialreno import read_area

    return read_area(EXAMPLE)
