"""What-ifs are exact: each candidate equals applying it and recomputing everything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_streets import boundary, quarter
from worlds import house, without

from spatialreno import Scenario, alter
from spatialreno.area import StudyArea
from spatialreno.errors import InputError
from spatialreno.walk import nearest, what_if

RADIUS = 150.0


def opened(area: StudyArea, layer: str, name: str) -> StudyArea:
    """The area with one candidate opened, the ordinary way."""
    if layer == "gates":
        return Scenario("o", interventions=[alter("gates", ids=[name], set={"walkers": "public"})]).apply(area)
    return without(area, **{layer: [name]})


def recomputed(area: StudyArea, layer: str, name: str, kinds: list[str]) -> pd.DataFrame:
    """The same answer from two full evaluations."""
    people = area.buildings["residents"].astype(float).fillna(0)
    before, after = (nearest(each, kinds).set_index(["kind", "building_id"])["distance_m"]
                     for each in (area, opened(area, layer, name)))  # fmt: skip
    rows = []
    for kind in kinds:
        old, new = before[kind], after[kind]
        assert not (old.notna() & new.isna()).any()
        inside = (new <= RADIUS) & ~(old <= RADIUS)
        fresh = new.notna() & old.isna()
        saved = ((old - new) * people).fillna(0).sum()
        rows.append((layer, name, kind, people[inside].sum(), people[fresh].sum(), saved))
    return pd.DataFrame(rows, columns=["layer", "id", "kind", "residents", "newly_reached", "person_m"])


def homes(west: str = "residents", east: str = "residents") -> StudyArea:
    rows = [house("B1", 20, 30, 60, 42), house("B2", 130, 30, 180, 42), house("B3", 10, 60, 30, 70)]
    return quarter(west, east, buildings=[row | {"residents": 10 * (at + 1)} for at, row in enumerate(rows)])


@pytest.mark.parametrize("west", ["residents", "public", "closed"])
@pytest.mark.parametrize("east", ["residents", "public", "closed"])
def test_equal_to_recomputing(west: str, east: str) -> None:
    area = homes(west, east)
    kinds = ["kindergarten", "market", "pharmacy"]
    table = what_if(area, kinds=kinds, radius_m=RADIUS)
    assert set(table["layer"]) <= {"walls", "gates", "structures"}
    for (layer, name), found in table.groupby(["layer", "id"], sort=False):
        expected = recomputed(area, layer, name, kinds)
        pd.testing.assert_frame_equal(found.reset_index(drop=True), expected, check_dtype=False, atol=1e-6)
    assert table["residents"].sum() > 0


def test_nothing_is_left_behind() -> None:
    area = homes()
    names = [*boundary(area), "G1", "S1", *boundary(area)]
    table = what_if(area, names, radius_m=RADIUS)
    one = table.groupby("id").apply(lambda rows: rows.drop_duplicates().shape[0])
    assert (one == table["kind"].nunique()).all()
    pd.testing.assert_frame_equal(what_if(area, names, radius_m=RADIUS), table)


def test_after_one_opening_the_next_sees_it() -> None:
    area = homes("closed", "closed")
    first = without(area, walls=boundary(area))
    table = what_if(first, ["G1"], kinds=["market"], radius_m=RADIUS)
    expected = recomputed(first, "gates", "G1", ["market"])
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, atol=1e-6)
    assert np.isfinite(table["person_m"]).all()


def test_unknown_candidates_are_refused() -> None:
    with pytest.raises(InputError, match="nowhere"):
        what_if(homes(), ["nowhere"], radius_m=RADIUS)
    with pytest.raises(InputError, match="radius"):
        what_if(homes(), ["G1"], kinds=["market"], standard="gb50180-2018", radius_m={})
