"""The catalog: tables that keep to their schemas, that nobody can change, and that an area lays its own rows over."""

from __future__ import annotations

import copy
import pickle
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import make_area
from hypothesis import given
from hypothesis import strategies as st
from scenario.yards import two_yards
from shapely import box

import spatialreno as sr
import spatialreno.catalog
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import InputError
from spatialreno.land.fire.hose import read_doors

CATALOG = read_catalog()
OWN = sorted(name for name, table in CATALOG.tables.items() if table.schema.own)
FRAMES = [name for name in vars(Catalog) if isinstance(vars(Catalog)[name], property) and name in CATALOG.tables]
PRICE = "layer,verb,kind,quantity,price,source,date\nwalls,demolish,,length_m,140,洛阳市2025年询价,2025-06\n"


def folder(place: Path, **files: str) -> Path:
    """Write tables into a folder: ``layers__lamps`` is ``layers/lamps.csv``."""
    for name, text in files.items():
        path = place / "catalog" / f"{name.replace('__', '/')}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return place / "catalog"


def refusal(place: Path) -> str:
    with pytest.raises(InputError) as told:
        read_catalog(place)
    return str(told.value)


# ---- what ships


@pytest.mark.every_day
@pytest.mark.parametrize("name", CATALOG.tables)
def test_every_table_has_one_row_a_key_and_the_columns_of_its_schema(name: str) -> None:
    table = CATALOG.tables[name]
    keys = [table.schema.key_of(row) for row in table.records()]
    assert len(set(keys)) == len(keys) > 0
    assert table.columns == table.schema.names


@pytest.mark.spread(12)
@pytest.mark.parametrize("name", OWN)
def test_every_table_that_ships_keeps_to_its_own_schema(name: str) -> None:
    again = CATALOG.with_rows({name: CATALOG.rows(name)}, source="again", date="2025")
    assert again.own_rows.empty or (again.own_rows["column"] == "").all()  # nothing says anything else


@pytest.mark.spread(6)
@pytest.mark.parametrize("name", OWN)
def test_a_template_that_nobody_filled_in_changes_nothing(name: str, tmp_path: Path) -> None:
    place = folder(tmp_path, **{name.replace("/", "__"): CATALOG.template(name)})
    assert read_catalog(place) == CATALOG


def test_every_file_of_the_package_s_catalog_has_a_schema() -> None:
    home = Path(spatialreno.catalog.__file__).parent
    files = {path.relative_to(home).with_suffix("").as_posix() for path in home.rglob("*.csv")}
    assert files == set(CATALOG.tables)  # a new table needs a row in tables.csv, its columns in table_columns.csv


# ---- nobody changes it


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_that_was_handed_out_is_the_caller_s(name: str) -> None:
    before = read_catalog().digest
    frame = getattr(read_catalog(), name)
    for column in frame.select_dtypes("number").columns:
        getattr(read_catalog(), name)[column].array[:] = -1
        frame[column] = -1.0
    frame.iloc[:, :] = getattr(read_catalog(), name).iloc[::-1].to_numpy()
    again = getattr(read_catalog(), name)
    assert not (again.select_dtypes("number") == -1.0).any(axis=None)
    assert read_catalog().digest == before


def test_rows_and_constants_cannot_be_changed_either() -> None:
    read_catalog().rows("costs")[0]["price"] = "9999"
    assert read_catalog().rows("costs")[0]["price"] == "105"
    with pytest.raises(TypeError):
        read_catalog().constants["persons_per_household"] = 5.0  # type: ignore[index]
    with pytest.raises(TypeError):
        read_catalog().layers["walls"].columns["x"] = None  # type: ignore[index]


def test_what_is_done_to_the_prices_of_one_area_never_touches_another() -> None:
    one, other = two_yards(), two_yards()
    plan = sr.Scenario("gone", interventions=[sr.demolish("walls", between=["C1", "C2"])])
    before = plan.ledger(other)["cost_yuan"].sum()
    prices = one.catalog.costs
    prices["price"] = 9999.0
    assert plan.ledger(other)["cost_yuan"].sum() == plan.ledger(one)["cost_yuan"].sum() == before


def test_it_pickles_and_copies_equal_and_closed() -> None:
    dear = CATALOG.with_rows({"constants": {"persons_per_household": 3}}, date="2025")
    for again in (pickle.loads(pickle.dumps(dear)), copy.deepcopy(dear)):
        assert again == dear != CATALOG
        assert again.constants["persons_per_household"] == 3.0
        with pytest.raises(TypeError):
            again.constants["persons_per_household"] = 5.0


