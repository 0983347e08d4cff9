"""Open space: kinds apart, width, figures that add up over circles."""

from __future__ import annotations

from math import nan

import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.affinity import rotate

from spatialreno.catalog.standard import read_standard
from spatialreno.indicators.open_space import per_person, targets, wide_part

NORM = read_standard("gb50180-2018")


def test_a_strip_of_exactly_the_width_counts_and_a_narrower_one_does_not() -> None:
    assert wide_part(box(0, 0, 50, 8), 8).area == pytest.approx(400, rel=1e-3)
    assert wide_part(box(0, 0, 50, 7.9), 8).is_empty


def test_a_narrow_tail_does_not_count() -> None:
    lawn = box(0, 0, 20, 20).union(box(20, 0, 60, 3))
    assert wide_part(lawn, 8).area == pytest.approx(400, rel=1e-3)


@settings(deadline=None, max_examples=examples(50))
@given(st.floats(1, 60), st.floats(1, 60), st.floats(0, 90), st.floats(2, 20))
def test_the_wide_part_of_a_rectangle_is_all_or_nothing(w: float, h: float, turn: float, width: float) -> None:
    whole = rotate(box(0, 0, w, h), turn)
    kept = wide_part(whole, width).area
    if min(w, h) >= width:
        assert kept == pytest.approx(whole.area, rel=1e-6)
    elif min(w, h) < width - 0.01:
        assert kept == 0
    assert kept <= whole.area * (1 + 1e-9)


@pytest.mark.parametrize(
    ("residents", "levels"),
    [(nan, ["5min"]), (2300, ["5min"]), (20_000, ["5min", "10min"]), (60_000, ["5min", "10min", "15min"])],
)
def test_figures_of_the_circles_that_the_area_fills_add_up(residents: float, levels: list[str]) -> None:
    assert [row.level for row in targets(NORM, "public_green", residents)] == levels


def test_new_and_renewal_figures_stand_side_by_side() -> None:
    held = targets(NORM, "cluster_green", 1000)
    rows = per_person("area", "x", "cluster_green", 400.0, 1000.0, norm=NORM, held=held, estimated=True)
    assert [(r.indicator, r.value, r.target) for r in rows] == [
        ("open_space_person:cluster_green", 0.4, 0.50),
        ("open_space_renewal:cluster_green", 0.4, 0.35),
    ]
    assert all("4.0.7 (secondary)" in r.source and r.mark == "estimated" for r in rows)


def test_without_residents_there_is_no_share() -> None:
    held = targets(NORM, "plaza", 0)
    [row] = per_person("area", "x", "plaza", 350.0, nan, norm=NORM, held=held, estimated=False)
    assert row.value != row.value and row.target != row.target and row.source == ""
