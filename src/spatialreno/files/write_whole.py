"""Write whole or not at all: files are made beside, then all put in their places, or all is as it was."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from spatialreno.errors import InputError
from spatialreno.files.manifest import manifest_text

_BESIDE = ".writing-"
_LIST = "to-do.json"
_WAIT_S = 20.0
_NOT_OURS = "No run of this program wrote that: look where the folder comes from, and take the .writing- folder away."


def put_whole(
    folder: Path,
    write: Callable[[Path], Iterable[str] | None],
    *,
    what: str | Path | None = None,
    manifest: str = "",
) -> list[Path]:
    """Let ``write`` fill a new folder, then put all its files into ``folder``.

    A list of what is to be done is laid down before the first file moves. Whoever is killed after that is
    finished by the next who reads or writes there (``recover``); whoever is killed before has changed nothing.

    Parameters
    ----------
    folder
        Where files go; made when it is not there, and taken away again when nothing could be written.
    write
        Given an empty folder; may return names of files in ``folder`` that are no longer true and go.
    what
        How errors name the place; the folder when None.
    manifest
        Name of a file to write too, with the SHA-256 of each of the others.

    Returns
    -------
    list of Path
        The files put in place, sorted.

    Raises
    ------
    InputError
        Something could not be written, or somebody else is writing there; then nothing has changed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> def write(new):
    ...     (new / "walls.csv").write_text("id")
    ...     return ["old.csv"]  # goes, where it is there
    >>> with tempfile.TemporaryDirectory() as home:
    ...     [file.name for file in put_whole(Path(home) / "area", write, manifest="manifest.json")]
    ['manifest.json', 'walls.csv']
    """
    created: Path | None = None
    try:
        created = _first_missing(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            _finish(folder)
            with tempfile.TemporaryDirectory(dir=folder, prefix=_BESIDE) as beside:
                new, old = Path(beside) / "new", Path(beside) / "old"
                new.mkdir()
                stale = list(write(new) or ())
                if manifest:
                    _write(new / manifest, manifest_text(new))
                return _swapped(new, folder, old, stale)
    except (OSError, RuntimeError, ValueError) as error:  # pyogrio's own errors are RuntimeErrors
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{what or folder}: cannot be written ({reason}). Choose a place you may write to.") from error
    finally:
        _take_empty_away(folder, created)


def recover(folder: Path) -> None:
    """Finish what a killed writer had begun to put in place; waits for one who is alive.

    Parameters
    ----------
    folder
        Where somebody wrote with ``put_whole``; one that is not there is left alone.

    Raises
    ------
    InputError
        A write was broken off here and cannot be finished, because the folder may not be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as home:
    ...     recover(Path(home))  # nobody was killed here
    """
    if not _is_folder(folder) or not any(folder.glob(f"{_BESIDE}*/{_LIST}")):
        return
    try:
        with _alone(folder):
            _finish(folder)
    except OSError as error:
        raise InputError(
            f"{folder}: a write was broken off here and cannot be finished ({error.strerror}). "
            "Let the folder be written, or copy it to where it can be."
        ) from error


def _finish(folder: Path) -> None:
    """Put the rest of a broken-off write in place; scraps of one that had not begun to go are taken away."""
    for beside in sorted(folder.glob(f"{_BESIDE}*")):
        listed = beside / _LIST
        if listed.is_file():
            names, stale = _to_do(folder, listed)
            for name in names:
                if (beside / "new" / name).is_file():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (beside / "new" / name).replace(folder / name)
            for name in stale:
                (folder / name).unlink(missing_ok=True)
                _take_empty_away((folder / name).parent, _inner(folder, name))
        shutil.rmtree(beside)


def _to_do(folder: Path, listed: Path) -> tuple[list[str], list[str]]:
    """Read what a broken-off write had still to do; a list that another made may not reach out of the folder."""
    try:
        plan = json.loads(listed.read_text(encoding="utf-8"))
        names, stale = [str(n) for n in plan["names"]], [str(n) for n in plan["stale"]]
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise InputError(f"{listed}: is no list of files ({error}). {_NOT_OURS}") from error
    home = folder.resolve()
    out = [n for n in (*names, *stale) if not _within(home, n) or not _within(listed.parent.resolve() / "new", n)]
    if out or listed.parent.is_symlink():
        raise InputError(f"{listed}: names files outside its folder ({', '.join(out[:3])}). {_NOT_OURS}")
    return names, stale


def _within(home: Path, name: str) -> bool:
    """Tell whether a file, and every folder and link on the way to it, lies in ``home``."""
    try:
        return ".." not in Path(name).parts and (home / name).parent.resolve().is_relative_to(home)
    except (OSError, ValueError, RuntimeError):  # loops of links, names that are none
        return False


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder against other writers of ours; the system lets go of it when its holder dies."""
    try:
        import fcntl
    except ImportError:  # Windows: its files cannot be replaced while somebody holds them
        yield
        return
    door = os.open(folder, os.O_RDONLY)
    try:
        end = time.monotonic() + _WAIT_S
        while True:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise OSError(errno.EBUSY, f"another run has been writing there for {_WAIT_S:g} s") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(door)