# ---- an area's own rows


@given(key=st.sampled_from(sorted(r["key"] for r in CATALOG.rows("constants"))), factor=st.floats(0.25, 0.95))
@pytest.mark.long
def test_any_constant_that_changes_changes_the_fingerprint(key: str, factor: float) -> None:
    value = CATALOG.constants[key]
    changed = CATALOG.with_rows({"constants": {key: value * factor + (0.01 if not value else 0)}})
    assert changed.digest != CATALOG.digest
    assert changed.own_rows["key"].tolist() == [key]
    back = changed.with_rows({"constants": {key: value}})
    assert dict(back.constants) == dict(CATALOG.constants)


def test_an_own_price_changes_the_bill_of_its_area_alone(tmp_path: Path) -> None:
    today = two_yards()
    plan = sr.Scenario("gone", interventions=[sr.demolish("walls", between=["C1", "C2"])])
    dear = today.with_catalog(folder(tmp_path, costs=PRICE))
    was, now = (plan.ledger(a).set_index(["id", "item"]) for a in (today, dear))
    ours = was["unit_price_yuan"] == 105.0
    assert ours.sum() == 1
    assert was[~ours].equals(now[~ours])
    assert now["unit_price_yuan"][ours].tolist() == [140.0]
    assert now["cost_yuan"][ours].iloc[0] == pytest.approx(was["cost_yuan"][ours].iloc[0] / 105 * 140)
    assert now["confidence"][ours].tolist() == ["own"]  # what was left empty stays, but what belongs to the source
    assert dear.fingerprint != today.fingerprint
    assert dear != today


def test_own_rows_are_told_with_what_they_replace(tmp_path: Path) -> None:
    told = read_catalog(folder(tmp_path, costs=PRICE)).own_rows
    assert told.to_dict("records") == [
        {
            "table": "costs", "key": "walls demolish length_m", "column": "price", "was": "105", "now": "140",
            "source": "洛阳市2025年询价", "date": "2025-06", "file": "costs.csv",
        }
    ]  # fmt: skip


def test_a_later_folder_lies_over_an_earlier_one(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "a", costs=PRICE), folder(tmp_path / "b", costs=PRICE.replace("140", "90"))
    assert read_catalog(first, second).costs["price"][0] == 90.0
    assert read_catalog(second, first).costs["price"][0] == 140.0


def test_a_dash_empties_a_cell_and_an_empty_cell_keeps_it() -> None:
    row = {"layer": "walls", "verb": "demolish", "source": "市里规定", "date": "2025"}
    kept = CATALOG.with_rows({"consent_rules": [row]})
    none = CATALOG.with_rows({"consent_rules": [{**row, "matter": "-"}]})
    matter = [next(r["matter"] for r in c.rows("consent_rules") if r["layer"] == "walls") for c in (kept, none)]
    assert matter == ["open", ""]


WORD = "layer,column,value,title_zh,title_en,source,date\nwalls,kind,fence,栏,rail,x,2025\n"


