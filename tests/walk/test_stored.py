"""A saved fabric is the fabric: the same arrays, the same walks, and refused when it is of anything else."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from test_streets import boundary, quarter
from test_whatif import homes
from worlds import house, without

from spatialreno import Scenario, alter
from spatialreno.errors import InputError
from spatialreno.walk import load_fabric, nearest, save_fabric
from spatialreno.walk.state import saved_fabric as stored
from spatialreno.walk.state import standing as state


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no fabric of another test serve."""
    state._fabrics.clear()


def refuse_to_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(area: Any) -> None:
        raise AssertionError("built anew")

    monkeypatch.setattr(state, "build_fabric", build)


def assert_same(one: Any, two: Any, name: str = "fabric") -> None:
    assert type(one) is type(two), name
    if is_dataclass(one):
        for part in fields(one):
            if part.name != "memory":
                assert_same(getattr(one, part.name), getattr(two, part.name), f"{name}.{part.name}")
    elif isinstance(one, np.ndarray):
        assert one.dtype == two.dtype, name
        equal = shapely.equals_exact(one, two).all() if one.dtype == object else np.array_equal(one, two)
        assert equal and one.shape == two.shape, name
    elif isinstance(one, list | tuple):
        assert len(one) == len(two), name
        for part, other in zip(one, two, strict=True):
            assert_same(part, other, name)
    else:
        assert one == two, name


def test_every_array_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    area = homes()
    built = state.fabric_of(area)
    path = save_fabric(area, tmp_path / "deep" / "fabric.npz")
    state._fabrics.clear()
    refuse_to_build(monkeypatch)
    assert load_fabric(area, path)
    assert state.fabric_of(area) is not built
    assert_same(built, state.fabric_of(area))


def test_walks_are_the_same_in_every_state_that_opens_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = homes()
    states = [area, without(area, walls=boundary(area)), without(area, structures=["S1"])]
    before = [nearest(one) for one in states]
    path = save_fabric(states[1], tmp_path / "fabric.npz")
    state._fabrics.clear()
    refuse_to_build(monkeypatch)
    assert load_fabric(area, path)
    for one, expected in zip(states, before, strict=True):
        pd.testing.assert_frame_equal(nearest(one), expected)


def test_saved_twice_is_the_same_file(tmp_path: Path) -> None:
    area = homes()
    one, two = (save_fabric(area, tmp_path / name).read_bytes() for name in ("a.npz", "b.npz"))
    assert one == two


def test_a_fabric_of_anything_else_is_not_used(tmp_path: Path) -> None:
    area = homes()
    path = save_fabric(area, tmp_path / "fabric.npz")
    wider = Scenario("w", interventions=[alter("gates", ids=["G1"], set={"width_m": 2.0})]).apply(area)
    assert not load_fabric(wider, path)
    rows = [house("B1", 20.01, 30, 60, 42)]
    assert not load_fabric(quarter("residents", "residents", buildings=rows), path)
    assert load_fabric(area, path)


def test_a_fabric_of_another_version_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    area = homes()
    path = save_fabric(area, tmp_path / "fabric.npz")
    monkeypatch.setattr(stored, "__file__", str(tmp_path / "walk" / "state" / "saved_fabric.py"))
    assert not load_fabric(area, path)


def test_a_broken_or_forged_file_is_refused(tmp_path: Path) -> None:
    area = homes()
    path = save_fabric(area, tmp_path / "fabric.npz")
    with np.load(path) as store:
        arrays = dict(store)
    for name, row in (
        ("fabric.hops.first", 1 << 30),
        ("fabric.cells.0.useful", -5),
        ("fabric.sectors.pointer", 1 << 20),
    ):
        forged = arrays[name].astype(np.int64)
        forged[-1] = row
        np.savez(tmp_path / "forged.npz", **(arrays | {name: forged}))
        with pytest.raises(InputError, match=r"forged.npz: no whole fabric"):
            load_fabric(area, tmp_path / "forged.npz")
    (tmp_path / "half.npz").write_bytes(path.read_bytes()[:5000])
    for name in ("half.npz", "none.npz"):
        with pytest.raises(InputError, match=f"{name}: no whole fabric"):
            load_fabric(area, tmp_path / name)