def _lay_down(beside: Path, names: list[str], stale: list[str]) -> None:
    """Write the list of what is to be done, after all new files are safely on the disk."""
    for file in (beside / "new").rglob("*"):
        if file.is_file():
            with file.open("r+b") as done:  # Windows puts on the disk only what is open for writing
                os.fsync(done.fileno())
    draft = beside / f"{_LIST}.draft"
    with draft.open("w", encoding="utf-8") as listed:
        json.dump({"names": names, "stale": stale}, listed)
        listed.flush()
        os.fsync(listed.fileno())
    draft.replace(beside / _LIST)


def put_text(path: Path, text: str) -> Path:
    """Write one text file, whole or not at all.

    Parameters
    ----------
    path
        File to write; its folder is made where it is missing.
    text
        Written as UTF-8, lines ended as they are.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        It cannot be written, or somebody else is writing there; then nothing has changed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as home:
    ...     put_text(Path(home) / "note.txt", "拆墙").read_text(encoding="utf-8")
    '拆墙'
    """
    put_whole(path.parent, lambda new: _write(new / path.name, text), what=path)
    return path


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _is_folder(path: Path) -> bool:
    """Tell whether a folder is there; a name that no system can hold is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _first_missing(folder: Path) -> Path | None:
    """Name the topmost folder that would be made."""
    missing = [f for f in (folder, *folder.parents) if not f.exists()]
    return missing[-1] if missing else None


def _take_empty_away(folder: Path, created: Path | None) -> None:
    """Take away folders that were made for files that could not be written."""
    while created is not None and _is_folder(folder) and not any(folder.iterdir()):
        folder.rmdir()
        if folder == created:
            return
        folder = folder.parent


def _inner(folder: Path, name: str) -> Path | None:
    """Name the topmost folder that a file lies in below ``folder``."""
    parts = Path(name).parts
    return folder / parts[0] if len(parts) > 1 else None


def _swapped(new: Path, folder: Path, old: Path, stale: Iterable[str]) -> list[Path]:
    """Put new files in and take stale ones out; when one fails, put back what was there."""
    names = sorted(str(file.relative_to(new)) for file in new.rglob("*") if file.is_file())
    before = [n for n in sorted({*names, *stale}) if (folder / n).exists() or (folder / n).is_symlink()]
    for name in before:
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, old / name, follow_symlinks=False)
    _lay_down(new.parent, names, sorted(set(before) - set(names)))
    made = [f for n in names if (f := _first_missing((folder / n).parent)) is not None]
    moved: list[str] = []
    try:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _put(new / name, folder, name)
            moved.append(name)
        for name in sorted(set(before) - set(names)):
            _take(folder, name)
            moved.append(name)
            _take_empty_away((folder / name).parent, _inner(folder, name))
    except BaseException:
        (new.parent / _LIST).unlink(missing_ok=True)
        for name in moved:  # what was not moved is as it was, and may be held by somebody
            if name not in before:
                (folder / name).unlink(missing_ok=True)
                continue
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (old / name).replace(folder / name)
        for parent in {(folder / n).parent for n in names}:
            _take_empty_away(parent, next((f for f in made if parent.is_relative_to(f)), None))
        raise
    return [folder / name for name in names]


def _put(new: Path, folder: Path, name: str) -> None:
    try:
        new.replace(folder / name)
    except PermissionError as error:
        raise PermissionError(error.errno, _held(name, error)) from error


def _take(folder: Path, name: str) -> None:
    try:
        (folder / name).unlink()
    except PermissionError as error:
        raise PermissionError(error.errno, _held(name, error)) from error


def _held(name: str, error: OSError) -> str:
    """Name the file that Windows does not let go of; elsewhere it may be protected."""
    return f"{name}: {error.strerror}; is it open in Excel or QGIS? Then close it there"