@pytest.mark.spread(8)
@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"cost": PRICE}, "cost.csv: catalog: is no table of the catalog. Call it after a table (costs?)"),
        ({"encodings": "word,codec\n"}, ""),
        ({"costs": PRICE.replace("price", "prise")}, "costs.csv: costs: has no column prise (price?) (row 2)"),
        ({"costs": PRICE.replace("140", "dear")}, "price is 'dear', expected a number"),
        ({"costs": PRICE.replace("140", "-5")}, "price is -5, expected 0 or more"),
        ({"costs": PRICE.replace("140", "nan")}, "price is 'nan', expected a number"),
        ({"costs": PRICE.replace("walls,", "wals,")}, "layer is wals (walls?), which is not known"),
        ({"costs": PRICE.replace(",,length", ",fense,length")}, "kind is fense (fence?), which is not known"),
        ({"costs": PRICE.replace("length_m", "metres")}, "quantity is metres, which is not known"),
        ({"costs": PRICE.replace("demolish", "destroy")}, "verb is destroy"),
        ({"costs": PRICE.replace("2025-06\n", "\n")}, "has no date"),
        ({"costs": PRICE.replace("2025-06\n", "last June\n")}, "date is 'last June'"),
        ({"costs": PRICE + PRICE.splitlines()[1]}, "is there twice (walls demolish length_m; also row 2) (row 3)"),
        ({"costs": PRICE.replace("price,", "price,low,high,").replace("140,", "140,10,120,")}, "at most 120 (high)"),
        ({"constants": "key,value,source,date\nsnap_mm,1,x,2025\n"}, "snap_mm (snap_m?) is not known"),
        ({"constants": "key,value,unit,source,date\nsnap_m,1,mm,x,2025\n"}, "unit is mm, expected m"),
        ({"constants": "key,value,source,date\nheat_sign_up_share,80,x,2025\n"}, "expected a share of 0 to 1"),
        ({"constants": "key,value,source,date\nfile_memory_mb,9e9,x,2025\n"}, "file_memory_mb"),
        ({"crews": "crew,title_zh,count,source,date\ndemolition,拆,1e9,x,2025\n"}, "expected a whole number in digits"),
        ({"limits": "key,value,source,date\nfile_memory_mb,9e9,x,2025\n"}, "takes no rows of an area's own"),
        ({"vote_rules": "rule,title_zh,take_part,agree,source,date\nlow,低,3/2,1/2,x,2025\n"}, "take_part is '3/2'"),
        ({"closers": "lack,verb,layer,kind,source,date\nheatin,build,pipes,,x,2025\n"}, "lack is heatin (heating?)"),
        ({"holders": "kind,owner,manager,source,date\nlibrary,state,state,x,2025\n"}, "owner is state"),
        ({"layers": "layer,geometry,title_zh\nlamps,Point,路灯\n"}, "lamps has no dictionary"),
        ({"layers__walls": "column,allowed\nkind,wall|fence\n"}, "allowed leaves out building_face, hedge, retaining"),
        ({"layers": "layer,geometry,title_zh,source,date\nwalls,Circle,墙,x,2025\n"}, "geometry is Circle"),
        ({"words": WORD.replace("kind,fence", "kind,zaun")}, "value is zaun, which is not known (row 2). Use one of"),
        ({"facilities": "kind,title_zh,label,category,source,date\nbank,行,行,money,x,2025\n"}, "category is money"),
        ({"layers__walls": "column,dtype\nheight_m,str\n"}, "dtype is str, expected float"),
        ({"costs": '"layer,verb'}, "does not read as CSV"),
        ({"costs": "layer,layer\n"}, "does not name each column once"),
        ({"costs": PRICE + "walls,demolish,fence,length_m,1,x,2025,more\n"}, "more cells than there are columns"),
    ],
)  # fmt: skip
def test_what_a_table_may_not_hold_is_refused_by_file_and_row(tmp_path: Path, files: dict[str, str], told: str) -> None:
    place = folder(tmp_path, **files)
    if told:
        assert told in refusal(place)
    else:
        assert read_catalog(place) == CATALOG  # an empty file says nothing


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    wrong = PRICE + "walls,pull,,length_m,x,here,2025\n" + "gates,build,,count,1,,\n"
    told = refusal(folder(tmp_path, costs=wrong, cost=PRICE, constants="key,value\nnone,1\n"))
    for part in ("row 3", "row 4", "cost.csv", "constants.csv", "verb is pull", "price is 'x'", "has no source"):
        assert part in told


def test_files_that_are_no_tables_are_not_passed_over(tmp_path: Path) -> None:
    place = folder(tmp_path, costs=PRICE)
    (place / "说明.md").write_text("why", encoding="utf-8")
    assert len(read_catalog(place).own_rows) == 1
    (place / "costs.xlsx").write_bytes(b"PK")
    (tmp_path / "out.csv").write_text(PRICE, encoding="utf-8")
    (place / "funding.csv").symlink_to(tmp_path / "out.csv")
    assert "costs.xlsx: catalog: is no table" in refusal(place)
    assert "funding.csv: catalog: leads out of the folder" in refusal(place)
    assert "no such folder" in refusal(tmp_path / "nowhere")


def test_tables_that_excel_saved_on_a_chinese_system_are_read(tmp_path: Path) -> None:
    place = folder(tmp_path, costs="")
    (place / "costs.csv").write_bytes(PRICE.encode("gb18030"))
    assert read_catalog(place).own_rows["source"].tolist() == ["洛阳市2025年询价"]


