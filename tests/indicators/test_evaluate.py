"""evaluate on a quarter of two yards: by arithmetic where it can be, by law where it cannot."""

from __future__ import annotations

import pickle
from pathlib import Path

import pandas as pd
import pytest
from conftest import make_area
from indicators.quarter import at, quarter, rect

from spatialreno.catalog import read_catalog
from spatialreno.catalog.standard import read_standard
from spatialreno.errors import InputError
from spatialreno.indicators import Evaluation, evaluate, indicator_title
from spatialreno.indicators.parts import PARTS

F1 = {"id": "F1", "kind": "health_station", "geometry": at(160, 70)}
EVERYTHING = [
    {"id": f"N{i:02}", "kind": kind, "geometry": at(30 + 2 * i, 30)}
    for i, kind in enumerate(read_standard("gb50180-2018").kinds)
]


@pytest.fixture(scope="module")
def today() -> Evaluation:
    return evaluate(quarter())


def test_what_stands_is_counted(today: Evaluation) -> None:
    assert today.value("residents") == 100  # 60 counted, 16 households at 2.5
    assert today.value("households") == 40
    assert (today.value("homes"), today.value("buildings"), today.value("compounds")) == (2, 3, 2)
    assert today.value("wall_length_m") == pytest.approx(100)
    assert (today.value("illegal_m2"), today.value("illegal_count")) == (pytest.approx(200), 1)
    assert today.value("heated_share") == 0.6
    assert (today.value("parking:car"), today.value("parking_household")) == (10, 0.25)
    assert (today.value("facilities"), today.value("facilities:kindergarten")) == (1, 0)
    assert today.value("blocks") == 2


def test_open_space_is_told_by_kind(today: Evaluation) -> None:
    assert today.value("open_space_m2:cluster_green") == pytest.approx(200)  # 3 m wide grass does not count
    assert today.value("open_space_m2:plaza") == 0  # closed
    row = today.table.loc[("area", "q", "open_space_renewal:cluster_green")]
    assert (row["value"], row["target"], row["meets"]) == (pytest.approx(2.0), 0.35, True)
    assert not today.table.index.get_level_values("indicator").isin(["open_space_m2", "open_space_person"]).any()


def test_every_home_is_held_to_every_kind(today: Evaluation) -> None:
    kinds = read_standard("gb50180-2018").kinds
    assert list(today.access["building_id"].unique()) == ["B1", "B2"]
    assert today.access.groupby("building_id")["kind"].apply(tuple).tolist() == [kinds, kinds]
    walk = today.access.set_index(["building_id", "kind"])
    near = walk.loc[("B2", "health_station")]
    assert near["facility_id"] == "F1" and near["within"]
    assert near["straight_m"] <= near["distance_m"] + 0.2  # a door stands a little off its wall
    assert near["min_elderly"] == pytest.approx(near["distance_m"] / 48)
    assert pd.isna(walk.loc[("B1", "kindergarten"), "distance_m"])  # planned, not open


def test_rows_name_their_source_and_what_they_rest_on(today: Evaluation) -> None:
    row = today.table.loc[("area", "q", "covered:kindergarten")]
    assert row["source"] == "gb50180-2018 App. B, C (F-KIN), 300 m (secondary)"
    assert row["mark"] == "estimated"
    assert today.table.loc[("compound", "W", "score"), "mark"] == ""
    assert today.table.loc[("compound", "E", "score"), "mark"] == "estimated"
    assert today.table["unit"].notna().all() and today.table.index.is_unique
    assert today.table.index.is_monotonic_increasing


def test_inferred_walls_are_marked_wherever_walking_counts() -> None:
    area = quarter()
    walls = area.walls.assign(inferred=True).reset_index()
    table = evaluate(quarter(walls=walls.to_dict("records"))).table
    assert table.loc[("compound", "W", "score"), "mark"] == "inferred"
    assert table.loc[("area", "q", "covered:market"), "mark"] == "estimated,inferred"
    assert table.loc[("area", "q", "residents"), "mark"] == "estimated"


def test_an_area_with_everything_at_the_door_scores_100_and_covers_all() -> None:
    one_yard = [{"id": "W", "name": "院", "geometry": rect(0, 0, 200, 100)}]
    full = evaluate(quarter(facilities=EVERYTHING, compounds=one_yard, walls=[]))
    assert full.value("score") == pytest.approx(100)
    shares = full.table.loc["area"].reset_index()
    covered = shares[shares["indicator"].str.match("covered|level|basket")]
    assert len(covered) == 3 * 31 + 8 + 3 and (covered["value"] == 1).all()


def test_adding_a_facility_never_lowers_coverage_or_score(today: Evaluation) -> None:
    before = today
    for count in (1, 8, len(EVERYTHING)):
        after = evaluate(quarter(facilities=[F1, *EVERYTHING[:count]]))
        assert (after.scores["score"] >= before.scores["score"]).all()
        shares = before.table[before.table["unit"] == "share"]
        known = shares.index[shares["value"].notna()]  # nothing is known of fire engines where no street is drawn
        rows = known.drop([("area", "q", "detour_loss")])  # more within the radius, of which less can be walked to
        assert (after.table.loc[rows, "value"] >= before.table.loc[rows, "value"]).all()
        before = after


def test_taking_the_wall_down_never_lowers_anything_and_helps_the_walled_off(today: Evaluation) -> None:
    opened = evaluate(quarter(walls=[]))
    assert (opened.scores["score"] >= today.scores["score"]).all()
    distance = [e.access.set_index(["building_id", "kind"])["distance_m"] for e in (today, opened)]
    behind = ("B1", "health_station")
    assert distance[1][behind] < distance[0][behind]
    assert opened.value("blocks") == 1


