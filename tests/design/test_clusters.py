"""Clusters hang together, keep to their limits and are the best there is: against trying every division."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from conftest import make_area
from shapely import LineString, Point, box

import spatialreno as sr
from spatialreno.design.grouping import clusters as clusters_file
from spatialreno.design.grouping.bound import find_bound
from spatialreno.design.grouping.growth import grown, hangs_together
from spatialreno.design.grouping.map_of_yards import Limit, Yards
from spatialreno.design.grouping.proven import divided, value_of
from spatialreno.design.grouping.windows import bettered


def grid(homes: list[list[int]], gap: float = 0.0, names: str = "C", **more) -> sr.StudyArea:
    """Draw compounds of 40 m in rows from north to south, with so many households each."""
    rows = [
        {"id": f"{names}{r}{c}", "name": "院", "households": n, "built_year": 1985 + 20 * c,
         "geometry": box(c * (40 + gap), -r * 40, c * (40 + gap) + 40, -r * 40 + 40)}
        for r, line in enumerate(homes) for c, n in enumerate(line)
    ]  # fmt: skip
    return make_area(compounds=rows, **more)


def made_up(dice: np.random.Generator) -> Yards:
    """Draw a patch of up to 8 yards with neighbours by chance."""
    count = int(dice.integers(4, 9))
    spots = dice.random((count, 2)) * 100
    metres = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    near = (metres < np.sort(metres, axis=1)[:, [2]]) & (metres > 0)
    near |= near.T
    near[np.arange(count - 1), np.arange(1, count)] = near[np.arange(1, count), np.arange(count - 1)] = True
    homes = dice.integers(1, 9, count).astype(float)
    beside = tuple(frozenset(np.flatnonzero(row).tolist()) for row in near)
    limits = (Limit("households", homes, float(homes.sum() / 5), float(homes.sum() / 1.4)),)
    return Yards(tuple(map(str, range(count))), homes, beside, metres, limits)


def all_divisions(yards: Yards, count: int) -> Iterator[list[list[int]]]:
    for owner in product(range(count), repeat=yards.count):
        parts = [[i for i, at in enumerate(owner) if at == part] for part in range(count)]
        if all(parts) and all(yards.keeps(part) and hangs_together(yards, part) for part in parts):
            yield parts


def best_by_trying(yards: Yards, count: int) -> float:
    return min((value_of(yards, parts) for parts in all_divisions(yards, count)), default=np.inf)


@pytest.mark.parametrize("seed", range(12))
def test_the_least_there_is(seed: int) -> None:
    yards = made_up(np.random.default_rng(seed))
    count = 2 + seed % 2
    start, by_trying = grown(yards, count), best_by_trying(yards, count)
    for known in (start, None):
        found = divided(yards, count, 1e6, known, 20_000)
        if by_trying == np.inf:
            assert found.status == "infeasible" and start is None
            return
        assert found.status == "proven" and found.value == pytest.approx(by_trying)
        assert all(hangs_together(yards, part) and yards.keeps(part) for part in found.parts)
    assert start is None or value_of(yards, start) >= by_trying - 1e-6
    assert find_bound(yards, count, 1e6).value <= by_trying + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_no_division_is_below_the_bound_of_a_place(seed: int) -> None:
    yards = made_up(np.random.default_rng(100 + seed))
    count = 2 + seed % 2
    least = np.full((yards.count, yards.count), np.inf)
    for parts in all_divisions(yards, count):
        # around any compound of a cluster, not only the best one
        rounds = [{r: float(yards.households[part] @ yards.metres[part, r]) for r in part} for part in parts]
        best = sum(min(one.values()) for one in rounds)
        for part, one in zip(parts, rounds, strict=True):
            for r, cost in one.items():
                whole = best - min(one.values()) + cost
                least[part, r] = np.minimum(least[part, r], whole)
    for known in (np.inf, float(least.min())):
        found = find_bound(yards, count, 1e6, known)
        assert (found.places <= least + 1e-6).all() and found.value <= least.min() + 1e-6
        assert np.isinf(least).all() or found.value > 0


def test_where_no_middle_reaches_enough_there_is_no_division() -> None:
    yards = made_up(np.random.default_rng(0))
    none = divided(yards, 2, 0.0, None, 100)
    assert none.status == "infeasible" and find_bound(yards, 2, 0.0).value == np.inf


@pytest.mark.parametrize(("seed", "status"), [(0, "heuristic"), (2, "heuristic"), (5, "proven")])
@pytest.mark.long
def test_many_compounds_are_divided_window_by_window(monkeypatch: pytest.MonkeyPatch, seed: int, status: str) -> None:
    dice = np.random.default_rng(seed)
    area = grid(dice.integers(60, 140, (4, 4)).tolist())
    proven = sr.propose_clusters(area, households=(200, 600), count=4)
    monkeypatch.setattr(clusters_file, "_PROVEN_UP_TO", 10)
    found = sr.propose_clusters(area, households=(200, 600), count=4)
    assert proven.status == "proven" and found.status == status
    assert ("heuristic, at most" in repr(found)) == (status == "heuristic")
    assert found.bound <= proven.value + 1e-6 and proven.value <= found.value + 1e-6 and found.gap < 0.1
    assert found.beside["count"].tolist() == [2, 3, 4, 5, 6]
    told = found.beside.dropna(subset=["value"])
    assert found.beside["status"].iloc[0] == "impossible" and len(told) >= 3
    assert (told["bound"] <= told["value"] + 1e-6).all()


def test_windows_better_a_bad_division_and_keep_its_rules() -> None:
    homes = np.full(16, 10.0)
    spots = np.array([(x, y) for y in range(4) for x in range(4)], float) * 40
    metres = np.abs(spots[:, None] - spots[None]).sum(axis=2)
    beside = tuple(frozenset(np.flatnonzero(row == 40).tolist()) for row in metres)
    yards = Yards(tuple(map(str, range(16))), homes, beside, metres, (Limit("households", homes, 20.0, 60.0),))
    rows = [list(range(4 * y, 4 * y + 4)) for y in range(4)]  # four long rows
    better = bettered(yards, rows, 1e6)
    assert value_of(yards, better) < value_of(yards, rows)
    assert all(hangs_together(yards, part) and yards.keeps(part) for part in better)
    assert sorted(one for part in better for one in part) == list(range(16))


def test_two_halves_of_a_row_and_what_they_are_called() -> None:
    found = sr.propose_clusters(grid([[100, 100, 100, 100]]), households=(150, 250), count=2)
    assert found.status == "proven" and found.members() == {"K1": ["C00", "C01"], "K2": ["C02", "C03"]}
    assert found.value == 200 * 40
    other = sr.propose_clusters(grid([[100, 100, 100, 100]], names="X"), households=(150, 250), count=2)
    assert other.value == found.value and list(other.members()) == ["K1", "K2"]
    assert found.beside["count"].tolist() == [1, 2, 3, 4]
    assert pickle.loads(pickle.dumps(found)).of_compound.equals(found.of_compound)


def test_rules_bind() -> None:
    area = grid([[100, 100], [100, 100]])
    old = sr.propose_clusters(area, households=(100, 300), count=2, eligible=0.5)
    assert {tuple(own) for own in old.members().values()} == {("C00", "C01"), ("C10", "C11")}
    money = {"C00": 9.0, "C01": 1.0, "C10": 9.0, "C11": 1.0}
    cheap = sr.propose_clusters(area, households=(100, 300), count=2, budget_yuan=10.0, cost_yuan=money)
    assert cheap.table["cost_yuan"].max() <= 10
    with pytest.raises(sr.InputError, match="needs cost_yuan"):
        sr.propose_clusters(area, budget_yuan=10.0)
    with pytest.raises(sr.InfeasibleError, match="cannot hold 400"):
        sr.propose_clusters(area, households=(1000, 2500))
    with pytest.raises(sr.InputError, match=r"across is 'river'.*by 'quarter'|by 'quarter'.*across is 'river'"):
        sr.propose_clusters(area, across="river", by="quarter")


def test_streets_part_where_they_are_to() -> None:
    street = {"id": "S", "kind": "street", "name": "九都路", "geometry": LineString([(95, -200), (95, 100)])}
    area = grid([[100, 100, 100, 100]], gap=10.0, paths=[street])
    assert len(sr.propose_clusters(area, households=(400, 400), count=1).table) == 1
    across = sr.propose_clusters(area, households=(200, 200), across="lane", count=2)
    assert across.members() == {"K1": ["C00", "C01"], "K2": ["C02", "C03"]}
    with pytest.raises(sr.InfeasibleError, match="have no further neighbours"):
        sr.propose_clusters(area, households=(400, 400), across="lane", count=1)


def test_households_that_nobody_knows_are_not_none() -> None:
    area = make_area(compounds=[{"id": "C0", "name": "院", "geometry": box(0, 0, 40, 40)}])
    with pytest.raises(sr.InputError, match="households of C0 are not known"):
        sr.propose_clusters(area)


def test_scenarios_choose_by_cluster_and_by_street(tmp_path) -> None:
    walls = [
        {"id": "W01", "geometry": LineString([(40, 0), (40, 40)])},
        {"id": "W12", "geometry": LineString([(80, 0), (80, 40)])},
    ]
    street = {"id": "S", "kind": "street", "name": "九都路", "geometry": LineString([(-5, -50), (-5, 100)])}
    trees = [{"id": f"T{n}", "geometry": Point(20 + 40 * n, 10)} for n in range(4)]
    area = grid([[100, 100, 100, 100]], walls=walls, paths=[street], trees=trees)
    chosen = sr.propose_clusters(area, households=(150, 250), count=2).scenario().apply(area)
    assert chosen.compounds["cluster"].to_dict() == {"C00": "K1", "C01": "K1", "C02": "K2", "C03": "K2"}
    inside = sr.Scenario("in", interventions=[sr.demolish("walls", within="cluster:K1", expect=1)])
    assert list(inside.apply(chosen).walls.index) == ["W12"]
    front = sr.Scenario("on", interventions=[sr.demolish("trees", street="九都路", expect=1)])
    assert sr.read_scenario(sr.write_scenario(front, tmp_path / "on.toml")) == front
    assert list(front.apply(area).trees.index) == ["T1", "T2", "T3"]
    with pytest.raises(sr.ScenarioError, match="Clusters: K1, K2"):
        sr.Scenario("no", interventions=[sr.demolish("trees", within="cluster:K9")]).apply(chosen)
    with pytest.raises(sr.ScenarioError, match="Names of paths: 九都路"):
        sr.Scenario("no", interventions=[sr.demolish("trees", street="中州路")]).apply(area)


def test_borders_of_communities_and_one_manager() -> None:
    rows = [
        {"id": f"C{n}", "name": "院", "households": 100, "community": "东" if n < 2 else "西", "fee_yuan_month": fee,
         "fee_rate": 1.0, "geometry": box(n * 40, 0, n * 40 + 40, 40)}
        for n, fee in enumerate([200.0, 1.0, 1.0, 200.0])
    ]  # fmt: skip
    area = make_area(compounds=rows)
    found = sr.propose_clusters(area, households=(100, 300), by="community", count=2, pays=True)
    assert found.members() == {"K1": ["C0", "C1"], "K2": ["C2", "C3"]}
    together = sr.community.manage(area, clusters=found.members())
    assert (together.table["balance_yuan"] >= 0).all()
    with pytest.raises(sr.InputError, match="community of C00"):
        sr.propose_clusters(grid([[100, 100]]), by="community")
