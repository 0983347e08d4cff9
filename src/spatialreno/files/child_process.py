"""Read what others made in a child process with limits: a hostile file ends its reader, nothing else."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import select
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from spatialreno.catalog import read_catalog
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
_MB = 1_000_000
_IDLE = 0.2  # share of its time; a child that worked less was not slow but stuck


def refused(path: Path, message: str, mend: str, ids: Iterable[object] = (), *, rule: str = "file") -> InputError:
    """Tell what is wrong with one file; its layer is filled in by whoever knows it.

    Parameters
    ----------
    path
        The file; its name is told, not its folder.
    message
        What is wrong, as a part of a sentence that begins with the file's name.
    mend
        What mends it, a sentence without its full stop.
    ids
        Rows that it is wrong in.
    rule
        Short name of the rule, for tables of findings.

    Returns
    -------
    InputError
        To be raised: with one fault of severity error.

    Examples
    --------
    >>> from pathlib import Path
    >>> print(refused(Path("data/walls.csv"), "is empty", "Export it again"))
    walls.csv: is empty. Export it again
    """
    return InputError.of([Fault(path.name, tuple(map(str, ids)), rule, message, mend, file=path.name)])


def guarded(work: Callable[[], T], path: Path, *, seconds: float | None = None) -> T:
    """Do ``work`` in a forked child that may not take more time or memory than the catalog allows.

    Parameters
    ----------
    work
        Reads ``path``; what it returns must pickle.
    path
        How errors name the file.
    seconds
        Longest time; default is ``file_seconds`` of the catalog.

    Returns
    -------
    object
        What ``work`` returned, pickled over; where there is no fork (Windows) it is worked out here, without limits.

    Raises
    ------
    InputError
        The one that ``work`` raised, or one that says that the file took too long, too much, or broke its reader.

    Examples
    --------
    >>> from pathlib import Path
    >>> guarded(lambda: 6 * 7, Path("walls.dxf"))
    42
    >>> guarded(lambda: 1 / 0, Path("walls.dxf"))
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: walls.dxf: cannot be read (division by zero). Export it again
    """
    constants = read_catalog().constants
    seconds = seconds or constants["file_seconds"]
    if not works_apart():
        here: T = _told(_outcome(work), path)
        return here
    memory_mb = constants["file_memory_mb"]
    outcome, idle = _apart(work, seconds, memory_mb)
    if outcome is None and idle:  # it did not work, it hung: a lock of a library was held when it was forked
        outcome, _ = _apart(work, seconds, memory_mb)
    if outcome is None:
        raise refused(path, f"takes longer than {seconds:g} s to read", _SMALLER, rule="limit")
    done: T = _told(outcome, path)
    return done


def _apart(work: Callable[[], Any], seconds: float, memory_mb: float) -> tuple[tuple[str, Any] | None, bool]:
    """Work in a child; give what came of it, or nothing when its time was over, and whether it was idle meanwhile."""
    with tempfile.TemporaryFile() as answer:
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            os.close(reading)
            _work_in_child(work, answer, seconds, int(memory_mb * _MB))
        os.close(writing)
        status, worked = _ended(child, reading, seconds)
        if status is None:
            return None, worked < _IDLE * seconds
        answer.seek(0)
        return _answer(answer, status, memory_mb), False


def works_apart() -> bool:
    """Tell whether files are read in a child of their own; Windows has no fork: no limits there.

    Returns
    -------
    bool
        False, too, where ``SPATIALRENO_NO_CHILD`` is set, for debuggers.

    Examples
    --------
    >>> import os
    >>> works_apart() == hasattr(os, "fork")
    True
    """
    return hasattr(os, "fork") and not os.environ.get("SPATIALRENO_NO_CHILD")


def once_imported(*names: str) -> None:
    """Import what readers need before they are forked, so that not every child does; what is missing they tell.

    Parameters
    ----------
    *names
        Modules.

    Examples
    --------
    >>> once_imported("csv", "no_such_module")
    """
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


_SMALLER = "Give a smaller or simpler file: only the quarter that is planned"


def _work_in_child(work: Callable[[], Any], answer: IO[bytes], seconds: float, memory: int) -> None:
    """Set limits, work, leave: never return into the parent's code."""
    code = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)  # libraries complain on their own; the answer says it better
        _limit(seconds, memory)
        gc.freeze()  # what the parent holds is not looked through again, nor copied for that
        pickle.dump(_outcome(work), answer, protocol=5)
        answer.flush()
        code = 0
    except MemoryError:
        code = 3
    finally:
        os._exit(code)


def _limit(seconds: float, memory: int) -> None:
    import resource

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    used = _address_space()
    most = int(seconds) + 1
    for what, limit in (
        (resource.RLIMIT_CPU, most),
        (resource.RLIMIT_AS, used + memory),
        (resource.RLIMIT_FSIZE, memory),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):  # no /proc: what libraries map is below this
        return 4 << 30
    return pages * os.sysconf("SC_PAGE_SIZE")


def _outcome(work: Callable[[], T]) -> tuple[str, Any]:
    try:
        return "done", work()
    except InputError as error:
        return "refused", (str(error), error.faults)
    except MemoryError:
        return "memory", None
    except Exception as error:  # whatever a library makes of a broken file
        return "failed", f"{error}".strip() or type(error).__name__


def _ended(child: int, reading: int, seconds: float) -> tuple[int | None, float]:
    """Wait for the child to leave, or end it when its time is over; tell how it left, and its seconds of work."""
    try:
        ready, _, _ = select.select([reading], [], [], seconds)
        if not ready:
            os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
        return status if ready else None, used.ru_utime + used.ru_stime
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    finally:
        os.close(reading)


def _answer(answer: IO[bytes], status: int, memory_mb: float) -> tuple[str, Any]:
    signalled = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if signalled == signal.SIGXCPU:
        return "slow", None
    if signalled == signal.SIGXFSZ or (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 3):
        return "memory", None
    if status:
        return "broken", memory_mb
    outcome: tuple[str, Any] = pickle.load(answer)  # our own child wrote it
    return outcome


def _told(outcome: tuple[str, Any], path: Path) -> Any:
    how, what = outcome
    if how == "done":
        return what
    if how == "refused":
        raise InputError(*what)
    if how == "failed":
        raise refused(path, f"cannot be read ({what})", "Export it again")
    if how == "broken":
        raise refused(path, "broke the reader, or needs more memory than it may have", "Export it again", rule="limit")
    more = "takes too long to read" if how == "slow" else "needs more memory than a file may have"
    raise refused(path, more, _SMALLER, rule="limit")
