"""A digest of the code and its libraries, for whatever is kept on disk and must not outlive them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "scipy", "highspy", "pyarrow", "pvlib", "pabutools")
_ENDINGS = (".py", ".csv", ".toml", ".js", ".css")


@cache
def code_digest() -> str:
    """Sixteen hex digits that change with any file of this package and any library that its numbers rest on.

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
