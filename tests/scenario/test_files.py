"""Scenario files: written and read back equal, stacked, and refused with their place when they are not whole."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import EXAMPLE, at
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from spatialreno import InputError, Scenario, ScenarioError, alter, build, demolish, read_scenario, write_scenario
from spatialreno.scenario import files, read_scenarios

HEAD = 'name = "a"\n'
SHAFT = Polygon(box(0, 0, 9, 9).exterior.coords, [box(3, 3, 4, 4).exterior.coords[::-1]])
HOSTILE = ["{{7*7}}", "<img src=x onerror=alert(1)>", '"""', "a\nb\\", "=1+1", "__import__('os')", "拆 'x'", "\x7f\t"]


def written(folder, text, name="a"):
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path):
    with pytest.raises(ScenarioError) as refused:
        read_scenario(path)
    assert str(path.parent) in str(refused.value)
    return str(refused.value)


def everything():
    return Scenario(
        "all",
        title="全部",
        interventions=[
            alter("paths", ids=["L1"], set={"width_m": 7.0, "public": True, "name": "工农巷"}),
            demolish("walls", between=["C1", "C2"], expect=2, reason="决议", phase=3),
            demolish("structures", where={"legality": ["illegal"], "height_m": {"max": 3}, "storeys": 1}),
            demolish("structures", within="C1", party="P1"),
            build("facilities", "F9", at=(112.43, 34.67), kind="bookstore"),
            build("walls", "W9", geometry=LineString([(0.1, 0.2), (3, 4)]), crs="EPSG:4546", kind="fence"),
            build("open_spaces", "O9", geometry=SHAFT, crs="EPSG:4546", kind="plaza", phase=2, reason="空地"),
        ],
    )


def test_written_and_read_back_is_equal(tmp_path):
    path = write_scenario(everything(), tmp_path / "new" / "all.toml")
    again = read_scenario(path)
    assert again == everything()
    first = path.read_bytes()
    assert write_scenario(again, path).read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == ["all.toml"]


def test_what_is_built_in_the_area_keeps_its_place_through_a_file(tmp_path, yards):
    ours = Scenario("s", interventions=[build("facilities", "X", geometry=at(20.123456789, 50), kind="bookstore")])
    with pytest.raises(ScenarioError, match="placed"):
        write_scenario(ours, tmp_path / "s.toml")
    read = read_scenario(write_scenario(ours.placed(yards), tmp_path / "s.toml"))
    assert read.apply(yards) == ours.apply(yards)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(tmp_path, yards, text):
    ours = Scenario("s", title=text, interventions=[alter("structures", ids=["S1"], set={"name": text}, reason=text)])
    read = read_scenario(write_scenario(ours, tmp_path / "s.toml"))
    assert read == ours
    assert read.apply(yards).structures["name"]["S1"] == text.strip()


def test_the_file_of_the_design_reads(tmp_path):
    text = """
name  = "opened"
[[demolish]]
layer  = "structures"
where  = { legality = "illegal", height_m = { max = 3.0 } }
expect = 14
[[build]]
layer = "facilities"
id    = "HX1"
kind  = "heat_exchange_station"
at    = [112.4312, 34.6701]
"""
    read = read_scenario(written(tmp_path, text))
    assert read == Scenario(
        "opened",
        interventions=[
            build("facilities", "HX1", at=(112.4312, 34.6701), kind="heat_exchange_station"),
            demolish("structures", where={"legality": "illegal", "height_m": {"max": 3}}, expect=14),
        ],
    )
    assert read.title == "opened"


