"""The manifest of a folder that was written whole: what was written there, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath

from spatialreno.files.child_process import refused

MANIFEST = "manifest.json"
_MOST = 10_000_000  # bytes; a manifest is one line for each file
_LONGEST = 255  # bytes of one name


def manifest_text(folder: Path) -> str:
    """Write the SHA-256 of every file in a folder, by its path."""
    files = sorted(f for f in folder.rglob("*") if f.is_file())
    hashes = {f.relative_to(folder).as_posix(): sha256(f) for f in files}
    return json.dumps(hashes, indent=1, ensure_ascii=False) + "\n"


def sha256(file: Path) -> str:
    """Hash one file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read_manifest(file: Path) -> dict[str, str]:
    """Read a manifest; empty when there is none.

    Parameters
    ----------
    file
        ``manifest.json`` of a folder that was written whole.

    Returns
    -------
    dict of str to str
        SHA-256 in hex digits by path of the file, from the manifest's folder.

    Raises
    ------
    InputError
        It is no manifest, or names files outside its folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from spatialreno.files import put_whole
    >>> from spatialreno.files import MANIFEST
    >>> with tempfile.TemporaryDirectory() as home:
    ...     done = put_whole(Path(home), lambda new: (new / "walls.csv").write_text("id") and None, manifest=MANIFEST)
    ...     {name: digest[:8] for name, digest in read_manifest(Path(home) / MANIFEST).items()}
    {'walls.csv': 'a5614527'}
    """
    if not file.is_file():
        return {}
    mend = "Take it away, or write the folder again"
    try:
        with file.open("rb") as opened:
            told = json.loads(opened.read(_MOST).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise refused(file, f"is no whole manifest ({error})", mend, rule="manifest") from error
    if not isinstance(told, dict) or not all(isinstance(v, str) for v in told.values()):
        raise refused(file, "is no manifest", mend, rule="manifest")
    if not all(_can_be(n) for n in told):
        raise refused(file, "holds names that no file can have", mend, rule="manifest")
    out = [n for n in told if not n or PurePosixPath(n).is_absolute() or ".." in Path(n).parts or "\\" in n]
    if out:
        raise refused(file, f"names files outside its folder ({', '.join(out[:3])})", mend, rule="manifest")
    return told


def _can_be(name: str) -> bool:
    """Tell whether a file can have this name: letters that can be written, parts that are not too long."""
    try:
        return name.isprintable() and all(len(part.encode()) <= _LONGEST for part in name.split("/"))
    except UnicodeEncodeError:
        return False


def changed_since(file: Path) -> dict[str, str]:
    """Compare a folder with its manifest.

    Parameters
    ----------
    file
        The manifest, in the folder that it tells of.

    Returns
    -------
    dict of str to str
        ``missing`` or ``changed`` by name of the file, sorted; empty when all is as it was written.

    Raises
    ------
    InputError
        It is no manifest, or names files outside its folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from spatialreno.files import put_whole
    >>> from spatialreno.files import MANIFEST
    >>> with tempfile.TemporaryDirectory() as home:
    ...     folder = Path(home)
    ...     done = put_whole(folder, lambda new: (new / "walls.csv").write_text("id") and None, manifest=MANIFEST)
    ...     characters = (folder / "walls.csv").write_text("id,height_m")
    ...     changed_since(folder / MANIFEST)
    {'walls.csv': 'changed'}
    """
    found = {}
    for name, was in sorted(read_manifest(file).items()):
        there = file.parent / name
        if not there.is_file() or not there.resolve().is_relative_to(file.parent.resolve()):
            found[name] = "missing"
        elif _hash(there) not in (was, None):
            found[name] = "changed"
    return found


def _hash(file: Path) -> str | None:
    try:
        return sha256(file)
    except OSError:  # its own reader will tell
        return None
