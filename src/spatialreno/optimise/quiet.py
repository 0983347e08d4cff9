"""A solver made without a word: HiGHS greets from C, on the very stream a result is written to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

_STDOUT = 1
_lock = Lock()
_greeted = False


def make_quietly(make: Callable[[], Any]) -> Any:
    """Make a solver while nothing it writes to file 1 gets out.

    HiGHS from 1.16 prints its banner in the constructor, once per process, before an option could silence it;
    what a command or a script has written until then keeps its place.
    """
    global _greeted
    with _lock:
        if _greeted:
            return make()
        with _nothing_out():
            made = make()
        _greeted = True
        return made


@contextmanager
def _nothing_out() -> Iterator[None]:
    """Send file 1 nowhere for as long as this lasts; where it is closed there is nothing to send."""
    with suppress(OSError, ValueError, AttributeError):  # no stdout (pythonw), or one that is closed
        sys.stdout.flush()
    try:
        kept = os.dup(_STDOUT)
    except OSError:
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, _STDOUT)
        finally:
            os.close(nowhere)
        yield
    finally:
        os.dup2(kept, _STDOUT)
        os.close(kept)
