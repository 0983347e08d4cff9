"""The living circle: arithmetic on a small case, then laws on random ones."""

from __future__ import annotations

from math import isclose, nan

import pandas as pd
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.catalog import read_catalog
from spatialreno.catalog.standard import (
    Basket,
    Level,
    Score,
    Service,
    Standard,
    read_standard,
    standard_names,
)
from spatialreno.errors import InputError
from spatialreno.indicators.access import judge
from spatialreno.indicators.circle import circle_sources, circle_values, credit, kind_weights, scores, unread_share
from spatialreno.indicators.people import resident_means
from spatialreno.indicators.rows import indicator_title

KINDS = ("health_station", "kindergarten", "market")
SPEEDS = read_catalog().groups["speed_m_s"]


def small_standard() -> Standard:
    """Two kinds at 5 minutes, 300 m; one at 10 minutes, 500 m; medical counts double."""
    note = {"clause": "test", "confidence": "assumed"}
    return Standard(
        name="small",
        title_zh="小",
        levels={
            "5min": Level(title_zh="五", minutes=5, distance_m=300, **note),
            "10min": Level(title_zh="十", distance_m=500, **note),
        },
        services=(
            Service(kind="health_station", level="5min", radius_m=300, obligation="M", **note),
            Service(kind="kindergarten", level="5min", obligation="M", **note),
            Service(kind="market", level="10min", radius_m=500, obligation="M", **note),
        ),
        baskets=(
            Basket(
                id="two",
                title_zh="二",
                minutes=5,
                needs={"care": ("health_station", "kindergarten"), "food": ("market",)},
            ),
        ),
        score=Score(
            fade=1.0,
            obligation={"M": 1, "O": 0.5},
            categories={"medical": 2, "childcare": 1, "commerce": 1},
            **note,
        ),
    )


NORM = small_standard()
WEIGHTS = kind_weights(NORM, read_catalog().facilities)


def walks(distances: dict[tuple[str, str], float]) -> pd.DataFrame:
    rows = [
        {
            "building_id": b,
            "kind": k,
            "facility_id": "F" if d == d else None,
            "distance_m": d,
            "straight_m": d,
        }
        for (b, k), d in distances.items()
    ]
    return pd.DataFrame(rows, columns=["building_id", "kind", "facility_id", "distance_m", "straight_m"])


def found(distances: dict[tuple[str, str], float], *, known: bool = True) -> pd.DataFrame:
    buildings = pd.Index(sorted({b for b, _ in distances}))
    return judge(walks(distances), NORM.table, SPEEDS, buildings, known=known)


def values(distances: dict[tuple[str, str], float], *, known: bool = True) -> pd.DataFrame:
    rows = found(distances, known=known)
    return circle_values(rows, NORM, scores(rows, WEIGHTS, NORM.score.fade))


TWO_HOMES = {
    ("A", "health_station"): 300.0,
    ("A", "kindergarten"): 450.0,
    ("A", "market"): 240.0,
    ("B", "health_station"): 600.0,
    ("B", "kindergarten"): nan,
    ("B", "market"): 500.0,
}


def test_two_homes_by_arithmetic() -> None:
    told = values(TWO_HOMES)
    # weights 1/2, 1/4, 1/4. A: 1, 1 - 150/300, 1. B: 1 - 300/300, unreached, 1.
    assert told["score"].tolist() == pytest.approx([100 * (0.5 + 0.125 + 0.25), 25.0])
    assert told["covered:health_station"].tolist() == [1.0, 0.0]
    assert told["covered:market"].tolist() == [1.0, 1.0]
    assert told["level_all:5min"].tolist() == [0.0, 0.0]
    assert told["level_mean:5min"].tolist() == [0.5, 0.0]
    assert told["level_all:10min"].tolist() == [1.0, 1.0]
    assert told["basket:two"].tolist() == [1.0, 0.0]


