"""Kernels are kept on disk wherever something can be kept, and run all the same where nothing can."""

from __future__ import annotations

import ast
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from spatialreno.walk.millimetres import compiled


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A kernel in a folder that holds no cache, for a user whose home is none."""
    source = tmp_path / "kernel.py"
    source.write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    nowhere = tmp_path / "nowhere"
    for blocked in (tmp_path / "__pycache__", nowhere):
        blocked.write_text("a file, not a folder", encoding="utf-8")
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(nowhere))
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    spec = importlib.util.spec_from_file_location("kernel", source)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "kernel", module)  # what is kept is found again by the name of its module
    spec.loader.exec_module(module)
    return lambda: compiled.compiled(module.twice)


def test_a_private_folder_serves_where_the_package_and_the_home_are_read_only(
    kernel: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert kernel()(21) == 42
    again = kernel()
    assert again(21) == 42
    assert sum(again.stats.cache_hits.values()) == 1
    (folder,) = tmp_path.glob("spatialreno-kernels-*")
    assert list(folder.rglob("*.nbi"))


def test_where_nothing_can_be_written_kernels_are_compiled_and_not_kept(
    kernel: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert kernel()(21) == 42


def test_a_folder_that_others_can_write_to_is_not_trusted(
    kernel: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = compiled._private_folder()
    assert folder is not None
    folder.chmod(0o777)
    assert compiled._private_folder() is None
    assert kernel()(21) == 42
    assert not list(folder.rglob("*.nbi"))


WALK = Path(compiled.__file__).parent.parent


def test_all_kernels_are_compiled_in_one_way() -> None:
    """A bare ``njit`` cannot be imported where neither the package nor the home can be written to."""
    for path in WALK.parent.rglob("*.py"):
        if path.name != "compiled.py":
            assert "njit" not in path.read_text(encoding="utf-8"), path


def test_no_loop_of_a_kernel_is_without_a_bound() -> None:
    """Compiled code cannot be interrupted: what counts nothing must raise once its bound has been passed."""
    kernels = 0
    for path in sorted(WALK.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or "compiled" not in map(ast.unparse, node.decorator_list):
                continue
            kernels += 1
            loops = [part for part in ast.walk(node) if isinstance(part, ast.While)]
            raises = [part for loop in loops for part in ast.walk(loop) if isinstance(part, ast.Raise)]
            assert len(raises) >= len(loops), f"{path.name}: {node.name}"
            assert all("EndlessError" in ast.unparse(part) for part in raises), f"{path.name}: {node.name}"
    assert kernels > 60


def test_the_first_run_says_once_that_it_compiles(
    kernel: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(compiled.FIRST_RUN, "told", False)
    with caplog.at_level("INFO", logger="spatialreno"):
        kernel()(21)
        kernel()(2.5)
        assert [record.getMessage()[:10] for record in caplog.records] == ["first run:"]
        monkeypatch.setattr(compiled.FIRST_RUN, "told", False)
        caplog.clear()
        kernel()(21)  # as it was kept
        assert not caplog.records