def test_an_area_whose_facilities_nobody_surveyed_has_no_score() -> None:
    blank = evaluate(quarter(facilities=[]))
    assert blank.scores["score"].isna().all() and pd.isna(blank.value("covered:market"))
    assert pd.isna(blank.value("facilities")) and blank.value("residents") == 100


@pytest.mark.long
def test_facility_ground_counts_as_open_space_once() -> None:
    garden = {"kind": "pocket_garden", "geometry": rect(60, 60, 80, 70)}
    spaces = [{"id": "G", "kind": "public_green", "geometry": rect(60, 60, 80, 75)}]
    apart = evaluate(quarter(facilities=[{"id": "N", **garden}], open_spaces=[]))
    assert apart.value("open_space_m2:public_green") == pytest.approx(200)
    both = evaluate(quarter(facilities=[{"id": "N", **garden}], open_spaces=spaces))
    assert both.value("open_space_m2:public_green") == pytest.approx(300)
    assert both.value("largest_park_m2") == pytest.approx(300)


def test_another_standard_and_a_file_of_ones_own(tmp_path: Path, today: Evaluation) -> None:
    community = evaluate(quarter(), "wzsq-2020")
    assert set(community.access["kind"]) == set(read_standard("wzsq-2020").kinds)
    path = tmp_path / "ours.toml"
    path.write_text('name = "ours"\nextends = "gb50180-2018"\n[[services]]\nkind = "health_station"\nradius_m = 1\n')
    strict = evaluate(quarter(), str(path))
    assert (today.value("covered:health_station"), strict.value("covered:health_station")) == (1.0, 0.0)
    assert strict.value("score") < today.value("score")


def test_the_answer_can_be_read_aloud_and_does_not_touch_the_area(today: Evaluation) -> None:
    area = quarter()
    before = area.fingerprint
    assert evaluate(area).fingerprint == before == area.fingerprint
    assert repr(today).startswith("Evaluation of q by gb50180-2018: 100 residents in 2 homes; circle score ")


def test_every_indicator_has_a_title_in_both_languages(today: Evaluation) -> None:
    catalog = read_catalog()
    for indicator in today.table.index.get_level_values("indicator").unique():
        for lang in ("zh", "en"):
            title = indicator_title(catalog, indicator, lang=lang, norm=today.standard)
            key = indicator.partition(":")[2]
            assert title and not (key and title.endswith((f": {key}", f"：{key}")))


def test_titles_of_variants_are_the_catalogs():
    """A plaza as open space is 广场; as a facility to walk to it is 小广场."""
    catalog = read_catalog()
    assert indicator_title(catalog, "open_space_m2:plaza") == "广场面积"
    assert indicator_title(catalog, "open_space_m2:plaza", lang="en") == "Area of plazas"
    assert indicator_title(catalog, "covered:plaza") == "步行可达居民占比：小广场"


def test_an_area_where_nobody_lives_is_told():
    """No homes: counts are 0 or unknown, every share and the score unknown, nothing is lost."""
    found = evaluate(make_area())
    lived_in = evaluate(quarter())
    whole = found.table.xs("area", level="level").index.get_level_values("indicator")
    assert set(whole) == set(lived_in.table.xs("area", level="level").index.get_level_values("indicator"))
    assert found.value("homes") == 0
    assert pd.isna(found.value("score"))
    assert "0 homes" in repr(found)


@pytest.mark.spread(4)
@pytest.mark.parametrize("stem", dict.fromkeys(part.stems[-1] for part in PARTS))
@pytest.mark.long
def test_what_is_asked_for_alone_is_what_the_whole_evaluation_tells(stem: str, today: Evaluation) -> None:
    """Law: only= leaves rows out and changes none, for an indicator of each measure by itself."""
    stems = today.table.index.get_level_values("indicator").map(lambda name: name.partition(":")[0])
    assert set(stems) <= {stem for part in PARTS for stem in part.stems}
    alone = evaluate(quarter(), only=stem)
    pd.testing.assert_frame_equal(alone.table, today.table[stems == stem])
    assert len(alone._repr_html_()) > 100 and repr(alone).startswith("Evaluation of q")


def test_two_that_are_asked_for_are_told_and_no_third(today: Evaluation) -> None:
    two = evaluate(quarter(), only=["covered:market", "homes"])
    assert two.value("covered:market") == today.value("covered:market")
    assert set(two.table.index.get_level_values("indicator")) == {"covered:market", "homes"}


def test_nothing_else_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("was not asked for")

    for name in ("walk.nearest", "land.fire_access", "land.free_land", "land.lane_widths", "blocks.merge_blocks"):
        monkeypatch.setattr(f"spatialreno.{name}", refuse)
    counted = evaluate(quarter(), only=["wall_length_m", "facilities", "illegal_m2", "heated_share"])
    assert counted.value("wall_length_m") == pytest.approx(100)


def test_what_was_not_worked_out_is_not_shown_as_nothing() -> None:
    counted = pickle.loads(pickle.dumps(evaluate(quarter(), only="homes")))
    for use in (lambda: counted.scores["score"], lambda: len(counted.access), lambda: counted.ground.free):
        with pytest.raises(InputError, match="was not worked out, for only= asked for less"):
            use()
    with pytest.raises(InputError, match="score is no indicator that was worked out"):
        counted.value("score")


@pytest.mark.parametrize(
    ("asked", "near"),
    [("scor", "Did you mean score"), ("covered:pharmcy", "covered:pharmacy"), ("wall_lenght_m", "wall_length_m")],
)
def test_a_mistyped_indicator_is_refused_with_the_nearest(asked: str, near: str) -> None:
    with pytest.raises(InputError, match=near):
        evaluate(quarter(), only=[asked])
