"""Programme: the published figures reproduced, sums, equal units, what is late, and bad rows named."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.errors import InputError
from spatialreno.programme import read_programme

DATA = ROOT / "data" / "programme"
HEAD = "id,district,year,unit,count,part_of,households,money_yuan,status,end_planned,end\n"


def written(tmp_path, *rows, head=HEAD):
    path = tmp_path / "programme.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pingdingshan():
    return read_programme(DATA / "pingdingshan-2022.csv")


def test_pingdingshan_2022_as_published(pingdingshan):
    assert pingdingshan.figure("PDS22-started") == 247
    assert pingdingshan.figure("PDS22-started", "households") == 31_331
    assert pingdingshan.figure("PDS22-done") == 182
    assert pingdingshan.figure("PDS22-done", "households") == 16_284
    assert pingdingshan.figure("PDS22-money", "money_yuan") == 298_000_000
    table = pingdingshan.table().set_index(["district", "unit", "status"])
    assert table.loc[("", "project", "started"), "count"] == 247
    assert table.loc[("", "compound", "done"), "count"] == 182


def test_projects_and_compounds_are_never_divided(pingdingshan):
    with pytest.raises(InputError, match="compounds and PDS22-started counts projects"):
        pingdingshan.share("PDS22-done", "PDS22-started")
    assert pingdingshan.share("XH22-done", "XH22") == pytest.approx(42 / 77)


def test_xinhua_77_is_42_and_35(pingdingshan):
    sums = pingdingshan.sums().set_index(["whole", "measure"])
    assert sums.loc[("XH22", "count"), ["stated", "parts"]].tolist() == [77, 42 + 35]
    assert ("XH22", "households") not in sums.index  # households of the parts were not published


def test_what_was_not_published_stays_missing(pingdingshan):
    assert pingdingshan.rows["money_yuan"].notna().sum() == 1
    with pytest.raises(InputError, match="not published"):
        pingdingshan.figure("XH22-done", "households")


def test_every_shipped_number_has_its_source():
    for path in sorted(DATA.glob("*.csv")):
        rows = read_programme(path).rows
        assert (rows["source"].notna() & rows["confidence"].notna()).all()


def test_luoyang_2022_by_district():
    luoyang = read_programme(DATA / "luoyang-2022.csv")
    assert luoyang.sums()["equal"].all() and len(luoyang.sums()) == 4
    table = luoyang.table()
    assert table["count"].sum() == 96 and table["households"].sum() == 109_999  # wholes are not counted again
    assert table.set_index("district").loc["西工区", "households"] == 16_826


def test_projects_count_as_far_as_they_have_come(tmp_path):
    path = written(
        tmp_path,
        "P1,新华区,2022,,,,100,5000000,完工,2022-09-30,2022-10-15",
        "P2,新华区,2022,,,,200,,在建,2022-09-30,",
        "P3,新华区,2022,,,,300,,计划,2023-06-30,",
        "P4,卫东区,2022,,,,50,,done,2022-08-01,2022-07-01",
    )
    programme = read_programme(path)
    table = programme.table("2022-12-31").set_index(["district", "status"])["count"].to_dict()
    assert table == {
        ("卫东区", "planned"): 1, ("卫东区", "started"): 1, ("卫东区", "done"): 1,
        ("新华区", "planned"): 3, ("新华区", "started"): 2, ("新华区", "in_progress"): 1,
        ("新华区", "done"): 1, ("新华区", "late"): 2,
    }  # fmt: skip
    assert programme.late("2022-12-31")["days"].to_dict() == {"P1": 15, "P2": 92}
    assert programme.late("2022-10-01")["days"].to_dict() == {"P1": 1, "P2": 1}  # P1 had not ended yet
    curve = programme.curve(as_of="2022-12-31")
    done = curve[curve["series"] == "done"]
    assert done["value"].tolist() == [50, 150] and str(done["date"].iloc[0].date()) == "2022-07-01"
    assert curve[curve["series"] == "planned"]["value"].tolist() == [50, 350, 650]


def test_bad_rows_are_named_and_the_rest_stands(tmp_path):
    path = written(
        tmp_path,
        "P1,新华区,2022,,,,100,-5,完工,,",
        "P2,新华区,2022,,,,100,,烂尾,,",
        "P3,新华区,2022,,,,100,,完工,,",
        "P4,新华区,,,,,100,,完工,2022-13-01,",
        "P5,新华区,2022,,,,1.5,,计划,,2022-01-01",
        "P6,新华区,2022,,,P99,3,,计划,,",
        "P7,新华区,2022,,,,3,,计划,,",
        "P7,新华区,2022,,,,3,,计划,,",
        ",新华区,2022,,,,3,,计划,,",
    )
    with pytest.raises(InputError) as refused:
        read_programme(path)
    faults = {(i, f.rule) for f in refused.value.faults for i in f.ids}
    assert {("P1", "value"), ("P2", "value"), ("P4", "year"), ("P4", "value"), ("P5", "value"), ("P5", "status"),
            ("P6", "part_of"), ("P7", "twice"), ("row 10", "id")} <= faults  # fmt: skip
    assert all(f.file == "programme.csv" and f.mend for f in refused.value.faults)
    assert "烂尾" in str(refused.value) and "planned, started, in_progress, done" in str(refused.value)
    rest = read_programme(path, keep_rest=True)
    assert list(rest.rows.index) == ["P3"] and len(rest.faults) == len(refused.value.faults)


def test_parts_that_do_not_add_up(tmp_path):
    path = written(tmp_path, "A,,2022,compound,77,,,,planned,,", "B,,2022,compound,42,A,,,done,,",
                   "C,,2022,compound,36,A,,,in_progress,,")  # fmt: skip
    with pytest.raises(InputError, match="count of the parts is 78, of the whole 77"):
        read_programme(path)
    path = written(tmp_path, "A,,2022,compound,77,,,,planned,,", "B,,2022,project,42,A,,,done,,")
    assert not len(read_programme(path).sums())  # other units: not compared


def test_unknown_columns_and_files(tmp_path):
    with pytest.raises(InputError, match="mood"):
        read_programme(written(tmp_path, "P1,2022,happy", head="id,year,mood\n"))
    with pytest.raises(InputError, match="missing: year"):
        read_programme(written(tmp_path, "P1", head="id\n"))
    with pytest.raises(InputError, match=r"\.csv, \.xlsx, \.xls or \.ods"):
        read_programme(tmp_path / "programme.pdf")
    broken = tmp_path / "programme.xlsx"
    broken.write_bytes(b"not a workbook")
    with pytest.raises(InputError, match=r"programme\.xlsx: is not what its name"):
        read_programme(broken)


def test_a_workbook_reads_as_the_csv_does(tmp_path):
    pytest.importorskip("openpyxl")
    rows = pd.DataFrame({"编号": ["P1", "P2"], "年度": [2022, 2022], "户数": [100, None], "状态": ["完工", "计划"],
                         "完工日期": [pd.Timestamp("2022-10-15"), None]})  # fmt: skip
    rows.to_excel(tmp_path / "a.xlsx", index=False)
    rows.assign(完工日期=["2022-10-15", ""]).to_csv(tmp_path / "b.csv", index=False, encoding="gb18030")
    book, sheet = read_programme(tmp_path / "a.xlsx"), read_programme(tmp_path / "b.csv")
    pd.testing.assert_frame_equal(book.rows, sheet.rows)
    assert book.rows.loc["P1", "end"] == pd.Timestamp("2022-10-15")


@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from(["planned", "started", "in_progress", "done"]),
                          st.integers(0, 999)), min_size=1, max_size=20))  # fmt: skip
@settings(max_examples=examples(20), deadline=None)
def test_the_districts_add_up_and_stages_nest(tmp_path_factory, projects):
    rows = [f"P{k},{d},2022,,,,{n},,{s},," for k, (d, s, n) in enumerate(projects)]
    programme = read_programme(written(tmp_path_factory.mktemp("p"), *rows))
    table = programme.table().pivot_table(index="district", columns="status", values="count", aggfunc="sum").fillna(0)
    assert table["planned"].sum() == len(projects)
    table = table.reindex(columns=["planned", "started", "in_progress", "done"], fill_value=0)
    assert (table["planned"] >= table["started"]).all()
    assert (table["started"] >= table["done"] + table["in_progress"]).all()


def test_xigong_as_published():
    told = read_programme(DATA / "luoyang-xigong.csv")
    published = {
        ("XG", "count"): 776, ("XG", "city_share"): 0.54, ("XG-done", "count"): 450, ("XG-managed", "managed"): 500,
        ("XG-branches", "party_branches"): 330, ("XG-lifts", "lifts"): 200, ("XG-90", "count"): 90,
        ("XG-90", "wall_m"): 5_000, ("XG-90", "illegal_m2"): 30_000, ("XG-90", "facilities"): 420,
        ("XG-90", "residents"): 45_000, ("XG-circle", "residents"): 254_000, ("XGD", "wall_m"): 1_200,
        ("XGD", "illegal_m2"): 1_500,
    }  # fmt: skip
    assert {key: told.figure(*key) for key in published} == published
    assert told.share("XG-done", "XG") == pytest.approx(450 / 776)
    with pytest.raises(InputError, match="not published"):
        told.figure("XG-lifts")


def test_rows_of_an_area_with_what_was_done_and_why_it_is_late(tmp_path):
    head = "id,year,area,option,lifts,wall_m,satisfied,status,end_planned,逾期原因\n"
    path = written(tmp_path, "P1,2022,a,full,3,100.5,0.9,done,,", "P2,2022,b,,2,,,在建,2022-09-30,等供电迁改",
                   "P3,2023,a,,,,,计划,,", head=head)  # fmt: skip
    told = read_programme(path)
    table = told.table().set_index(["year", "status"])
    assert table.loc[(2022, "planned"), ["lifts", "wall_m"]].tolist() == [5, 100.5]
    assert told.late("2022-12-31")["reason"].to_dict() == {"P2": "等供电迁改"}
    targets = told.targets().set_index("year")
    assert targets.loc[2022, ["planned", "done", "left", "share_done"]].tolist() == [2, 1, 1, 0.5]
    twice = written(tmp_path, "P1,2022,a,,,,,done,,", "P2,2022,a,,,,1.4,done,,", head=head)
    with pytest.raises(InputError) as refused:
        read_programme(twice)
    faults = {(i, f.rule) for f in refused.value.faults for i in f.ids}
    assert faults == {("P1", "area"), ("P2", "area"), ("P2", "value")}
