"""The tables that an area brings itself: found beside its layers, read over the package's, written with the area."""

from __future__ import annotations

import csv
from pathlib import Path

from spatialreno.area import StudyArea
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import InputError
from spatialreno.formats.areas.area_file import read_area_file

FOLDER = "catalog"
Given = Catalog | str | Path | None


def catalog_of(folder: Path, named: str, given: Given) -> Catalog:
    """Say what holds in an area: a whole catalog or the package's, the area's own tables, tables given on top.

    Parameters
    ----------
    folder
        The area's folder.
    named
        What ``area.toml`` names; where it names none, ``catalog`` if it lies beside it.
    given
        A catalog to start from, or a folder of tables that lie over the area's own.

    Raises
    ------
    InputError
        The folder leads out of the area's, or its tables do not fit; all faults at once.
    """
    catalog = given if isinstance(given, Catalog) else read_catalog()
    named = named or (FOLDER if (folder / "area.toml").is_file() and (folder / FOLDER).is_dir() else "")
    if named:
        own = folder / named
        if not own.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{folder / 'area.toml'}: catalog = {named!r} leads out of the folder. Put it into it.")
        catalog = catalog.with_folder(own)
    return catalog if given is None or isinstance(given, Catalog) else catalog.with_folder(given)


def area_catalog(path: str | Path, given: Given = None) -> Catalog:
    """Read what holds in an area, without reading the area.

    Parameters
    ----------
    path
        An area's folder, or a GeoPackage with its ``.toml`` beside it.
    given
        As for ``read_area``.

    Returns
    -------
    Catalog
        The package's tables with the area's own over them.

    Raises
    ------
    InputError
        ``area.toml`` or a table cannot be read.

    Examples
    --------
    >>> int(area_catalog("data/geo/xigongdi").constants["walk_limit_m"])
    3000
    """
    path = Path(path)
    file = path / "area.toml" if path.is_dir() else path.with_suffix(".toml")
    return catalog_of(file.parent, read_area_file(file).catalog, given)


def write_own(area: StudyArea, folder: Path, name: str = FOLDER) -> str:
    """Write the area's own tables and standards into ``folder/name``; say the name, or nothing when there are none.

    Raises
    ------
    InputError
        Rows that came without a date: whoever reads the area could not say of what date they are.
    """
    catalog = area.catalog
    tables = catalog.own_tables()
    if not tables and not catalog.standards:
        return ""
    undated = sorted(t for t, rows in tables.items() if any(row.get("source") and not row.get("date") for row in rows))
    if undated:
        raise InputError(
            f"{area.name}: rows of {', '.join(undated)} have no date. Give with_catalog(…, source=…, date=…) both."
        )
    for table, rows in tables.items():
        file = folder / name / f"{table}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    for standard, text in catalog.standards.items():
        file = folder / name / "standards" / f"{standard}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    return name
