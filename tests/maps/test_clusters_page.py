"""Clusters on pages and in tables: every option in the same division, by arithmetic; hostile names stay text."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from conftest import make_area
from shapely import LineString, box

import spatialreno as sr
from spatialreno.comparison import Comparison, by_cluster, cluster_ground, clusters_of

pytestmark = pytest.mark.long

HALVES = {"K1": ["C0", "C1"], "K2": ["C2", "C3"]}
BAD = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def options() -> Comparison:
    """Four yards in a row with a home each; one option names clusters, another takes a shed down in the first yard."""
    compounds = [
        {"id": f"C{n}", "name": BAD if n == 3 else f"院{n}", "households": 10 * (n + 1),
         "geometry": box(n * 40, 0, n * 40 + 40, 40)}
        for n in range(4)
    ]  # fmt: skip
    homes = [
        {"id": f"B{n}", "use": "residential", "households": 10 * (n + 1), "residents": 30 * (n + 1),
         "geometry": box(n * 40 + 5, 5, n * 40 + 25, 15)}
        for n in range(4)
    ]  # fmt: skip
    sheds = [{"id": "V1", "legality": "illegal", "geometry": box(10, 25, 14, 28)}]
    walls = [{"id": "W1", "kind": "wall", "geometry": LineString([(80, 0), (80, 40)])}]
    area = make_area(compounds=compounds, buildings=homes, structures=sheds, walls=walls)
    clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", ids=["V1"]), sr.demolish("walls", ids=["W1"])])
    acts = [sr.alter("compounds", ids=own, set={"cluster": one}) for one, own in HALVES.items()]
    named = sr.Scenario("named", "组团", acts)
    return sr.compare(area, [clear, named], works=())


@pytest.mark.long
def test_every_option_is_told_in_the_same_division(options: Comparison) -> None:
    assert clusters_of(options).to_dict() == {"C0": "K1", "C1": "K1", "C2": "K2", "C3": "K2"}
    table = by_cluster(options, lang="en")
    assert table.loc[("K1", "Households")].tolist() == ["household", 30, 30, 30]
    assert table.loc[("K2", "Residents")].tolist() == ["person", 210, 210, 210]
    freed = table["clear"].xs("Land freed", level=1)  # the shed, and a wall of 24 cm on the ground of two yards
    assert freed.to_dict() == pytest.approx({"K1": 12 + 40 * 0.12, "K2": 40 * 0.12})
    assert table["named"].xs("Land freed", level=1).tolist() == [0, 0]


@pytest.mark.long
def test_money_is_shared_by_where_it_lies_and_adds_up_to_the_bill(options: Comparison) -> None:
    """The shed lies in K1, the wall between yards of 20 and 30 households, what comes on top is everybody's."""
    bill, table = options.bill(), by_cluster(options, lang="en")["clear"]
    lines = bill.of("clear").lines.groupby("layer")["cost_yuan"].sum()
    cost = table.xs("Total cost (estimate)", level=1)
    assert lines[["structures", "walls"]].min() > 0
    assert cost["K1"] == pytest.approx(lines["structures"] + 0.4 * lines["walls"] + 0.3 * lines[""], abs=0.05)
    assert round(cost.sum() * 100) == round(bill.total["clear"] * 100)
    assert table[("K1", "Cost per household (estimate)")] == pytest.approx(cost["K1"] / 30)
    assert pd.isna(by_cluster(options, lang="en").at[("K1", "Total cost (estimate)"), "today"])


@pytest.mark.long
def test_what_is_in_no_cluster_stands_by_itself(options: Comparison) -> None:
    half = sr.Scenario("half", "一个组团", [sr.alter("compounds", ids=HALVES["K1"], set={"cluster": "K1"})])
    found = sr.compare(options.today, [half, options.scenarios[0]], works=())
    table = by_cluster(found, lang="en")
    assert list(dict.fromkeys(table.index.get_level_values(0))) == ["K1", "in no cluster"]
    assert table.loc[("in no cluster", "Households"), "half"] == 70
    cost = table["clear"].xs("Total cost (estimate)", level=1)
    assert round(cost.sum() * 100) == round(found.bill().total["clear"] * 100) and cost.min() > 0
    assert table["clear"].xs("Contiguous blocks", level=1).tolist() == [1, 1]  # one block lies in both


def test_scores_are_means_over_residents_and_unknown_is_unknown(options: Comparison) -> None:
    known = options.evaluations["clear"]
    scores = known.scores.assign(score=pd.Series({"B0": 40.0, "B1": 70.0, "B2": 50.0}))
    other = replace(options, evaluations={**options.evaluations, "clear": replace(known, scores=scores)})
    told = by_cluster(other, lang="en")["clear"].xs("Circle score", level=1)
    assert told.to_dict() == {"K1": (30 * 40 + 60 * 70) / 90, "K2": 50.0}
    assert by_cluster(options, lang="en")["today"].xs("Circle score", level=1).isna().all()


def test_without_clusters_nothing_is_told(options: Comparison) -> None:
    areas = {key: area for key, area in options.areas.items() if key != "named"}
    without = replace(options, areas=areas, scenarios=options.scenarios[:1])
    assert clusters_of(without).empty and by_cluster(without).empty and cluster_ground(without).empty


@pytest.mark.long
def test_the_page_and_the_tables_show_clusters(options: Comparison, tmp_path) -> None:
    html = sr.draw(options).html()
    assert "组团 K1" in html and "各方案按同一划分比较" in html and BAD not in html
    assert "clusters.csv" in [path.name for path in options.write(tmp_path / "out")]
    ground = cluster_ground(options)
    assert ground["compounds"].tolist() == [2, 2] and ground.geometry.geom_type.eq("Polygon").all()
    assert ground.geometry.area.round().tolist() == [79 * 39, 79 * 39]  # half a metre inside the outlines


def test_the_page_of_a_proposal(options: Comparison) -> None:
    found = sr.propose_clusters(options.today, households=(20, 80), count=2)
    html = sr.maps.draw_clusters(found, options.today).html()
    for word in ("2 个组团，每个 40–60 户", "已证明", "没有小区离组团中心超过 600 m", "户数放不下"):
        assert word in html
    assert BAD not in html and "<script" not in html
    assert "at most" in sr.maps.draw_clusters(replace(found, status="heuristic"), options.today, lang="en").html()
