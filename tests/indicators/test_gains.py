"""Who gains: everybody counted once, losers by the same rules, unknown is not nobody."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.catalog import read_catalog
from spatialreno.indicators import gain_values, indicator_title, who_gains

KINDS = ("clinic", "school", "shop")
LIMITS = {"gain_points": 0.5, "gain_m": 50.0}
RADIUS = 300.0


def state(walks: dict[str, tuple[float, ...]], people: dict[str, float], *, known: bool = True) -> SimpleNamespace:
    """An evaluation by hand: metres to each kind by home; a basket of all three; a point a kind within radius."""
    rows = [(home, kind, far) for home, fars in walks.items() for kind, far in zip(KINDS, fars, strict=True)]
    access = pd.DataFrame(rows, columns=["building_id", "kind", "distance_m"])
    access["within"] = (access["distance_m"] <= RADIUS).astype("boolean")
    if not known:
        access["within"] = pd.array([pd.NA] * len(access), dtype="boolean")
    wide = access.pivot(index="building_id", columns="kind", values="within").astype("float64")
    scores = pd.DataFrame({"score": wide.sum(axis=1, skipna=False), "residents": pd.Series(people)})
    scores["households"] = scores["residents"] / 2
    return SimpleNamespace(access=access, scores=scores, baskets=wide.min(axis=1, skipna=False).to_frame("all"))


def counted(before: SimpleNamespace, after: SimpleNamespace) -> dict[str, float]:
    return gain_values(who_gains(before, after), LIMITS, ("all",))


def test_one_home_that_gains_two_kinds_counts_once() -> None:
    people = {"a": 10.0, "b": 20.0, "c": 40.0}
    before = state({"a": (400, 400, 100), "b": (400, 100, math.nan), "c": (100, 100, 100)}, people)
    after = state({"a": (300, 300, 100), "b": (351, 100, math.nan), "c": (301, 100, 150)}, people)
    found = counted(before, after)
    assert found["kind_gain"] == 10 and found["kind_lose"] == 40
    assert found["basket_gain:all"] == 10 and found["basket_lose:all"] == 40
    assert found["near_gain"] == 10  # b saves 49 m
    assert found["far_lose"] == 40  # 201 m to the clinic
    assert (found["residents_gain"], found["households_gain"], found["residents_lose"]) == (10, 5, 40)
    gains = who_gains(before, after)
    assert gains.loc["a", ["kinds_in", "baskets_in", "nearer_m"]].tolist() == [2, "all", 100]
    assert gains.loc["b", "nearer_m"] == 49


def test_what_could_not_be_reached_is_nearer() -> None:
    before, after = (state({"a": (far, 100, 100)}, {"a": 3.0}) for far in (math.nan, 2000.0))
    assert who_gains(before, after).loc["a", ["reached_in", "nearer_m"]].tolist() == [1, 0]
    assert counted(before, after)["near_gain"] == 3 and counted(before, after)["kind_gain"] == 0
    assert counted(after, before)["far_lose"] == 3


def test_unknown_facilities_and_unknown_people_are_not_nobody() -> None:
    walks = {"a": (400.0, 400.0, 100.0)}
    blind, seen = state(walks, {"a": 3.0}, known=False), state(walks, {"a": 3.0})
    for pair in ((blind, blind), (blind, seen), (seen, blind)):
        assert all(math.isnan(value) for value in counted(*pair).values())
    empty = state({"a": (100.0, 100.0, 100.0)}, {"a": math.nan})
    assert math.isnan(counted(state(walks, {"a": math.nan}), empty)["kind_gain"])
    assert counted(seen, seen)["kind_gain"] == 0


metres = st.one_of(st.just(math.nan), st.integers(1, 900).map(float))
homes = st.dictionaries(st.sampled_from("abcdef"), st.tuples(*[metres] * 6), min_size=1)


@settings(max_examples=examples(60), deadline=None)
@given(homes, st.integers(0, 5))
def test_losers_are_the_gainers_of_the_way_back(walks: dict[str, tuple[float, ...]], seed: int) -> None:
    people = {home: float(p) for home, p in zip(walks, np.random.default_rng(seed).integers(1, 99, 6), strict=False)}
    before = state({home: w[:3] for home, w in walks.items()}, people)
    after = state({home: w[3:] for home, w in walks.items()}, people)
    there, back = counted(before, after), counted(after, before)
    for gain, lose in (("residents_gain", "residents_lose"), ("kind_gain", "kind_lose"), ("near_gain", "far_lose")):
        assert there[gain] == back[lose] and there[lose] == back[gain]
        assert 0 <= there[gain] <= sum(people.values())
    assert there["basket_gain:all"] == back["basket_lose:all"] <= there["kind_gain"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_count_of_people_says_its_threshold(lang: str) -> None:
    catalog = read_catalog()
    for name, constant in (("residents_gain", "gain_points"), ("residents_lose", "gain_points"),
                           ("near_gain", "gain_m"), ("far_lose", "gain_m")):  # fmt: skip
        assert f"{catalog.constants[constant]:g}" in indicator_title(catalog, name, lang=lang)
    for name in catalog.indicators.index:
        assert "{" not in indicator_title(catalog, name, lang=lang)
