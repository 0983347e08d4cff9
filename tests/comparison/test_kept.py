"""What an earlier command compared: the same when nothing has changed, never when anything has, nothing personal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno import community
from spatialreno.comparison import compare_once, kept, run, today_alone
from spatialreno.errors import InputError

CLEAR = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
VOTER = "选民-4711"
CONTACT = "13900004711"


def surveyed() -> sr.StudyArea:
    """The two yards with a ballot and a telephone number."""
    here = two_yards()
    raw = {k: here.layer(k) for k in here}
    raw["parties"] = raw["parties"].assign(contact=CONTACT)
    raw["ballots"] = pd.DataFrame([{"voter": VOTER, "matter": "willing:C1", "choice": "yes", "building_id": "B1"}])
    derived = {k: [c for c, d in here.catalog.layers[k].columns.items() if d.status == "derived"] for k in here}
    rows = {k: frame.drop(columns=derived[k], errors="ignore") for k, frame in raw.items() if len(frame)}
    return sr.assemble(
        {k: f.reset_index() if f.index.name == "id" else f for k, f in rows.items()}, name="test", crs="EPSG:4546"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "own"


@pytest.fixture(scope="module")
def first(folder: Path) -> sr.Comparison:
    return compare_once(surveyed(), [CLEAR], cache=folder)


def refuse(*_: object, **__: object) -> sr.Comparison:
    raise AssertionError("compared anew")


@pytest.mark.long
def test_what_is_unchanged_is_taken_as_it_was(
    folder: Path, first: sr.Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "compare", refuse)
    told: list[str] = []
    again = compare_once(surveyed(), [CLEAR], cache=folder, progress=told.append)
    assert told == ["compared before: taken from the cache"]
    pd.testing.assert_frame_equal(again.table(), first.table())
    pd.testing.assert_frame_equal(again.leaders(), first.leaders())
    assert again.notes() == first.notes()
    assert again.provenance == first.provenance
    assert {k: a.fingerprint for k, a in again.areas.items()} == {k: a.fingerprint for k, a in first.areas.items()}
    pd.testing.assert_frame_equal(again.consents["clear"].asked, first.consents["clear"].asked)


def test_nothing_stale_is_taken(folder: Path, first: sr.Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "compare", refuse)
    area = surveyed()
    renamed = sr.Scenario("clear", "拆违（改）", CLEAR.interventions)
    more = CLEAR | sr.Scenario("clear", "拆违", [sr.demolish("walls", ids=["W1"])])
    dearer = [{"layer": "walls", "verb": "demolish", "quantity": "length_m", "price": 999}]
    cases = [
        (area, [renamed], {}),
        (area, [more], {}),
        (area, [CLEAR], {"standard": "wzsq-2020"}),
        (area, [CLEAR], {"works": True}),
        (area.with_catalog(costs=dearer), [CLEAR], {}),
        (replace(area, title="别名"), [CLEAR], {}),
        (two_yards(), [CLEAR], {}),  # without the ballot
    ]
    for given, scenarios, terms in cases:
        with pytest.raises(AssertionError, match="compared anew"):
            compare_once(given, scenarios, cache=folder, **terms)  # type: ignore[arg-type]
    monkeypatch.setattr(kept, "comparison_key", lambda *a: "code has changed")
    with pytest.raises(AssertionError, match="compared anew"):
        compare_once(area, [CLEAR], cache=folder)


def test_an_answer_about_a_comparison_is_kept_with_it(folder: Path, first: sr.Comparison) -> None:
    made = compare_once(surveyed(), [CLEAR], cache=folder)
    assert made.once("walls", lambda: made.areas["clear"].walls.length.sum()) > 0
    later = compare_once(surveyed(), [CLEAR], cache=folder)
    assert later.once("walls", refuse) == made.areas["clear"].walls.length.sum()
    more = compare_once(surveyed(), [CLEAR], works=True, cache=folder)  # another comparison has answers of its own
    assert more.once("walls", lambda: "its own") == "its own"
    assert later.once("the area", lambda: later.today) is later.today  # an area is named, not written


@pytest.mark.long
def test_today_alone_is_what_a_comparison_without_options_gives(
    folder: Path, first: sr.Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run.compare(surveyed(), [])
    taken = compare_once(surveyed(), [CLEAR], cache=folder)
    monkeypatch.setattr(run, "compare", refuse)
    for alone in (today_alone(taken), compare_once(surveyed(), [], cache=folder), today_alone(plain)):
        assert list(alone.areas) == ["today"] and not alone.scenarios and not alone.consents
        pd.testing.assert_frame_equal(alone.table(), plain.table())
        pd.testing.assert_frame_equal(alone.leaders(), plain.leaders())
        pd.testing.assert_frame_equal(alone.bill().lines, plain.bill().lines)
        assert alone.notes() == plain.notes() and alone.provenance == plain.provenance


def test_today_is_worked_out_once_for_all_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next options rest on today as it was kept, and say the same as options compared by themselves."""
    compare_once(surveyed(), [CLEAR], cache=tmp_path)
    other = sr.Scenario("open", "拆墙", [sr.demolish("walls", ids=["W1"])])
    told: list[str] = []
    quick = compare_once(surveyed(), [other], cache=tmp_path, progress=told.append)
    assert "evaluate today" not in told and quick.before is not None
    plain = run.compare(surveyed(), [other])
    for name in ("table", "leaders", "notes", "change"):
        one, same = getattr(quick, name)(), getattr(plain, name)()
        assert one == same if isinstance(one, list) else one.equals(same)
    for name in ("isochrones", "blocks", "sections", "reach_changes", "blockers"):
        one, same = getattr(quick, name), getattr(plain, name)
        assert list(one) == list(same) and all(one[k].equals(same[k]) for k in one)
    assert quick.provenance == plain.provenance and (quick.room is None) == (plain.room is None)
    with pytest.raises(InputError, match="as it is, without options"):
        run.compare(surveyed(), [other], before=plain)
    monkeypatch.setattr(run, "compare", refuse)
    assert compare_once(surveyed(), [other], cache=tmp_path).before is None  # nothing is kept twice