def test_windows_text_reads(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbf" + 'name = "a"\r\ntitle = "拆"\r\n'.encode())
    assert read_scenario(path).title == "拆"


def test_bases_are_stacked():
    clear, opened, full = (read_scenario(EXAMPLE / "scenarios" / f"{n}.toml") for n in ("clear", "opened", "full"))
    assert set(clear.interventions) < set(opened.interventions) < set(full.interventions)
    assert (full.name, full.title) == ("full", "集中连片")


@pytest.mark.parametrize("base", ["../a", "/etc/passwd", "sub/a", "..", "", ".hidden", "..\\\\a", "sub\\\\a"])
def test_a_base_never_leaves_its_folder(tmp_path, base):
    (tmp_path / "here").mkdir()
    written(tmp_path, HEAD)
    told = refusal(written(tmp_path / "here", f'{HEAD}base = "{base}"'))
    assert "plain name of a file in the same folder" in told


def test_bases_in_a_circle_are_told_as_they_go(tmp_path):
    written(tmp_path, 'name = "b"\nbase = "c"', "b")
    written(tmp_path, 'name = "c"\nbase = "a"', "c")
    assert "circle (a.toml → b.toml → c.toml → a.toml)" in refusal(written(tmp_path, HEAD + 'base = "b"'))
    assert "circle" in refusal(written(tmp_path, HEAD + 'base = "a"'))


def test_a_missing_base_and_too_many(tmp_path):
    assert "there is no nope.toml beside it" in refusal(written(tmp_path, HEAD + 'base = "nope"'))
    for n in range(30):
        written(tmp_path, f'name = "s{n}"\nbase = "s{n + 1}"', f"s{n}")
    assert "more than 20 others" in refusal(tmp_path / "s0.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "name: is missing"),
        (HEAD + 'titel = "x"', "titel: there is no such key"),
        (HEAD + '[demolish]\nlayer = "walls"', "write [[demolish]]"),
        (HEAD + '[[demolish]]\nids = ["W1"]', "[[demolish]] 1, layer: is missing"),
        (HEAD + '[[demolish]]\nlayer = "walls"\nidz = ["W1"]', "[[demolish]] 1, idz: there is no such key"),
        (HEAD + '[[demolish]]\nlayer = "walls"\nids = [1]', "[[demolish]] 1, ids.0"),
        (HEAD + '[[demolish]]\nlayer = "walls"\nids = ["W1"]\nphase = 0', "[[demolish]] 1, phase"),
        (HEAD + '[[demolish]]\nlayer = "walls"\nwhere = { height_m = { min = 1, mux = 2 } }', "where.height_m: give"),
        (HEAD + '[[demolish]]\nlayer = "walls"\nwhere = { height_m = 2020-01-01 }', "where.height_m: give"),
        (HEAD + '[[alter]]\nlayer = "paths"\nids = ["L1"]', "[[alter]] 1, set: is missing"),
        (HEAD + '[[alter]]\nlayer = "paths"\nids = ["L1"]\nset = {}', "nothing is set"),
        (HEAD + '[[alter]]\nlayer = "paths"\nids = ["L1"]\nset = { width_m = nan }', "set.width_m: give"),
        (HEAD + "x = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_what_a_file_may_not_hold(tmp_path, text, told):
    assert told in refusal(written(tmp_path, text))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "exactly one of at, line and outline"),
        ("at = [112.4, 34.6]\nline = [[112.4, 34.6], [112.5, 34.6]]", "exactly one of at, line and outline"),
        ("at = [112.4]", "[[build]] 1, at"),
        ("at = [34.6, 112.4]", "Longitude comes first"),
        ("at = [112.4, inf]", "[[build]] 1, at"),
        ("outline = [[112.4, 34.6], [112.5, 34.6]]", "[[build]] 1, outline"),
        ("at = [112.4, 34.6]\nholes = [[[1, 2], [2, 2], [2, 3]]]", "holes need an outline"),
        ("outline = [[1, 2], [2, 2], [2, 3]]\nholes = [[[1, 2]]]", "[[build]] 1, holes"),
        ("at = [112.4, 34.6]\nname = { a = 1 }", "name = {'a': 1}"),
        ("at = [112.4, 34.6]\nname = 2020-01-01", "name = "),
        ("at = [112.4, 34.6]\narea_m2 = nan", "area_m2 = nan"),
    ],
)
def test_what_a_build_may_not_hold(tmp_path, line, told):
    text = f'{HEAD}[[build]]\nlayer = "facilities"\nid = "X"\n{line}'
    assert told in refusal(written(tmp_path, text))


