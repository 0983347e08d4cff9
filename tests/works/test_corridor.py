"""Pipes across a lane: arithmetic of the standard's clearances, brute force over orders, laws."""

from __future__ import annotations

from itertools import permutations

import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError
from spatialreno.works import fit_section
from spatialreno.works.dig.cross_section import REGIMES, advised_order, best_order, corridor_rules, place
from spatialreno.works.dig.joint import misfits

CATALOG = read_catalog()
KINDS = list(CATALOG.pipe_kinds.index)
FULL = ["sewage", "storm", "heat_secondary", "telecom", "power", "water", "gas"]
BOTH, ONE = ("building", "building"), ("building", "margin")

kinds = st.lists(st.sampled_from(KINDS), min_size=1, max_size=5, unique=True)
sides = st.sampled_from([BOTH, ONE, ("margin", "building"), ("margin", "margin")])
regimes = st.sampled_from(REGIMES)


@settings(max_examples=examples(80), deadline=None)
@given(kinds, sides, regimes)
def test_the_best_order_is_that_of_brute_force(some, both, regime):
    rules = corridor_rules(CATALOG, regime)
    least = min(place(order, both, rules).needed_m for order in permutations(some))
    assert best_order(frozenset(some), both, rules).needed_m == pytest.approx(least)


def test_brute_force_over_all_orders_of_the_full_set():
    rules = corridor_rules(CATALOG)
    assert best_order(frozenset(FULL), BOTH, rules).needed_m == pytest.approx(
        min(place(order, BOTH, rules).needed_m for order in permutations(FULL))
    )


@settings(max_examples=examples(60), deadline=None)
@given(kinds, sides, regimes)
def test_pipes_keep_their_clearances(some, both, regime):
    rules = corridor_rules(CATALOG, regime)
    clear = {frozenset(row[:2]): row[2] for row in rules.clear}
    order = best_order(frozenset(some), both, rules)
    spans = list(zip(order.kinds, order.start_m, order.end_m, strict=True))
    for k, (a, _, end) in enumerate(spans):
        for b, start, _ in spans[k + 1 :]:
            assert start - end >= clear[frozenset([a, b])] - 1e-6
    for kind, start, end in spans:
        edge = [clear[frozenset(["building", kind])] if s == "building" else rules.margin_m for s in both]
        assert start >= edge[0] - 1e-6
        assert order.needed_m - end >= edge[1] - 1e-6


@settings(max_examples=examples(60), deadline=None)
@given(kinds, st.sampled_from(KINDS), sides, regimes)
def test_one_more_pipe_never_needs_less_and_the_mirror_needs_the_same(some, more, both, regime):
    rules = corridor_rules(CATALOG, regime)
    needed = best_order(frozenset(some), both, rules).needed_m
    assert best_order(frozenset([*some, more]), both, rules).needed_m >= needed - 1e-9
    assert best_order(frozenset(some), both[::-1], rules).needed_m == pytest.approx(needed)


@settings(max_examples=examples(60), deadline=None)
@given(kinds, sides)
def test_approved_reductions_never_ask_for_more_and_best_never_exceeds_advised(some, both):
    code, reduced = corridor_rules(CATALOG), corridor_rules(CATALOG, "reduced")
    assert best_order(frozenset(some), both, reduced).needed_m <= best_order(frozenset(some), both, code).needed_m
    assert best_order(frozenset(some), both, code).needed_m <= advised_order(some, both, code).needed_m


@pytest.mark.parametrize(
    ("count", "both", "one", "reduced"),
    [
        (2, 7.0, 5.0, 7.0), (3, 9.9, 7.4, 9.4), (4, 9.9, 7.8, 9.4),
        (5, 9.9, 7.9, 9.4), (6, 10.0, 8.4, 9.5), (7, 10.0, 8.8, 9.7),
    ],
)  # fmt: skip
def test_the_published_table_of_widths(count, both, one, reduced):
    some, code = frozenset(FULL[:count]), corridor_rules(CATALOG)
    assert best_order(some, BOTH, code).needed_m == pytest.approx(both, abs=0.05)
    assert best_order(some, ONE, code).needed_m == pytest.approx(one, abs=0.051)
    assert best_order(some, BOTH, corridor_rules(CATALOG, "reduced")).needed_m == pytest.approx(reduced, abs=0.051)


def test_the_advised_order_needs_more():
    assert advised_order(FULL, BOTH, corridor_rules(CATALOG)).needed_m == pytest.approx(11.65)
    assert advised_order(FULL, BOTH, corridor_rules(CATALOG, "reduced")).needed_m == pytest.approx(10.65)


def test_ten_metres_take_the_full_set_and_nine_point_nine_do_not():
    assert fit_section(CATALOG, 10.0, FULL).fits
    short = fit_section(CATALOG, 9.9, FULL)
    assert not short.fits
    assert short.missing_m == pytest.approx(0.08)
    assert set(short.order.kinds) == set(FULL)


def test_seven_metres_between_faces_take_the_drains_only():
    cut = fit_section(CATALOG, 7.0, FULL)
    assert set(cut.laid.kinds) == {"sewage", "storm"}
    assert cut.left_out[0] == "heat_secondary"
    # Cables and a thin pipe would still go between the drains and a house; heat and ducts would not.
    assert set(cut.beside) == {"power", "water", "gas"}


def test_two_metres_take_none():
    cut = fit_section(CATALOG, 2.0, FULL)
    assert cut.laid.kinds == ()
    assert cut.left_out == tuple(FULL)


def test_what_helps_is_told_apart_from_the_code():
    cut = fit_section(CATALOG, 9.7, FULL)
    helps = cut.helps.set_index("measure")
    assert not helps.loc["code", "fits"]
    assert helps.loc["reduced", "fits"]
    assert helps.loc["trench", "fits"]
    assert "trench" not in set(fit_section(CATALOG, 5.0, ["sewage", "storm"]).helps["measure"])


def test_unknown_and_double_kinds_are_refused_by_name():
    with pytest.raises(InputError, match="steam"):
        fit_section(CATALOG, 7.0, ["steam"])
    with pytest.raises(InputError, match="sewage"):
        fit_section(CATALOG, 7.0, ["sewage", "sewage"])


@settings(max_examples=examples(30), deadline=None)
@given(st.floats(0.5, 12.0), sides)
def test_a_set_fits_exactly_when_it_holds_no_misfit(width, both):
    some = ["sewage", "storm", "heat_secondary", "power"]
    bad, rules = misfits(CATALOG, width, both, some), corridor_rules(CATALOG)
    for size in range(1, 16):
        group = {kind for k, kind in enumerate(some) if size >> k & 1}
        fits = best_order(frozenset(group), both, rules).needed_m <= width + 1e-6
        assert fits == (not any(set(small) <= group for small in bad))


def test_clearances_are_read_once_a_catalog_and_follow_its_own_rows(tmp_path):
    ours = corridor_rules(read_catalog())
    assert corridor_rules(read_catalog()) is ours
    head = "key,value,unit,title_zh,title_en,source,confidence,date,note\n"
    row = "corridor_margin_m,0.9,m,边距,Margin,own,read,2026-01-01,\n"
    (tmp_path / "constants.csv").write_text(head + row, encoding="utf-8")
    assert corridor_rules(read_catalog(tmp_path)).margin_m == 0.9 != ours.margin_m
