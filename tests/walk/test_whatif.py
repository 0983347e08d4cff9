"""What-ifs are exact: each candidate equals applying it and recomputing everything."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from conftest import ORIGIN
from shapely.geometry import LineString, box
from test_streets import boundary, quarter
from worlds import house, wall, without

from spatialreno import Scenario, alter
from spatialreno.area import StudyArea
from spatialreno.area.under_catalog import replace_layers
from spatialreno.errors import InputError
from spatialreno.walk import nearest, what_if

RADIUS = 150.0


def opened(area: StudyArea, layer: str, name: str) -> StudyArea:
    """The area with one candidate opened, the ordinary way."""
    if layer == "gates":
        return Scenario("o", interventions=[alter("gates", ids=[name], set={"walkers": "public"})]).apply(area)
    return without(area, **{layer: [name]})


def metres(area: StudyArea, kinds: list[str]) -> pd.Series:
    return nearest(area, kinds).set_index(["kind", "building_id"])["distance_m"]


def recomputed(
    area: StudyArea, before: pd.Series, layer: str, name: str, kinds: list[str]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """The same answer from two full evaluations: by kind, and with everybody counted once."""
    people = area.buildings["residents"].astype(float).fillna(0)
    after = metres(opened(area, layer, name), kinds)
    rows, insides, fresh = [], pd.Series(False, people.index), pd.Series(False, people.index)
    for kind in kinds:
        old, new = before[kind], after[kind]
        assert not (old.notna() & new.isna()).any()
        inside, reached = (new <= RADIUS) & ~(old <= RADIUS), new.notna() & old.isna()
        insides, fresh = insides | inside, fresh | reached
        saved = ((old - new) * people).fillna(0).sum()
        rows.append((layer, name, kind, people[inside].sum(), people[reached].sum(), saved))
    by_kind = pd.DataFrame(rows, columns=["layer", "id", "kind", "residents", "newly_reached", "person_m"])
    once = {"people": people[insides].sum(), "homes": insides.sum(), "newly_reached": people[fresh].sum()}
    return by_kind, once | {"person_kinds": by_kind["residents"].sum(), "person_m": by_kind["person_m"].sum()}


def homes(west: str = "residents", east: str = "residents") -> StudyArea:
    rows = [house("B1", 20, 30, 60, 42), house("B2", 130, 30, 180, 42), house("B3", 10, 60, 30, 70)]
    return quarter(west, east, buildings=[row | {"residents": 10 * (at + 1)} for at, row in enumerate(rows)])


GATES = ("residents", "public", "closed")
DAILY = {("residents", "residents"), ("public", "closed"), ("closed", "public")}
EVERY = [pytest.param(*pair, marks=[] if pair in DAILY else [pytest.mark.long]) for pair in product(GATES, GATES)]


@pytest.mark.parametrize(("west", "east"), EVERY)
def test_equal_to_recomputing(west: str, east: str) -> None:
    area = homes(west, east)
    kinds = ["kindergarten", "market", "pharmacy"]
    before, found = metres(area, kinds), what_if(area, kinds=kinds, radius_m=RADIUS)
    assert set(found.table.index.get_level_values("layer")) <= {"walls", "gates", "structures"}
    for (layer, name), rows in found.by_kind.groupby(["layer", "id"], sort=False):
        by_kind, once = recomputed(area, before, layer, name, kinds)
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), by_kind, check_dtype=False, atol=1e-6)
        assert found.table.loc[(layer, name), list(once)].astype(float).to_dict() == pytest.approx(once)
    assert found.table["people"].sum() > 0


def test_nobody_is_counted_twice() -> None:
    found = what_if(homes("public", "closed"), radius_m=400.0)
    table, kinds = found.table, len(found.radii)
    assert (table["people"] <= 10 + 20 + 30).all()
    assert (table["people"] <= table["person_kinds"]).all() and (table["person_kinds"] <= kinds * table["people"]).all()
    assert (table["person_kinds"] > table["people"]).any()  # somebody gains two kinds by one opening


def test_the_best_for_people_comes_first() -> None:
    found = what_if(homes("closed", "closed"), radius_m=RADIUS)
    best = found.top(3)
    assert len(best) == 3 and best["people"].is_monotonic_decreasing
    assert best["people"].iloc[0] == found.table["people"].max()
    assert found.top(None, by="person_m")["person_m"].is_monotonic_decreasing
    assert best.index.names == ["layer", "id"] and best.crs is not None
    assert f"{best.index[0][1]} {best['people'].iloc[0]:,.0f}" in repr(found)
    with pytest.raises(InputError, match="cannot rank by 'colour'"):
        found.top(by="colour")


def test_unknown_people_are_not_nobody() -> None:
    unknown = homes("closed", "closed")
    rows = unknown.buildings
    rows["residents"] = pd.array([pd.NA] * len(rows), dtype="Int64")
    found = what_if(replace_layers(unknown, {"buildings": rows}), radius_m=RADIUS)
    assert found.table["people"].isna().all() and found.by_kind["residents"].isna().all()
    assert (found.table["homes"] > 0).any()


def test_the_example_by_people(example: StudyArea) -> None:
    found = what_if(example, ["W15", "W03/2", "W01"])
    people = found.top()["people"]
    assert list(people.items()) == [(("walls", "W01"), 879), (("walls", "W03/2"), 802), (("walls", "W15"), 657)]
    assert [name for _, name in found.top(by="person_kinds").index] == ["W03/2", "W15", "W01"]  # the reverse
    assert found.table.loc[("walls", "W03/2"), ["person_kinds", "name", "inferred"]].tolist() == [
        2120, "市委西院围墙", False,
    ]  # fmt: skip


def test_nothing_is_left_behind() -> None:
    area = homes()
    names = [*boundary(area), "G1", "S1", *boundary(area)]
    table = what_if(area, names, radius_m=RADIUS).by_kind
    one = table.groupby("id").apply(lambda rows: rows.drop_duplicates().shape[0])
    assert (one == table["kind"].nunique()).all()
    pd.testing.assert_frame_equal(what_if(area, names, radius_m=RADIUS).by_kind, table)


def test_after_one_opening_the_next_sees_it() -> None:
    area = homes("closed", "closed")
    first = without(area, walls=boundary(area))
    table = what_if(first, ["G1"], kinds=["market"], radius_m=RADIUS).by_kind
    expected, _ = recomputed(first, metres(first, ["market"]), "gates", "G1", ["market"])
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, atol=1e-6)
    assert np.isfinite(table["person_m"]).all()


def test_unknown_candidates_are_refused() -> None:
    with pytest.raises(InputError, match="nowhere"):
        what_if(homes(), ["nowhere"], radius_m=RADIUS)
    with pytest.raises(InputError, match="radius"):
        what_if(homes(), ["G1"], kinds=["market"], standard="gb50180-2018", radius_m={})


def test_a_fence_where_only_paths_are_walked_is_not_judged() -> None:
    """Two paths 35 m apart with a fence between them: not 0, but unknown; on an open space it is judged."""
    lots = [{"id": "P1", "geometry": LineString([(-20, -100), (220, -100)])},
            {"id": "P2", "geometry": LineString([(-20, -135), (220, -135)])}]  # fmt: skip
    streets = [
        {"id": k, "geometry": shape} for k, shape in homes().paths.geometry.translate(-ORIGIN[0], -ORIGIN[1]).items()
    ]
    rows = [house("B1", 20, 30, 60, 42) | {"residents": 10}, house("B2", 130, 30, 180, 42) | {"residents": 20}]
    fence = wall("X", (0, -117), (200, -117))
    ring = [wall("W1", (0, 0), (100, 0), (100, 80), (0, 80), (0, 0)), fence]
    area = quarter(buildings=rows, walls=ring, paths=[*streets, *lots])
    other = str(area.walls.index[area.walls.index != "X"][0])
    found = what_if(area, ["X", other], kinds=["market"], radius_m=RADIUS)
    assert found.table.loc[("walls", "X"), ["people", "homes", "newly_reached", "person_m"]].isna().all()
    assert found.by_kind.set_index("id").loc["X", ["residents", "newly_reached", "person_m"]].isna().all()
    assert found.table.loc[("walls", other)].notna()[["people", "homes", "person_m"]].all()
    assert found.top(2).index[-1] == ("walls", "X")
    assert "1 not judged" in repr(found)
    across = quarter(buildings=rows, walls=[*ring[:1], wall("X", (50, -130), (50, -90))], paths=[*streets, *lots])
    assert what_if(across, ["X"], kinds=["market"], radius_m=RADIUS).table["homes"].tolist() == [0]  # it stops a path
    plaza = {"id": "O1", "kind": "plaza", "geometry": box(0, -135, 200, -100)}
    square = quarter(buildings=rows, walls=ring, paths=[*streets, *lots], open_spaces=[plaza])
    assert what_if(square, ["X"], kinds=["market"], radius_m=RADIUS).table["homes"].notna().all()
