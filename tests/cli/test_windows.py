"""What an office with Chinese Windows meets, as far as can be met here: code page 936, no fork or link, a held file."""

from __future__ import annotations

import ast
import errno
import fcntl
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.cli import output
from spatialreno.files import put_whole

SRC = ROOT / "src" / "spatialreno"
#: Calls that Windows lacks, and the files that have a way round them.
POSIX = {
    "fork": {"files/child_process.py"}, "kill": {"files/child_process.py"}, "sysconf": {"files/child_process.py"},
    "resource": {"files/child_process.py"}, "SIGKILL": {"files/child_process.py"}, "fcntl": {"files/write_whole.py"},
    "getuid": {"walk/millimetres/compiled.py", "files/code_digest.py"}, "symlink_to": {"formats/readers/gdal.py"},
    "geteuid": set(), "chmod": set(), "chown": set(), "umask": set(), "pwd": set(), "grp": set(), "termios": set(),
    "killpg": set(), "SIGALRM": set(), "alarm": set(), "uname": set(), "mkfifo": set(), "getpgid": set(),
}  # fmt: skip


@pytest.mark.long
def test_nothing_that_windows_lacks_is_called_without_a_way_round() -> None:
    for path in SRC.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        called |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
        here = path.relative_to(SRC).as_posix()
        assert not {name for name in called & set(POSIX) if here not in POSIX[name]}, here


def test_every_text_file_is_opened_with_its_encoding() -> None:
    """Without one, Windows reads and writes GBK."""
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("read_text", "write_text"):
                said = node.args if node.func.attr == "read_text" else node.args[1:]
                told = bool(said) or "encoding" in {k.arg for k in node.keywords}
                assert told or "/proc/" in ast.unparse(node), f"{path}: {ast.unparse(node)}"


@pytest.fixture
def without_posix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away what Windows has not: fork, owners, locks, links without a right, fsync of what is only read."""

    def no_right(*_: Any, **__: Any) -> None:
        raise OSError(1314, "A required privilege is not held by the client")

    def sync(handle: int, sync: Any = os.fsync) -> None:
        if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        sync(handle)

    for name in ("fork", "getuid", "sysconf"):
        monkeypatch.delattr(os, name)
    monkeypatch.setattr(Path, "symlink_to", no_right)
    monkeypatch.setattr(os, "fsync", sync)
    for name in ("fcntl", "resource"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("form", ["gpkg", "shp"])
def test_an_area_is_written_and_read_without_fork_links_or_locks(
    without_posix: None, tmp_path: Path, form: str
) -> None:
    area, folder = two_yards(), tmp_path / "西关 四院（一期）"
    if form == "gpkg":
        again = sr.read_area(sr.write_area(area, folder / "四院 现状.gpkg"))
        assert again.walls.index.tolist() == area.walls.index.tolist()
    else:
        written = sr.export_area(area, folder, "shp", encoding="GBK")
        assert sr.read_area(written).compounds["name"].tolist() == area.compounds["name"].tolist()


def test_a_file_held_open_is_named_and_everything_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Excel holds b.csv: Windows refuses to replace it, also when it should be put back."""
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text("old", encoding="utf-8")
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if Path(target) == tmp_path / "b.csv":
            raise PermissionError(errno.EACCES, "Access is denied", str(self))
        return replace(self, target)

    def write(new: Path) -> None:
        for name in "abcd":
            (new / f"{name}.csv").write_text("new", encoding="utf-8")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(sr.InputError, match=r"b\.csv: Access is denied; is it open in Excel or QGIS"):
        put_whole(tmp_path, write)
    assert {f.name: f.read_text("utf-8") for f in tmp_path.iterdir()} == dict.fromkeys(
        ("a.csv", "b.csv", "c.csv"), "old"
    )


def test_code_page_936_writes_what_it_lacks_in_plain_form(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="gbk")
    monkeypatch.setattr(sys, "stdout", stream)
    output.speak_chinese()
    name = "西关".encode().decode("ascii", "surrogateescape")  # how a C locale hands a file name over
    stream.write(f"围墙 12 m² ñ 㐀 {name}")
    stream.flush()
    assert stream.buffer.getvalue().decode("gbk") == "围墙 12 m2 \\xf1 \\u3400 西关"  # type: ignore[attr-defined]


def test_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    folder = sr.write_area(two_yards(), tmp_path / "院")
    area = sr.read_area(folder)
    scenario = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    sr.write_scenario(scenario, folder / "clear.toml")
    for file in [f for f in folder.rglob("*") if f.suffix in (".toml", ".geojson", ".csv")]:
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    (folder / "manifest.json").unlink(missing_ok=True)
    assert sr.read_area(folder).fingerprint == area.fingerprint
    assert sr.read_scenario(folder / "clear.toml").fingerprint == scenario.fingerprint


@pytest.mark.long
@pytest.mark.parametrize("words", [("check",), ("show", "--layer", "structures"), ("ledger",)])
def test_commands_in_a_console_of_code_page_936(words: tuple[str, ...], tmp_path: Path) -> None:
    folder = sr.write_area(two_yards(), tmp_path / "西关 四院")
    act = sr.demolish("structures", where={"legality": "illegal"}, reason="12 m² 㐀")
    sr.write_scenario(sr.Scenario("clear", "拆违", [act]), folder / "clear.toml")
    more = [str(folder / "clear.toml")] if words[0] == "ledger" else []
    codes = {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    asked = [sys.executable, "-m", "spatialreno", words[0], str(folder), *more, *words[1:], "--json"]
    ran = subprocess.run(asked, env={**os.environ, **codes}, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode("gbk")
    assert words[0] == "check" or "西关 四院" in ran.stderr.decode("gbk")
    assert isinstance(json.loads(ran.stdout.decode("ascii")), list)
