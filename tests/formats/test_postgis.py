"""A real PostgreSQL with PostGIS, started here: read, written in one go, and a killed write changes nothing."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest
import shapely
from conftest import EXAMPLE, make_area

from spatialreno import Scenario, compare, demolish, read_area, write_area, write_scenario
from spatialreno.comparison import write_postgis_results
from spatialreno.errors import InputError
from spatialreno.formats import read_postgis, write_postgis
from spatialreno.formats.postgis import areas as postgis
from spatialreno.formats.postgis import results as postgis_results
from spatialreno.formats.postgis.results import write_results

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (pip install spatialreno[postgis])")
USER = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root


def installed() -> Path | None:
    """Find a server with PostGIS; what is not there is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    extension = list(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    return found[-1].parent if found and extension else None


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    programs = installed()
    if programs is None:
        pytest.skip("PostgreSQL with PostGIS is not installed and cannot be installed here")
    import tempfile

    home = Path(tempfile.mkdtemp(prefix="reno-pg-", dir="/tmp"))  # a short path: sockets allow 107 characters
    if USER:
        shutil.chown(home, USER)
    run = {"user": USER, "cwd": "/tmp", "capture_output": True, "check": True, "timeout": 120}
    subprocess.run(
        [programs / "initdb", "-D", home / "data", "-U", "planner", "-A", "trust", "-E", "UTF8", "--no-sync"], **run
    )
    options = f"-k {home} -c listen_addresses='' -c fsync=off"
    start = [programs / "pg_ctl", "-D", home / "data", "-l", home / "log", "-o", options, "-w", "start"]
    subprocess.run(
        start, **{**run, "capture_output": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    )
    try:
        address = f"postgresql://planner@/postgres?host={home}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
        yield address
    finally:
        subprocess.run([programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop"], **run)
        shutil.rmtree(home, ignore_errors=True)


def small(name="一院"):
    yard = {"id": "C1", "name": name, "households": 48, "geometry": shapely.box(0, 0, 100, 100)}
    return make_area("yard", compounds=[yard], buildings=[{"id": "B1", "geometry": shapely.box(10, 10, 30, 20)}])


@pytest.mark.long
def test_what_is_written_is_read_back(url):
    today = read_area(EXAMPLE)
    write_postgis(today, url, "xigongdi")
    again = read_postgis(url, "xigongdi")
    assert again.fingerprint == today.fingerprint
    assert (again.title, dict(again.meta)) == (today.title, dict(today.meta))


def test_tables_with_chinese_names_and_columns(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA 局; CREATE TABLE 局.小区 (编号 text, 小区名称 text, 户数 int, geom geometry)")
        connection.execute(
            "CREATE TABLE 局.楼栋 (编号 text, 结构 text, 层数 int, geom geometry); CREATE TABLE 局.备注 (a int)"
        )
        connection.execute("CREATE VIEW 局.围墙 AS SELECT pg_sleep(99)::text AS x")
        box = "ST_MakeEnvelope(631000, 3838000, 631100, 3838100, 4546)"
        connection.execute(f"INSERT INTO 局.小区 VALUES ('C1', '一院', 48, {box})")
        connection.execute(
            "INSERT INTO 局.楼栋 VALUES ('B1', '砖混', 6, ST_MakeEnvelope(631010, 3838010, 631030, 3838020, 4546))"
        )
    area = read_postgis(url, "局")
    assert area.compounds.households.to_list() == [48]
    assert area.buildings.structure.to_list() == ["mixed"]
    assert "not read: 局.备注" in set(area.report.reason)


def test_a_killed_write_leaves_the_old_state(url):
    write_postgis(small("旧"), url, "killed")
    child = os.fork()
    if not child:
        rows = postgis._rows

        def slow(area, name, columns, code):
            if name == "buildings":
                os.kill(os.getpid(), signal.SIGKILL)
            return rows(area, name, columns, code)

        postgis._rows = slow
        write_postgis(small("新"), url, "killed")
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    time.sleep(0.2)
    assert read_postgis(url, "killed").compounds.name.to_list() == ["旧"]
    write_postgis(small("新"), url, "killed")
    assert read_postgis(url, "killed").compounds.name.to_list() == ["新"]


def test_what_is_not_there_is_told(url):
    with pytest.raises(InputError, match="no tables that are layers"):
        read_postgis(url, "nowhere")
    with pytest.raises(InputError, match="cannot be reached"):
        read_postgis("postgresql://planner@/postgres?host=/nowhere", "x")


def test_names_are_no_programs(url):
    schema = 'x"; DROP SCHEMA public; --'
    write_postgis(small(), url, schema)
    assert len(read_postgis(url, schema).compounds) == 1


@pytest.fixture(scope="module")
def options():
    yards = [
        {"id": "C1", "name": "一院", "households": 48, "geometry": shapely.box(0, 0, 100, 100)},
        {"id": "C2", "name": "二院", "households": 48, "geometry": shapely.box(100, 0, 200, 100)},
    ]
    homes = [{"id": f"B{n}", "geometry": shapely.box(10 + 100 * n, 10, 30 + 100 * n, 20)} for n in (0, 1)]
    wall = {"id": "W1", "geometry": shapely.LineString([(100, 0), (100, 100)])}
    today = make_area("yards", compounds=yards, buildings=homes, walls=[wall])
    return compare(today, [Scenario("open", "拆墙", [demolish("walls", ids=["W1"])])])


def found(url, question):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchall()


def test_read_compare_and_write_back(url, options):
    write_postgis(options.today, url, "yards")
    today = read_postgis(url, "yards")
    results = compare(today, options.scenarios)
    written = write_postgis_results(results, url, "yards")
    walls = "SELECT option, count(*), round(sum(ST_Length(geometry))) FROM yards.options_walls GROUP BY 1"
    assert found(url, walls) == [("today", 1, 100)]
    blocks = "SELECT option, count(*), ST_SRID(min(geometry)) FROM yards.options_blocks GROUP BY 1 ORDER BY 1"
    assert found(url, blocks) == [("open", 1, 4546), ("today", 2, 4546)]
    cost = "SELECT sum(cost_yuan) FROM yards.ledger WHERE option = 'open'"
    assert found(url, cost)[0][0] == pytest.approx(results.ledgers["open"].cost_yuan.sum())
    assert {"leaders", "change", "indicators", "options_scores"} <= set(written)
    assert read_postgis(url, "yards").fingerprint == today.fingerprint
    said = json.loads(found(url, "SELECT said FROM yards.spatialreno_results")[0][0])
    assert {k: said[k] for k in results.provenance} == json.loads(json.dumps(dict(results.provenance)))


def test_results_of_before_go_and_tables_of_others_stay(url):
    others = pd.DataFrame({"a": [1]})
    write_results({"one": others, "two": others}, url, "again", said={})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE again.theirs (a int)")
    mixed = pd.DataFrame({"名": ["甲", None], "some": [1, "b"], "list": [["x", "y"], []], "whole": [1.5, None]})
    write_results({"two": mixed}, url, "again", said={})
    there = found(url, "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'again' ORDER BY 1")
    assert [t for (t,) in there] == ["spatialreno_results", "theirs", "two"]
    assert found(url, "SELECT * FROM again.two") == [("甲", "1", "x；y", 1.5), (None, "b", "", None)]
    for name in ("walls", "theirs"):
        with pytest.raises(InputError, match=rf"has tables of these names \({name}\)"):
            write_results({name: others}, url, "again", said={})


def test_results_killed_or_broken_off_leave_the_old(url):
    write_results({"one": pd.DataFrame({"a": [1]})}, url, "half", said={})
    child = os.fork()
    if not child:
        rows = postgis_results._rows

        def slow(frame, kinds, code):
            if "b" in frame:
                os.kill(os.getpid(), signal.SIGKILL)
            return rows(frame, kinds, code)

        postgis_results._rows = slow
        write_results({"one": pd.DataFrame({"a": [2]}), "two": pd.DataFrame({"b": [2]})}, url, "half", said={})
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    time.sleep(0.2)
    with pytest.raises(InputError, match="Nothing was changed"):
        write_results({"one": pd.DataFrame({"a": [2]}), "two": pd.DataFrame({"b": ["x\0y"]})}, url, "half", said={})
    assert found(url, "SELECT a FROM half.one") == [(1,)]
    assert found(url, "SELECT to_regclass('half.two')") == [(None,)]


def test_commands_read_and_write_the_database(url, options, tmp_path):
    from typer.testing import CliRunner

    from spatialreno.cli.app import app

    home = write_area(options.today, tmp_path / "yards")
    write_scenario(options.scenarios[0], home / "scenarios" / "open.toml")
    for more, told in (([], "bureau"), (["--options"], "bureau.options_walls")):
        done = CliRunner().invoke(app, ["export-postgis", str(home), url, "bureau", *more])
        assert (done.exit_code, told in done.stdout.split()) == (0, True), done.output
    out = tmp_path / "again"
    done = CliRunner().invoke(app, ["import-postgis", url, "bureau", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert read_area(out).fingerprint == read_area(home).fingerprint


def test_tables_of_others_with_the_names_of_layers_are_refused_and_kept(url):
    area = read_area(EXAMPLE)
    with psycopg.connect(url, autocommit=True) as base:
        base.execute("CREATE SCHEMA others; CREATE TABLE others.buildings (id text, secret text)")
        base.execute("CREATE TABLE others.area (n int); INSERT INTO others.buildings VALUES ('1', 'ours')")
        with pytest.raises(
            InputError, match=r"others: has tables of others with the names of ours \(area, buildings\)"
        ):
            write_postgis(area, url, "others")
        assert base.execute("SELECT secret FROM others.buildings").fetchall() == [("ours",)]
        assert base.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'others'").fetchone() == (2,)


def test_what_was_written_here_is_replaced_and_a_table_made_meanwhile_is_not(url):
    area = make_area("small")
    write_postgis(area, url, "again")
    write_postgis(area, url, "again")
    with psycopg.connect(url, autocommit=True) as base:
        base.execute("DROP TABLE again.walls; CREATE TABLE again.walls (mine int)")
        with pytest.raises(InputError, match=r"names of ours \(walls\)"):
            write_postgis(area, url, "again")
        assert base.execute("SELECT count(*) FROM again.compounds").fetchone() == (1,)


def test_a_view_with_the_name_of_a_layer_is_not_replaced(url):
    with psycopg.connect(url, autocommit=True) as base:
        base.execute("CREATE SCHEMA viewed; CREATE VIEW viewed.walls AS SELECT 1 AS id")
    with pytest.raises(InputError, match=r"names of ours \(walls\)"):
        write_postgis(make_area("small"), url, "viewed")


def test_a_list_of_results_that_names_tables_of_others_takes_none_away(url):
    tables = {"scores": pd.DataFrame({"a": [1]})}
    write_results(tables, url, "listed", said={})
    with psycopg.connect(url, autocommit=True) as base:
        base.execute("CREATE TABLE listed.bureau (n int)")
        base.execute("""UPDATE listed.spatialreno_results SET said = '{"tables": ["scores", "bureau"]}'""")
        with pytest.raises(InputError, match=r"names of ours \(bureau\)"):
            write_results(tables, url, "listed", said={})
        assert base.execute("SELECT count(*) FROM listed.bureau").fetchone() == (0,)
