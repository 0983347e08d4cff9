"""Lift shares: each published table by arithmetic, sums exact to the fen, what does not add up refused."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.catalog import read_catalog
from spatialreno.community import share_lift, share_scheme, subsidy_of
from spatialreno.community.shares import split_fen
from spatialreno.errors import InputError

CATALOG = read_catalog()
SCHEMES = sorted({row["scheme"] for row in CATALOG.rows("lift_shares")})


def stairwell(floors=6, per_floor=2, area=60.0):
    rows = [(f"{f}{k:02d}", f, area) for f in range(1, floors + 1) for k in range(1, per_floor + 1)]
    return pd.DataFrame(rows, columns=["id", "floor", "area_m2"]).set_index("id")


def by_floor(shares):
    return shares.table.groupby("floor")["pays_yuan"].sum().round(2).tolist()


@pytest.mark.parametrize(
    ("scheme", "net", "expected"),
    [
        ("guangzhou", 510_000, [0, 50_000, 100_000, 110_000, 120_000, 130_000]),  # weights add up to 5.1
        ("guangzhou_low", 340_000, [0, 0, 70_000, 80_000, 90_000, 100_000]),
        ("hangzhou", 100_000, [0, 0, 8_000, 20_000, 31_000, 41_000]),
        ("linear", 100_000, [0, 7_000, 13_000, 20_000, 27_000, 33_000]),
        ("arithmetic", 100_000, [0, 10_000, 15_000, 20_000, 25_000, 30_000]),
        ("nanjing", 100_000, [0, 0, 17_242, 22_414, 27_586, 32_758]),
    ],
)
def test_each_published_table(scheme, net, expected):
    shares = share_lift(stairwell(), net, share_scheme(CATALOG, scheme))
    assert by_floor(shares) == [float(e) for e in expected]
    assert shares.note == ""


def test_the_table_of_102_per_cent_is_refused_or_normalised_with_a_word():
    shanghai = share_scheme(CATALOG, "shanghai")
    with pytest.raises(InputError, match=r"102% instead of 100%") as refused:
        share_lift(stairwell(), 102_000, shanghai)
    assert refused.value.faults[0].file == "lift_shares.csv" and refused.value.faults[0].ids == ("shanghai",)
    shares = share_lift(stairwell(), 102_000, shanghai, normalise=True)
    assert by_floor(shares) == [0, 6_000, 12_000, 20_000, 28_000, 36_000]
    assert "102%" in shares.note and "normalised" in shares.note


def test_a_table_for_six_floors_is_refused_for_five():
    with pytest.raises(InputError, match="59% instead of 100%"):
        share_lift(stairwell(floors=5), 100_000, share_scheme(CATALOG, "hangzhou"))


def test_floors_beyond_a_table():
    guangzhou = share_scheme(CATALOG, "guangzhou")
    assert guangzhou.coefficient(9) == Fraction("1.6")  # 1.4 at the seventh floor, 0.1 more each
    with pytest.raises(InputError, match="floors that the table linear does not have"):
        share_lift(stairwell(floors=7), 1000, share_scheme(CATALOG, "linear"))


def test_area_counts_within_a_table_of_weights():
    homes = pd.DataFrame({"floor": [3, 3], "area_m2": [50.0, 100.0]}, index=["301", "302"])
    shares = share_lift(homes, 300, share_scheme(CATALOG, "guangzhou"))
    assert shares.table["pays_yuan"].tolist() == [100.0, 200.0]


def test_compensation_of_the_lower_floors_is_carried_by_the_payers():
    homes = stairwell(floors=3, per_floor=1)
    shares = share_lift(
        homes, 380_000, share_scheme(CATALOG, "guangzhou"), subsidy_yuan=80_000, compensation_yuan={1: 15_000}
    )
    # 300 000 + 15 000 over weights 0.5 and 1.0
    assert shares.table["pays_yuan"].tolist() == [-15_000, 105_000, 210_000]
    assert shares.table["pays_yuan"].sum() + shares.subsidy_yuan == shares.cost_yuan
    assert shares.range_yuan == (105_000, 210_000)


def test_subsidies():
    assert subsidy_of(CATALOG, "luoyang", 450_000) == 80_000
    assert subsidy_of(CATALOG, "shandong", 500_000) == 200_000  # 40 % of the cost, at most 250 000
    assert subsidy_of(CATALOG, "shandong", 700_000) == 250_000
    assert subsidy_of(CATALOG, "luoyang", 50_000) == 50_000  # never more than the cost
    with pytest.raises(InputError, match="luoyang"):
        subsidy_of(CATALOG, "atlantis", 1)


def test_bad_money_and_homes_are_named_all_at_once():
    homes = stairwell(floors=2, per_floor=1)
    homes.loc["101", "area_m2"] = float("nan")
    with pytest.raises(InputError) as refused:
        share_lift(homes, -1, share_scheme(CATALOG, "guangzhou"), subsidy_yuan=-2, compensation_yuan={1: -3})
    told = str(refused.value)
    assert all(w in told for w in ("cost", "subsidy", "compensation of floor 1", "101"))
    with pytest.raises(InputError, match="more than the cost"):
        share_lift(stairwell(), 10, share_scheme(CATALOG, "guangzhou"), subsidy_yuan=20)
    with pytest.raises(InputError, match="no households"):
        share_lift(stairwell().iloc[:0], 10, share_scheme(CATALOG, "guangzhou"))
    with pytest.raises(InputError, match="nobody pays"):
        share_lift(stairwell(floors=1), 10, share_scheme(CATALOG, "guangzhou"))


areas = st.lists(st.integers(2000, 20000), min_size=6, max_size=24)


@given(
    areas, st.sampled_from(SCHEMES), st.integers(1, 90_000_000), st.integers(0, 8_000_000), st.integers(0, 2_000_000)
)
@settings(max_examples=examples(80), deadline=None)
def test_the_parts_add_up_to_the_fen(cents, scheme, cost, subsidy, comfort):
    rows = [(f"{k % 6 + 1}{k // 6 + 1:02d}", k % 6 + 1, c / 100) for k, c in enumerate(cents)]
    homes = pd.DataFrame(rows, columns=["id", "floor", "area_m2"]).set_index("id")
    subsidy = min(subsidy, cost)
    shares = share_lift(
        homes,
        cost / 100,
        share_scheme(CATALOG, scheme),
        subsidy_yuan=subsidy / 100,
        normalise=True,
        compensation_yuan={1: comfort / 100},
    )
    paid = shares.table["pays_fen"].sum() - shares.table["receives_fen"].sum()
    assert paid + subsidy == cost
    assert (shares.table["pays_fen"] >= 0).all()
    shuffled = share_lift(
        homes.sample(frac=1, random_state=1),
        cost / 100,
        share_scheme(CATALOG, scheme),
        subsidy_yuan=subsidy / 100,
        normalise=True,
        compensation_yuan={1: comfort / 100},
    )
    pd.testing.assert_frame_equal(shares.table, shuffled.table)


@given(st.integers(0, 10**9), st.lists(st.fractions(0, 100), min_size=1, max_size=12))
def test_a_split_is_within_a_fen_of_exact(total, weights):
    parts = split_fen(total, weights, [str(k) for k in range(len(weights))])
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    assert all(abs(part - total * w / whole) < 1 for part, w in zip(parts, weights, strict=True) if whole)