def test_an_own_kind_and_an_own_standard_need_no_code(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        facilities="kind,title_zh,title_en,label,category,capacity_unit,source,date\n"
        "hot_water,开水房,Hot-water room,水,commerce,place,市政府2025年8号,2025-03\n",
    )
    (place / "standards").mkdir()
    norm = 'name = "luoyang"\ntitle_zh = "洛阳"\nextends = "gb50180-2018"\n[[services]]\nkind = "hot_water"\n'
    norm += 'level = "5min"\nradius_m = 250\nobligation = "M"\nclause = "8"\nconfidence = "read"\n'
    (place / "standards" / "luoyang.toml").write_text(norm, encoding="utf-8")
    catalog = read_catalog(place)
    assert catalog.facilities.loc["hot_water", "title_zh"] == "开水房"
    assert catalog.standard("luoyang").table.loc["hot_water", "radius_m"] == 250.0
    (place / "standards" / "luoyang.toml").write_text(norm.replace("hot_water", "cold_water"), encoding="utf-8")
    assert "judges kinds that facilities does not have (cold_water)" in refusal(place)


# ---- with an area


def test_estimates_follow_the_constant_and_what_was_counted_stays() -> None:
    from shapely import box

    rows = [
        {"id": "B1", "households": 10, "geometry": box(1, 1, 9, 9)},
        {"id": "B2", "households": 10, "residents": 25, "geometry": box(11, 1, 19, 9)},
    ]
    area = make_area(buildings=rows)
    more = area.with_catalog(constants={"persons_per_household": 3})
    assert area.buildings["residents"].tolist() == [25, 25]
    assert more.buildings["residents"].tolist() == [30, 25]
    assert more.buildings["estimated"].tolist()[0] == area.buildings["estimated"].tolist()[0]
    assert area.with_catalog(constants={"persons_per_household": 2.5}).buildings.equals(area.buildings)


def test_a_plan_keeps_its_survey_under_another_catalog() -> None:
    today = two_yards()
    plan = sr.Scenario("gone", interventions=[sr.demolish("walls", between=["C1", "C2"])])
    after = plan.apply(today).with_catalog(constants={"strip_m": 2.5})
    assert after.survey.catalog == after.catalog
    assert len(after.survey.walls) == len(today.walls) > len(after.walls)


def catalogued(area: sr.StudyArea) -> sr.StudyArea:
    rows: dict[str, Any] = {
        "costs": [{"layer": "walls", "verb": "demolish", "quantity": "length_m", "price": 140}],
        "consent_rules": pd.DataFrame([{"layer": "walls", "verb": "demolish", "matter": "-"}]),
        "closers": [{"lack": "roof", "verb": "build", "layer": "buildings", "within": "block"}],
    }
    return area.with_catalog(source="询价", date="2025-06", constants={"merge_open_m": 5.0}, **rows)


@pytest.mark.parametrize("name", ["area", "area.gpkg"])
@pytest.mark.long
def test_an_area_is_written_with_its_own_tables_and_reads_back_equal(tmp_path: Path, name: str) -> None:
    area = catalogued(two_yards())
    again = sr.read_area(sr.write_area(area, tmp_path / name))
    assert again.catalog == area.catalog
    assert again.fingerprint == area.fingerprint or name == "area"  # GeoJSON keeps 0.1 mm
    assert again.catalog.own_rows.drop(columns="file").equals(area.catalog.own_rows.drop(columns="file"))


def test_an_area_in_another_format_brings_its_tables(tmp_path: Path) -> None:
    area = catalogued(two_yards())
    assert sr.read_area(sr.export_area(area, tmp_path / "out", "fgb")).fingerprint == area.fingerprint


def test_rows_without_a_date_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rows of constants have no date"):
        sr.write_area(two_yards().with_catalog(constants={"strip_m": 2.5}), tmp_path / "area")


@pytest.mark.long
def test_tables_given_lie_over_the_area_s_own(tmp_path: Path) -> None:
    place = sr.write_area(catalogued(two_yards()), tmp_path / "area")
    cheap = folder(tmp_path / "bureau", costs=PRICE.replace("140", "90"))
    assert sr.read_area(place).catalog.costs["price"][0] == 140.0
    both = sr.read_area(place, catalog=cheap).catalog
    assert (both.costs["price"][0], both.constants["merge_open_m"]) == (90.0, 5.0)
    under = sr.read_area(place, catalog=read_catalog(cheap)).catalog
    assert under.costs["price"][0] == 140.0


@pytest.mark.parametrize("named", ["..", "../catalog", "/etc"])
def test_an_area_s_tables_lie_in_its_folder(tmp_path: Path, named: str) -> None:
    place = sr.write_area(two_yards(), tmp_path / "area")
    toml = place / "area.toml"
    toml.write_text(f"catalog = {named!r}\n" + toml.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match="leads out of the folder"):
        sr.read_area(place)