def test_all_unknown_keys_are_told_at_once(tmp_path):
    told = refusal(written(tmp_path, HEAD + 'tilte = "x"\n[[demolish]]\nlayr = "walls"\n'))
    assert told.count("\n- ") == 3


def test_half_written_files_are_refused_at_any_byte(tmp_path):
    whole = (EXAMPLE / "scenarios" / "clear.toml").read_bytes()
    path, refused = tmp_path / "clear.toml", []
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        try:
            read_scenario(path)
        except ScenarioError as error:
            refused.append(end)
            assert "clear.toml" in str(error)
    assert len(refused) > len(whole) / 7 / 2  # cut between two lines a file may still be whole


def test_files_that_are_none(tmp_path):
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes('name = "拆"'.encode("gbk"))
    assert "is not UTF-8" in refusal(gbk)
    assert "cannot be read" in refusal(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    assert "cannot be read" in refusal(tmp_path / "folder.toml")


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    (tmp_path / "s.toml").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_scenario(Scenario("s"), tmp_path / "s.toml")
    assert [p.name for p in tmp_path.iterdir()] == ["s.toml"]


def test_shapes_come_back_whole(tmp_path):
    read = read_scenario(write_scenario(everything(), tmp_path / "all.toml"))
    shapes = {act.id: act.geometry for act in read.interventions if act.verb == "build"}
    assert shapes["F9"].equals(Point(112.43, 34.67))
    assert shapes["O9"].area == 80.0


@given(st.permutations(range(4)))
def test_a_fingerprint_knows_what_is_done_and_not_in_which_order(order):
    acts = [
        demolish("walls", between=["C1", "C2"], reason="vote"),
        demolish("structures", where={"legality": "illegal"}),
        alter("paths", ids=["L1"], set={"width_m": 7.0}),
        build("facilities", "BK1", at=(112.43, 34.67), kind="bookstore"),
    ]
    whole = Scenario("plan", title="方案", interventions=acts)
    assert Scenario("plan", title="方案", interventions=[acts[i] for i in order]).fingerprint == whole.fingerprint
    assert Scenario("plan", title="方案", interventions=acts[:3]).fingerprint != whole.fingerprint
    assert len(whole.fingerprint) == 16


def test_a_fingerprint_is_the_same_in_every_process():
    file = EXAMPLE / "scenarios" / "full.toml"
    code = f"import spatialreno as sr; print(sr.read_scenario({str(file)!r}).fingerprint)"
    told = {read_scenario(file).fingerprint}
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
        told.add(run.stdout.strip())
    assert len(told) == 1


def test_a_folder_is_read_in_its_authors_order(tmp_path):
    def put(file, head=""):
        acts = "".join(f"[[demolish]]\nlayer = 'walls'\nids = ['W{n}']\n" for n in range(1 if "small" in file else 2))
        (tmp_path / f"{file}.toml").write_text(f"name = '{file}'\n{head}\n{acts}", encoding="utf-8")

    put("large"), put("small")
    assert [s.name for s in read_scenarios(tmp_path)] == ["small", "large"]  # the smaller, where nobody says
    put("10-late"), put("9-small"), put("last", "order = 10.5"), put("first", "order = -1"), put("3-moved", "order = 9")
    names = [s.name for s in read_scenarios(tmp_path)]
    assert names == ["first", "9-small", "3-moved", "10-late", "last", "small", "large"]
    assert read_scenarios(tmp_path / "none") == []


@pytest.mark.parametrize("order", ["true", "'1'", "nan", "[1]"])
def test_an_order_is_a_number(tmp_path, order):
    (tmp_path / "a.toml").write_text(f"name = 'a'\norder = {order}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="order"):
        read_scenarios(tmp_path)


def test_a_folder_reads_each_file_once(tmp_path, monkeypatch):
    for name, base in (("a", ""), ("b", 'base = "a"\n'), ("c", 'base = "b"\n')):
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\n{base}', "utf-8")
    opened, read = [], files.tomllib.loads
    monkeypatch.setattr(files.tomllib, "loads", lambda text: opened.append(text) or read(text))
    assert [s.name for s in read_scenarios(tmp_path)] == ["a", "b", "c"]
    assert len(opened) == 3
