"""Kernels are kept on disk wherever something can be kept, and run all the same where nothing can."""

from __future__ import annotations

import importlib.util
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