def test_a_check_of_an_area_tells_the_faults_of_its_tables(tmp_path: Path) -> None:
    place = sr.write_area(catalogued(two_yards()), tmp_path / "area")
    prices = place / "catalog" / "costs.csv"
    prices.write_text(prices.read_text("utf-8").replace("140", "dear"), encoding="utf-8")
    found = sr.check_area(place)
    assert found[["file", "ids", "message"]].to_numpy().tolist() == [
        ["costs.csv", "row 2", "price is 'dear', expected a number"]
    ]


# ---- words


def test_every_word_of_every_vocabulary_has_a_title_in_both_languages() -> None:
    said = {(r["layer"], r["column"], r["value"]) for r in CATALOG.rows("words") if r["title_zh"] and r["title_en"]}
    for name, layer in CATALOG.layers.items():
        for column in layer.columns.values():
            assert not [value for value in column.allowed if (name, column.column, value) not in said]


def test_one_value_means_what_its_column_says() -> None:
    assert CATALOG.word("buildings", "structure", "mixed") == "砖混"
    assert CATALOG.word("buildings", "use", "mixed") == "商住混合"
    assert CATALOG.word("pipes", "status", "existing", "en") == "existing"
    assert CATALOG.word("buildings", "structure", "straw") == "straw"


def test_an_area_may_say_a_word_its_own_way() -> None:
    row = {"layer": "structures", "column": "legality", "value": "illegal", "title_zh": "违法建设"}
    assert CATALOG.with_rows({"words": [row]}).word("structures", "legality", "illegal") == "违法建设"


CITED = re.compile(r"(?:GB/T|GB|CJJ/T|CJJ)\s?\d{4,5}(?:-\d{4})?")


def test_every_standard_cited_has_its_edition_and_says_whether_it_is_in_force():
    """Sources of the catalog and of the standards name documents; each is a row of ``editions``."""
    catalog = read_catalog()
    known = {row["standard"].replace(" ", ""): row for row in catalog.rows("editions")}
    texts = [cell for table in catalog.tables for row in catalog.rows(table) for key, cell in row.items()
             if key in ("source", "clause")]  # fmt: skip
    cited = {hit.replace(" ", "") for text in texts for hit in CITED.findall(str(text))}
    assert {c for c in cited if not any(name.startswith(c) or c.startswith(name) for name in known)} == set()
    gone = {name for name, row in known.items() if row["status"] == "superseded"}
    assert all(known[name]["replaced_by"] for name in gone)
    alone = [t for t in texts if "CJJ 34-2010" in str(t) and "CJJ/T 34-2022" not in str(t)]
    assert not alone  # what was withdrawn stands only beside what took its place


def test_the_ground_of_a_facility_is_its_land_or_its_floor_by_its_storeys():
    kinds = read_catalog().facilities.drop(index="heat_exchange_station").dropna(subset=["footprint_m2"])
    ground = kinds["land_m2"].fillna(kinds["floor_m2"] / kinds["storeys"])
    assert (kinds["footprint_m2"] - ground).abs().max() < 1e-9
    assert kinds.loc["cultural_station", ["floor_m2", "storeys", "footprint_m2"]].tolist() == [250, 2, 125]
    assert {"neighbourhood_centre", "ebike_shed", "outpatient_clinic"} <= set(kinds.index)


def test_what_was_found_twice_is_secondary_and_what_is_in_conflict_is_not():
    rows = {(r["kind_a"], r["kind_b"]): r for r in read_catalog().rows("pipe_clearances")}
    assert rows["heat_secondary", "sewage"]["confidence"] == "secondary"
    assert rows["sewage", "storm"]["confidence"] == "assumed" and "0.5 to 1.0" in rows["sewage", "storm"]["note"]
    assert sum(r["confidence"] == "memory" for r in rows.values()) == 8  # seven to buildings, gas to conduits


def test_what_was_assumed_in_code_is_an_assumption_of_the_catalog() -> None:
    """Heat load of a house of unknown age, its assumed doors, the phases of works: an area says otherwise."""
    area = make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": box(0, 0, 60, 40)}],
        buildings=[{"id": "B1", "use": "residential", "storeys": 5, "households": 10, "geometry": box(5, 5, 35, 7)}],
    )
    young = area.with_catalog(constants={"unknown_built_year": 2022}, source="局", date="2025")
    assert sr.area.heat_load(young)["w_m2"]["B1"] < sr.area.heat_load(area)["w_m2"]["B1"]
    sides = [len(read_doors(a)) for a in (area, area.with_catalog(constants={"door_side_m": 1.5}, source="局"))]
    assert sides == [2, 4]
    assert sr.supply_heat(area.with_catalog(constants={"pipes_phase": 3}, source="局")).phase == 3
