"""Run a function over many areas or tiles, here, in processes or on a cluster; who is killed loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from spatialreno.errors import InputError, RenoError

T = TypeVar("T")
#: Opens an executor and closes it again, as often as it is asked.
Workers = Callable[[], AbstractContextManager[Executor]]
_KILLED = "its worker was killed twice. Give it more memory, or fewer workers at once"
_LOST = "its worker was killed. Run it again: what was done is kept"


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of one item: an answer, or the reason why there is none.

    Attributes
    ----------
    name
        Of the item.
    answer
        What the function gave; None where it failed.
    fault
        What went wrong, with the mend; empty where nothing did.
    """

    name: str
    answer: T | None
    fault: str = ""


def run_each(
    function: Callable[[Any], T],
    items: Mapping[str, Any],
    *,
    workers: Workers | Executor | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Done[T]]:
    """Run a function on every item, each by itself; one that fails is told, and the rest stands.

    Parameters
    ----------
    function
        Of one item. For workers it is named in a module, and takes and gives what can be pickled: let it take a path,
        read there, and give a small table, so that personal tables stay where they were read.
    items
        By name.
    workers
        None: one after another, here. What ``open_workers`` gives: when a worker is killed, what had not come back is
        run again, at last each by itself, so that only what kills its worker fails. Or any executor of
        ``concurrent.futures``, such as ``dask.distributed.Client(...).get_executor()``; it is left open.
    progress
        Called with a sentence as each item comes back.

    Returns
    -------
    dict
        By name, in the order of the items whatever came back first.

    Examples
    --------
    >>> from spatialreno.scale import run_each
    >>> {name: done.answer for name, done in run_each(len, {"a": "xyz", "b": ""}).items()}
    {'a': 3, 'b': 0}
    """
    found: dict[str, Done[T]] = {}
    for done in _run(function, items, workers):
        found[done.name] = done
        if progress is not None:
            progress(f"{done.name}: {done.fault or 'done'} ({len(found)} of {len(items)})")
    return {name: found[name] for name in items}


def open_workers(count: int = 1, scheduler: str = "") -> Workers | None:
    """Say who does the work.

    Parameters
    ----------
    count
        Processes on this machine; 1 is none but this one.
    scheduler
        Address of a Dask scheduler, such as ``tcp://head:8786``; its workers do it then, and ``count`` is not asked.
        Needs ``pip install 'spatialreno[scale]'`` here and on the workers.

    Returns
    -------
    callable or None
        For ``run_each``.

    Raises
    ------
    InputError
        The count is below 1, Dask is not installed, or nobody answers at the address.

    Examples
    --------
    >>> from spatialreno.scale import open_workers
    >>> open_workers(1) is None
    True
    """
    if count < 1:
        raise InputError(f"workers: {count} cannot work. Give 1 or more.")
    if scheduler:
        return lambda: _cluster(scheduler)
    return None if count == 1 else lambda: ProcessPoolExecutor(count, mp_context=get_context("spawn"))


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        import distributed
    except ImportError as error:
        raise InputError("scheduler: Dask is not installed. pip install 'spatialreno[scale]'.") from error
    dask: Any = distributed
    try:
        client = dask.Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"scheduler: nobody answers at {address} ({error}). Start `dask scheduler` there.") from error
    with client:
        yield client.get_executor(pure=False)


def _run(function: Callable[[Any], T], items: Mapping[str, Any], workers: Any) -> Iterator[Done[T]]:
    if workers is None:
        yield from (_outcome(name, function, item) for name, item in items.items())
    elif isinstance(workers, Executor):
        left = dict(items)
        yield from _together(function, left, workers)
        yield from (Done(name, None, _LOST) for name in left)
    else:
        yield from _with_others(function, dict(items), workers)


def _with_others(function: Callable[[Any], T], left: dict[str, Any], workers: Workers) -> Iterator[Done[T]]:
    """Run all at once; when a worker is killed, the rest once more, and then each by itself."""
    for _ in range(2):
        if left:
            with workers() as executor:
                yield from _together(function, left, executor)
    for name in list(left):
        alone = {name: left[name]}
        with workers() as executor:
            yield from _together(function, alone, executor)
        if alone:
            yield Done(name, None, _KILLED)


def _together(function: Callable[[Any], T], left: dict[str, Any], executor: Executor) -> Iterator[Done[T]]:
    """Run what is left, and take out of it what came back; what a killed worker held stays in it."""
    try:
        asked: dict[Future[Done[T]], str] = {
            executor.submit(_outcome, name, function, item): name for name, item in left.items()
        }
    except BrokenExecutor:
        return
    for future in as_completed(asked):
        done = _came(asked[future], future)
        if done is not None:
            del left[done.name]
            yield done


def _came(name: str, future: Future[Done[T]]) -> Done[T] | None:
    try:
        return future.result()
    except BrokenExecutor:
        return None
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # Dask's own word, after it has tried three times
            return Done(name, None, _KILLED)
        return Done(name, None, f"{type(error).__name__}: {error}")


def _outcome(name: str, function: Callable[[Any], T], item: object) -> Done[T]:
    """Run one item where it is; an error becomes a sentence, which any process can read."""
    try:
        return Done(name, function(item))
    except RenoError as error:
        return Done(name, None, str(error))
    except Exception as error:
        return Done(name, None, f"{type(error).__name__}: {error}. This is a fault of spatialreno; report it.")
