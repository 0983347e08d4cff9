"""Archives: looked through before they are unpacked; bounded in files, bytes, growth, depth and names."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from spatialreno.catalog import read_catalog
from spatialreno.files import refused

_LARGE = 1_000_000
_MB = 1_000_000
_UTF8_NAME = 0x800
_AGAIN = "Unpack it yourself, look at what is inside, and give the files that are needed"


def archive_kind(path: Path) -> str:
    """Tell a workbook, a KMZ and a packed shapefile from one another by their list of files."""
    names = set(checked_names(path))
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "ods"
    return "kmz" if any(n.lower().endswith(".kml") for n in names) else "zip"


def checked_names(path: Path) -> list[str]:
    """List the files of an archive whose list keeps all the bounds of the catalog.

    Raises
    ------
    InputError
        Too many or too large files, too much growth, archives within, names that lead out, secrets, damage.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refused(path, f"is a damaged archive ({error})", "Export it again") from error
    constants = read_catalog().constants
    if len(infos) > constants["archive_files"]:
        raise refused(path, f"holds {len(infos)} files, more than {constants['archive_files']:g}", _AGAIN, rule="limit")
    if sum(i.file_size for i in infos) > constants["archive_mb"] * _MB:
        raise refused(path, f"unpacks to more than {constants['archive_mb']:g} MB", _AGAIN, rule="limit")
    for info in infos:
        _refuse_member(path, info, constants["archive_ratio"])
    return [i.filename for i in infos if not _is_scrap(i.filename)]


def _is_scrap(name: str) -> bool:
    """Tell what a Mac leaves in its archives beside the files."""
    parts = PurePosixPath(name).parts
    return parts[0] == "__MACOSX" or parts[-1].startswith("._")


def _refuse_member(path: Path, info: zipfile.ZipInfo, ratio: float) -> None:
    name = info.filename
    if info.file_size > _LARGE and info.file_size > ratio * max(1, info.compress_size):
        raise refused(path, f"{name} grows more than {ratio:g} times when unpacked", _AGAIN, rule="limit")
    parts = PurePosixPath(name.replace("\\", "/"))
    first = next(iter(parts.parts), ":")  # a name of no parts names no file
    if parts.is_absolute() or ".." in parts.parts or ":" in first or not name.isprintable():
        raise refused(path, f"holds a name that leads out of it ({name!r})", _AGAIN, rule="outside")
    if parts.suffix.lower() in (".zip", ".kmz", ".gz", ".7z", ".rar"):
        raise refused(path, f"holds another archive ({name})", _AGAIN, rule="limit")
    if info.flag_bits & 1:
        raise refused(path, f"{name} is locked with a password", "Give it without a password")


def _as_named(info: zipfile.ZipInfo) -> str:
    """Read a name that Windows wrote in Chinese without saying so, which Python takes for another script."""
    if info.flag_bits & _UTF8_NAME or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def unpacked(path: Path, into: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Unpack the files with the given endings flat into a folder; what grows beyond its word is refused."""
    found = []
    names = [n for n in sorted(checked_names(path)) if n.lower().endswith(suffixes)]
    with zipfile.ZipFile(path) as archive:
        for name in names:
            target = into / PurePosixPath(_as_named(archive.getinfo(name))).name
            if target.exists():
                raise refused(path, f"holds two files called {target.name}", _AGAIN)
            size = archive.getinfo(name).file_size
            try:
                with archive.open(name) as packed:
                    raw = packed.read(size + 1)
            except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
                raise refused(path, f"{name} is damaged ({error})", "Export it again") from error
            target.write_bytes(raw)
            found.append(target)
    return found
