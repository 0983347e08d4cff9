"""Write whole or not at all: files are made beside, then all put in their places, or all is as it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from spatialreno.errors import InputError


def put_whole(
    folder: Path, write: Callable[[Path], Iterable[str] | None], *, what: str | Path | None = None
) -> list[Path]:
    """Let ``write`` fill a new folder, then put all its files into ``folder``.

    Parameters
    ----------
    folder
        Where files go; made when it is not there, and taken away again when nothing could be written.
    write
        Given an empty folder; may return names of files in ``folder`` that are no longer true and go.
    what
        How errors name the place; the folder when None.

    Returns
    -------
    list of Path
        The files put in place, sorted.

    Raises
    ------
    InputError
        Something could not be written; then nothing has changed.
    """
    created = _first_missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as beside:
            new, old = Path(beside) / "new", Path(beside) / "old"
            new.mkdir()
            stale = write(new) or ()
            return _swapped(new, folder, old, stale)
    except (OSError, RuntimeError, ValueError) as error:  # pyogrio's own errors are RuntimeErrors
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{what or folder}: cannot be written ({reason}). Choose a place you may write to."
        ) from error
    finally:
        _take_empty_away(folder, created)


def put_text(path: Path, text: str) -> Path:
    """Write one text file, whole or not at all; errors as for ``put_whole``."""
    put_whole(path.parent, lambda new: _write(new / path.name, text), what=path)
    return path


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _first_missing(folder: Path) -> Path | None:
    """Name the topmost folder that would be made."""
    missing = [f for f in (folder, *folder.parents) if not f.exists()]
    return missing[-1] if missing else None


def _take_empty_away(folder: Path, created: Path | None) -> None:
    """Take away folders that were made for files that could not be written."""
    while created is not None and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        if folder == created:
            return
        folder = folder.parent


def _swapped(new: Path, folder: Path, old: Path, stale: Iterable[str]) -> list[Path]:
    """Put new files in and take stale ones out; when one fails, put back what was there."""
    names = sorted(str(file.relative_to(new)) for file in new.rglob("*") if file.is_file())
    before = [n for n in sorted({*names, *stale}) if (folder / n).exists() or (folder / n).is_symlink()]
    for name in before:
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, old / name, follow_symlinks=False)
    made = [f for n in names if (f := _first_missing((folder / n).parent)) is not None]
    try:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).replace(folder / name)
        for name in sorted(set(before) - set(names)):
            (folder / name).unlink()
    except BaseException:
        for name in set(names) - set(before):
            (folder / name).unlink(missing_ok=True)
        for name in before:
            (old / name).replace(folder / name)
        for parent in {(folder / n).parent for n in names}:
            _take_empty_away(parent, next((f for f in made if parent.is_relative_to(f)), None))
        raise
    return [folder / name for name in names]
