"""For what is kept on disk: a digest of the code that it must not outlive, and a folder that is its user's alone."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "scipy", "highspy", "pyarrow", "pvlib", "pabutools")
_ENDINGS = (".py", ".csv", ".toml", ".js", ".css")


@cache
def code_digest() -> str:
    """Sixteen hex digits that change with any file of this package and any library that its numbers rest on.

    Returns
    -------
    str
        The same as long as the process lives.

    Examples
    --------
    >>> len(code_digest())
    16
    """
    home = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(home.rglob("*")):
        if file.suffix in _ENDINGS and file.is_file():
            digest.update(file.relative_to(home).as_posix().encode())
            digest.update(file.read_bytes())
    for name in _LIBRARIES:
        digest.update(f"{name} {_version(name)}\n".encode())
    return digest.hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def user_cache() -> Path:
    """Name the folder in which things are kept between commands: in ``SPATIALRENO_CACHE``, else in the user's cache.

    Returns
    -------
    Path
        Whether it is there or not: ``unfit_folder`` makes it.

    Examples
    --------
    >>> user_cache().name
    'spatialreno'
    """
    named = os.environ.get("SPATIALRENO_CACHE") or os.environ.get("XDG_CACHE_HOME")
    if not named and sys.platform == "win32":
        named = os.environ.get("LOCALAPPDATA")
    return (Path(named) if named else Path.home() / ".cache") / "spatialreno"


def unfit_folder(folder: Path) -> str:
    """Say why nothing may be kept in a folder; make it, for its user alone, where there is none.

    Parameters
    ----------
    folder
        Such as ``user_cache()``.

    Returns
    -------
    str
        Why, with the mend: it cannot be made or written, or others may write to it; empty where it is fit.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     unfit_folder(Path(home) / "kept")
    ''
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.stat()
    except OSError as error:
        return f"{folder} cannot be made ({error.strerror}). Name another: SPATIALRENO_CACHE"
    if not os.access(folder, os.W_OK):
        return f"{folder} cannot be written. Name another: SPATIALRENO_CACHE"
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        return f"others may write to {folder}. Take that right away, or name another: SPATIALRENO_CACHE"
    return ""