def test_minutes_are_the_same_way_at_another_speed() -> None:
    rows = found(TWO_HOMES).set_index(["building_id", "kind"])
    assert rows.loc[("A", "market"), "min_general"] == pytest.approx(240 / 60 / 1.2)
    assert rows.loc[("A", "market"), "min_elderly"] == pytest.approx(5.0)
    told = values(TWO_HOMES)
    # five minutes: 360 m for general walkers, 240 m for elderly ones, who therefore miss the health station
    assert told["basket_general:two"].tolist() == [1.0, 0.0]
    assert told["basket_elderly:two"].tolist() == [0.0, 0.0]
    assert told["kinds_general:5min"].tolist() == [2.0, 0.0]
    assert told["kinds_elderly:5min"].tolist() == [1.0, 0.0]


def test_residents_weigh_the_homes() -> None:
    people = pd.DataFrame({"residents": [30.0, 10.0], "estimated": [False, True]}, index=["A", "B"])
    place = pd.Series("here", index=people.index)
    rows = resident_means(values(TWO_HOMES), people, place, level="area", inferred=True, sources={})
    told = {row.indicator: row for row in rows}
    assert told["covered:health_station"].value == 0.75
    assert told["score"].value == pytest.approx((30 * 87.5 + 10 * 25.0) / 40)
    assert told["score"].mark == "estimated,inferred"


def test_homes_without_known_residents_weigh_nothing_and_none_gives_no_share() -> None:
    people = pd.DataFrame({"residents": [30.0, nan], "estimated": False}, index=["A", "B"])
    place = pd.Series(["a", "b"], index=people.index)
    rows = resident_means(values(TWO_HOMES)[["score"]], people, place, level="block", inferred=False, sources={})
    assert rows[0].value == 87.5 and rows[1].value != rows[1].value


def test_an_unsurveyed_area_has_no_score_and_an_unreached_facility_gives_nothing() -> None:
    nowhere = dict.fromkeys(TWO_HOMES, nan)
    assert values(nowhere)["score"].tolist() == [0.0, 0.0]
    assert values(nowhere, known=False).isna().all(axis=None)


def test_a_home_without_a_row_is_unreached() -> None:
    rows = judge(walks({}), NORM.table, SPEEDS, pd.Index(["A"]))
    assert len(rows) == len(KINDS) and not rows["within"].any() and rows["within"].notna().all()


@pytest.mark.parametrize("name", standard_names())
def test_weights_share_out_one(name: str) -> None:
    norm, catalog = read_standard(name), read_catalog()
    weights = kind_weights(norm, catalog.facilities)
    assert isclose(weights.sum(), 1.0) and (weights >= 0).all() and set(weights.index) == set(norm.kinds)
    by_category = weights.groupby(catalog.facilities["category"].reindex(weights.index)).sum()
    assert isclose(by_category["medical"], 2 * by_category["commerce"])
    assert by_category["utility"] == 0


def test_every_circle_indicator_says_what_it_rests_on() -> None:
    rows = found(TWO_HOMES)
    told = circle_values(rows, NORM, scores(rows, WEIGHTS, 1.0))
    assert set(told.columns) == set(circle_sources(NORM)) and all(circle_sources(NORM).values())


def test_a_category_without_a_weight_is_asked_for() -> None:
    score = NORM.score.model_copy(update={"categories": {"medical": 1.0}})
    with pytest.raises(InputError, match="childcare, commerce"):
        kind_weights(NORM.model_copy(update={"score": score}), read_catalog().facilities)


distance = st.one_of(st.just(nan), st.floats(0, 3000))
homes = st.lists(st.tuples(distance, distance, distance), min_size=1, max_size=6)


def as_walks(rows: list[tuple[float, float, float]]) -> dict[tuple[str, str], float]:
    return {(f"B{i}", kind): d for i, row in enumerate(rows) for kind, d in zip(KINDS, row, strict=True)}


