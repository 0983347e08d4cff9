"""Many items on any executor: the same answers, faults told one by one, nothing lost when a worker is killed."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from spatialreno.errors import InputError
from spatialreno.scale import open_workers, run_each

ITEMS = {f"n{k}": k for k in range(6)}


def inverse(number: int) -> float:
    if number == 2:
        raise InputError("2: is refused. Take another.")
    return 1 / number


def killed_once(path: str) -> int:
    """Leave a mark and die; whoever finds the mark lives."""
    mark = Path(path)
    if mark.name.startswith("die") and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return len(mark.name)


def killed_always(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_one_that_fails_is_told_and_the_rest_stands() -> None:
    told: list[str] = []
    found = run_each(inverse, ITEMS, progress=told.append)
    assert list(found) == list(ITEMS)
    assert found["n2"].fault == "2: is refused. Take another."
    assert "ZeroDivisionError" in found["n0"].fault
    assert found["n4"].answer == 0.25
    assert told[-1] == "n5: done (6 of 6)"


def test_any_executor_gives_the_same() -> None:
    with ThreadPoolExecutor(3) as threads:
        assert run_each(inverse, ITEMS, workers=threads) == run_each(inverse, ITEMS)


def test_nothing_runs_on_nobody() -> None:
    with pytest.raises(InputError, match="Give 1 or more"):
        open_workers(0)
    assert run_each(inverse, {}, workers=lambda: ThreadPoolExecutor(1)) == {}


def forked() -> ProcessPoolExecutor:
    """Workers that know this file; it is no module that a fresh process could import."""
    from multiprocessing import get_context

    return ProcessPoolExecutor(2, mp_context=get_context("fork"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills with signals")
def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    names = ["a", "bb", "die", "ccc", "dddd"]
    found = run_each(killed_once, {name: str(tmp_path / name) for name in names}, workers=forked)
    assert {name: done.answer for name, done in found.items()} == {name: len(name) for name in names}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills with signals")
def test_only_what_kills_its_worker_fails() -> None:
    found = run_each(killed_always, ITEMS, workers=forked)
    assert [name for name, done in found.items() if done.fault] == ["n3"]
    assert "more memory" in found["n3"].fault
    assert sum(done.answer or 0 for done in found.values()) == 12


@pytest.mark.long
def test_dask_gives_the_same() -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        workers = open_workers(scheduler=cluster.scheduler_address)
        found = run_each(inverse, ITEMS, workers=workers)
    assert found == run_each(inverse, ITEMS)


def test_a_scheduler_that_is_not_there_is_told() -> None:
    pytest.importorskip("distributed")
    workers = open_workers(scheduler="nonsense://x")
    with pytest.raises(InputError, match="nobody answers at nonsense://x"):
        run_each(inverse, ITEMS, workers=workers)
