"""Whole or not at all: killed at any step, on a full disk, without rights, two at once."""

import hashlib
import json
import os
import shutil
import signal
import threading
from pathlib import Path

import pytest
import shapely
from conftest import make_area

from spatialreno import check_area, read_area, write_area
from spatialreno.errors import InputError
from spatialreno.files import write_whole as whole
from spatialreno.files.write_whole import put_whole

B1 = {"id": "B1", "residents": 90, "geometry": shapely.box(10, 10, 30, 20)}
C1 = {"id": "C1", "name": "一院", "geometry": shapely.box(0, 0, 100, 100)}
WALLS = [{"id": f"W{n}", "geometry": shapely.LineString([(0, n), (100, n)])} for n in range(1, 4)]


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return settled(tmp_path_factory, make_area("yard", compounds=[C1], buildings=[B1], walls=WALLS))


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    area = make_area("yard", compounds=[C1 | {"name": "新院"}], buildings=[B1 | {"residents": 40}])
    return settled(tmp_path_factory, area)


def settled(paths, area):
    """Write and read once, so that coordinates are those that GeoJSON keeps."""
    for _ in range(2):
        area = read_area(write_area(area, paths.mktemp("settled") / "yard"))
    return area


STEPS = [(Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (shutil, "copy2"), (shutil, "rmtree"), (os, "fsync")]


def killed_at(step, work):
    """Do ``work`` in a child that is killed before its ``step``-th act on files; tell whether it was."""
    child = os.fork()
    if not child:
        count = 0

        def counted(act):
            def call(*args, **options):
                nonlocal count
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1
                return act(*args, **options)

            return call

        for owner, name in STEPS:
            setattr(owner, name, counted(getattr(owner, name)))
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("suffix", ["", ".gpkg"])
@pytest.mark.long
def test_killed_at_every_step_leaves_the_old_or_the_new(before, after, tmp_path, suffix):
    told, step = [], 0
    while True:
        home = tmp_path / str(step)
        home.mkdir()
        path = write_area(before, home / f"yard{suffix}")
        if not killed_at(step, lambda p=path: write_area(after, p)):
            break
        area = read_area(path)
        assert area.fingerprint in (before.fingerprint, after.fingerprint)
        told.append(area.fingerprint == after.fingerprint)
        if not suffix:
            write_area(after, path)
            assert read_area(path).fingerprint == after.fingerprint
            assert not list(path.glob(".writing-*"))
        step += 1
    assert told == sorted(told)  # old until all is laid down, new from then on
    assert {False, True} == set(told)


@pytest.mark.long
def test_a_full_disk_leaves_the_old(before, after, tmp_path, monkeypatch):
    path = write_area(before, tmp_path / "yard")
    there = {f.name: f.read_bytes() for f in path.iterdir()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    for owner, name in ((os, "fsync"), (Path, "write_text"), (Path, "replace"), (shutil, "copy2")):
        with monkeypatch.context() as broken:
            broken.setattr(owner, name, full)
            with pytest.raises(InputError, match="No space left on device"):
                write_area(after, path)
        assert {f.name: f.read_bytes() for f in path.iterdir()} == there


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(before, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        write_area(before, tmp_path / "yard")


def test_a_name_that_no_system_holds_is_told(before, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_area(before, tmp_path / ("长" * 300))
    assert not list(tmp_path.iterdir())


def test_a_read_only_file_system_is_told(before, tmp_path, monkeypatch):
    path = write_area(before, tmp_path / "yard")

    def locked(*_, **__):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(whole.tempfile, "TemporaryDirectory", locked)
        with pytest.raises(InputError, match="Read-only file system"):
            write_area(before, path)
    assert read_area(path).fingerprint == before.fingerprint


def test_two_writers_never_mix(before, after, tmp_path):
    path = write_area(before, tmp_path / "yard")
    errors = []

    def run(area):
        try:
            for _ in range(4):
                write_area(area, path)
        except InputError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(a,)) for a in (before, after)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert read_area(path).fingerprint in (before.fingerprint, after.fingerprint)
    assert not list(path.glob(".writing-*"))


def test_who_waits_too_long_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(whole, "_WAIT_S", 0.1)

    def again(new):
        put_whole(tmp_path / "out", lambda _: None)

    with pytest.raises(InputError, match="another run has been writing there"):
        put_whole(tmp_path / "out", again)


def test_a_manifest_names_every_file_with_its_hash(tmp_path):
    put_whole(tmp_path, lambda new: (new / "a.csv").write_text("1") and None, manifest="manifest.json")
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert told == {"a.csv": hashlib.sha256(b"1").hexdigest()}


@pytest.mark.parametrize(
    "plan",
    [
        {"names": [], "stale": ["../precious.txt"]},
        {"names": ["../precious.txt"], "stale": []},
        {"names": ["link/precious.txt"], "stale": []},
        {"names": [], "stale": ["link/precious.txt"]},
        {"names": [], "stale": ["{outside}/precious.txt"]},
        {"names": 5},
        [],
        "[" * 50_000,
    ],
)
def test_a_list_of_things_to_do_that_came_with_the_folder_reaches_nothing_outside(before, tmp_path, plan):
    path = write_area(before, tmp_path / "yard")
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    beside = path / ".writing-x"
    (beside / "new").mkdir(parents=True)
    (beside / "precious.txt").write_text("theirs")
    (path / "link").symlink_to(tmp_path)
    (beside / "new" / "link").symlink_to(tmp_path)
    text = plan if isinstance(plan, str) else json.dumps(plan).replace("{outside}", str(tmp_path))
    (beside / "to-do.json").write_text(text, encoding="utf-8")
    for work in (read_area, lambda folder: write_area(before, folder)):
        with pytest.raises(InputError, match="No run of this program wrote that"):
            work(path)
    assert "error" in set(check_area(path).severity)
    assert precious.read_text() == "mine"