@settings(deadline=None, max_examples=examples(60))
@given(homes)
def test_shares_and_scores_stay_in_their_range(rows: list[tuple[float, float, float]]) -> None:
    told = values(as_walks(rows))
    assert told["score"].between(0, 100).all()
    counts = [c for c in told if c.startswith("kinds_")]
    assert told[counts].stack().between(0, len(KINDS)).all()
    assert told.drop(columns=["score", *counts]).stack().between(0, 1).all()


@settings(deadline=None, max_examples=examples(60))
@given(homes, st.data())
def test_shorter_walks_never_lower_anything(rows: list[tuple[float, float, float]], data: st.DataObject) -> None:
    before = as_walks(rows)
    cut = data.draw(st.lists(st.floats(0, 3000), min_size=len(before), max_size=len(before)))
    after = {key: min(d, c) if d == d else c for (key, d), c in zip(before.items(), cut, strict=True)}
    assert (values(after) >= values(before)).all(axis=None)


@settings(deadline=None, max_examples=examples(100))
@given(st.floats(0, 5000), st.floats(50, 2000), st.floats(0.1, 3))
def test_credit_is_full_inside_and_gone_beyond_the_fade(d: float, radius: float, fade: float) -> None:
    told = credit(pd.Series([d, nan]), pd.Series([radius, radius]), fade)
    assert told[1] == 0.0
    if d <= radius:
        assert told[0] == 1.0
    elif d >= radius * (1 + fade) * (1 + 1e-12):
        assert told[0] == pytest.approx(0.0, abs=1e-9)
    else:
        assert 0 <= told[0] <= 1


def test_the_straight_line_stands_beside_the_walk() -> None:
    """A walks 450 m to a kindergarten 280 m away: the check-up counts it (300 m), the walk does not."""
    rows = found(TWO_HOMES)
    rows.loc[(rows["building_id"] == "A") & (rows["kind"] == "kindergarten"), "straight_m"] = 280.0
    told = circle_values(rows, NORM, scores(rows, WEIGHTS, NORM.score.fade))
    assert (told.loc["A", "covered:kindergarten"], told.loc["A", "covered_straight:kindergarten"]) == (0.0, 1.0)
    due = (NORM.table["obligation"] == "M").sum()
    assert told.loc["A", "detour_loss"] == pytest.approx(1.0 / due)
    assert told["covered_straight:market"].tolist() == told["covered:market"].tolist()


def test_elderly_walkers_are_judged_at_their_own_pace_by_level() -> None:
    """0.8 m/s: 240 m in the five minutes of a health station; a market's 500 m at 60 m a minute give 400 m."""
    told = values({**TWO_HOMES, ("B", "health_station"): 240.0, ("A", "market"): 400.0})
    assert told["covered_elderly:health_station"].tolist() == [0.0, 1.0]
    assert told["covered_elderly:market"].tolist() == [1.0, 0.0]


def test_a_level_says_how_many_of_its_kinds_are_judged() -> None:
    norm, catalog = read_standard("gb50180-2018"), read_catalog()
    assert indicator_title(catalog, "level_all:15min", norm=norm).endswith("十五分钟生活圈（6/17 类）")
    assert indicator_title(catalog, "level_mean:block", norm=norm, lang="en").endswith("(4 of 8 kinds)")
    assert {u.kind for u in norm.unjudged} <= set(catalog.facilities.index)


def test_the_score_says_how_much_of_it_is_unread() -> None:
    """Half the weight is the health station's; what its radius is worth decides."""
    sure = NORM.table["confidence"].isin(["read", "secondary", "derived"])
    assert unread_share(NORM, WEIGHTS) == pytest.approx(WEIGHTS[~sure].sum())
    assert unread_share(read_standard("gb50180-2018"), kind_weights(read_standard("gb50180-2018"),
                        read_catalog().facilities)) > 0.5  # fmt: skip