def test_areas_and_what_was_worked_out_of_them_are_read_back(folder: Path, first: sr.Comparison) -> None:
    again = compare_once(surveyed(), [CLEAR], cache=folder)
    whole = CLEAR.apply(surveyed())
    found = again.areas["clear"]
    assert found == whole and found.survey is again.today
    pd.testing.assert_frame_equal(found.rights, whole.rights)
    pd.testing.assert_frame_equal(found.report, whole.report)
    assert set(found.lasting) >= {"spatialreno.land.fire.access:_past_cars"}
    fire, anew = sr.fire_access(found), sr.fire_access(whole)
    pd.testing.assert_frame_equal(fire.doors.drop(columns="geometry"), anew.doors.drop(columns="geometry"))
    fresh = surveyed()
    touched = community.find_consents(fresh, CLEAR, keep_rest=True)
    pd.testing.assert_frame_equal(again.consents["clear"].asked, touched.asked)


def test_nothing_personal_is_written(folder: Path, first: sr.Comparison) -> None:
    assert VOTER in set(first.today.ballots["voter"]) and CONTACT in set(first.today.parties["contact"])
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert len(written) > 10_000
    for private in (VOTER, CONTACT):
        assert private.encode() not in written


@pytest.mark.long
def test_what_is_not_whole_is_compared_anew(
    first: sr.Comparison, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "compare", lambda *_, **__: first)
    compare_once(surveyed(), [CLEAR], cache=tmp_path)
    file = max(tmp_path.rglob("output.pkl"), key=lambda one: one.stat().st_size)  # the other is today alone
    whole = file.read_bytes()
    for broken in (whole[:-200] + bytes(100) + whole[-100:], whole[:100], b""):
        file.write_bytes(broken)
        assert compare_once(surveyed(), [CLEAR], cache=tmp_path) is first
        file.write_bytes(whole)


def test_a_folder_of_others_is_not_trusted(
    first: sr.Comparison, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "compare", lambda *_, **__: first)
    tmp_path.chmod(0o777)
    told: list[str] = []
    assert compare_once(surveyed(), [CLEAR], cache=tmp_path, progress=told.append) is first
    assert "others may write" in told[0]
    assert not list(tmp_path.iterdir())


def test_what_is_kept_is_bounded(first: sr.Comparison, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "compare", lambda *_, **__: first)
    monkeypatch.setattr(kept, "MOST", 1)
    compare_once(surveyed(), [CLEAR], cache=tmp_path)
    assert not list(tmp_path.rglob("output.pkl"))
    assert np.isfinite(first.evaluations["today"].value("residents"))
