"""Compiling kernels once, and keeping them wherever something can be kept."""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import event

_LOG = logging.getLogger("spatialreno.walk")


class EndlessError(ArithmeticError):
    """A loop of a kernel went on past its bound; holds the place in whole millimetres, or the number, it was at."""


class _FirstRun(event.Listener):
    """Says once in a process that machine code is being made, which takes a while and is then kept."""

    def __init__(self) -> None:
        self.told = False

    def on_start(self, event: object) -> None:
        """Tell it; numba calls this when it compiles, not when it finds what was kept."""
        if not self.told:
            self.told = True
            _LOG.info("first run: machine code for walking is made, up to half a minute; it is kept for the next")

    def on_end(self, event: object) -> None:
        """Say nothing more."""


FIRST_RUN = _FirstRun()
_events: Any = event
_events.register("numba:compile", FIRST_RUN)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function of loops on its first call and keep the machine code on disk.

    Numba keeps it beside the source, else in the user's cache folder. Where both are read only (a container, a service
    without a home) a private folder for temporary files takes it; where not even that can be written nothing is kept,
    and the function is compiled in each process.

    Parameters
    ----------
    function
        What to compile. Whole numbers are never divided by zero in it, which is not checked.

    Returns
    -------
    Callable
        The compiled function.
    """
    try:
        return _kept(function)
    except RuntimeError:
        folder = _private_folder()
    if folder is None:
        return numba.njit(nogil=True, error_model="numpy")(function)
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        return _kept(function)
    finally:
        config.CACHE_DIR = before


def _kept(function: Callable[..., Any]) -> Any:
    """Compile and keep; RuntimeError where there is no place."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def _private_folder() -> Path | None:
    """Make a folder for temporary files that nobody else can write to, since machine code is run as it is found."""
    try:
        owner = os.getuid() if hasattr(os, "getuid") else "user"
        folder = Path(tempfile.gettempdir()) / f"spatialreno-kernels-{owner}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    closed = os.name == "nt" or not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return folder if stat.S_ISDIR(found.st_mode) and mine and closed else None
