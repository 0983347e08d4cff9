"""Single files of rows are read: GeoJSON and CSV; content is sniffed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from spatialreno.area import LONLAT, crs_name, declared_crs
from spatialreno.catalog import read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.files.child_process import guarded, refused
from spatialreno.files.shapes import Told, shapes_of_geojson
from spatialreno.files.text import decoded

if TYPE_CHECKING:
    from spatialreno._types import Geometries

_HEAD, _LINES = 20_000, 20  # letters and lines from which is told what parts the cells of a CSV


def read_geojson(path: Path) -> gpd.GeoDataFrame:
    """Read one GeoJSON file; anything that only calls itself so is refused. A large one is read in a child process.

    Parameters
    ----------
    path
        A FeatureCollection, a Feature or a geometry, in UTF-8.

    Returns
    -------
    GeoDataFrame
        A row a feature, in the system the file declares, else in degrees (OGC:CRS84); cells are as JSON has them, the
        feature's own id is the column ``id`` where its properties have none.

    Raises
    ------
    InputError
        Not whole, no GeoJSON, or shapes that cannot be drawn.

    Examples
    --------
    >>> from pathlib import Path
    >>> gates = read_geojson(Path("data/geo/xigongdi/gates.geojson"))
    >>> gates["id"][0], gates.geometry[0].geom_type
    ('G01', 'Point')
    """
    return geojson_rows(path)[0]


def geojson_rows(path: Path, stated: CRS | None = None) -> tuple[gpd.GeoDataFrame, Told]:
    """Read one GeoJSON file, and tell what was done.

    Parameters
    ----------
    path
        A FeatureCollection, a Feature or a geometry.
    stated
        Coordinate system of a file that declares none, as old files with metres do.

    Returns
    -------
    tuple
        The rows; and (rule, reason, rows) of each act.

    Raises
    ------
    InputError
        Not whole, no GeoJSON, shapes that cannot be drawn, or degrees where metres are stated.

    Examples
    --------
    >>> from pathlib import Path
    >>> from spatialreno.area import LONLAT
    >>> rows, told = geojson_rows(Path("data/geo/xigongdi/gates.geojson"))
    >>> len(rows), rows.crs == LONLAT, told
    (16, True, [])
    """
    done: tuple[gpd.GeoDataFrame, Told] = _within_bounds(path, lambda file: _geojson(file, stated))
    return done


def _within_bounds(path: Path, read: Callable[[Path], Any]) -> Any:
    """Read a text file here when it is small; text of some megabytes may unfold to more than there is."""
    small = read_catalog().constants["file_plain_mb"] * 1_000_000
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # opening it will tell
    return read(path) if size <= small else guarded(lambda: read(path), path)


def _geojson(path: Path, stated: CRS | None) -> tuple[gpd.GeoDataFrame, Told]:
    again = "Export it again as GeoJSON in UTF-8"
    raw = _bytes(path)
    found = decoded(raw, "UTF-8", "the standard", always=True)
    if found is None:
        raise refused(path, "is text of no script that is known", again)
    try:
        document = json.loads(found[0].lstrip("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise refused(path, f"is not whole GeoJSON ({error})", again) from error
    features = _features(document, path)
    told = [] if found[1].codec.startswith("utf-8") else [("encoding", f"text read as {found[1].why}", "")]
    rows = [_properties(feature) for feature in features]
    names = [str(row.get("id", f"row {n + 1}")) for n, row in enumerate(rows)]
    shapes, drawn = shapes_of_geojson([f.get("geometry") or None for f in features], names, path)
    crs, said = _declared_crs(document, path, stated, shapes)
    told += [("stated crs", said, "")] if said else []
    table = pd.DataFrame(rows, dtype=object) if rows else pd.DataFrame({"id": pd.Series(dtype="str")})
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=crs))
    return frame, [*told, *drawn]


def _features(document: Any, path: Path) -> list[dict[str, Any]]:
    """List the features of a document; one feature or one geometry is a list of one."""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        return [document]
    if kind in ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"):
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    if kind != "FeatureCollection":
        what, mend = _other_json(document)
        raise refused(path, f"is JSON but no GeoJSON FeatureCollection{what}", mend)
    features = document.get("features")
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise refused(path, "its features are no list", "Export it again as GeoJSON in UTF-8")
    return features


def _other_json(document: object) -> tuple[str, str]:
    """Name the kinds of JSON that come instead, and the way to one that is read."""
    keys = document if isinstance(document, dict) else {}
    if keys.get("type") == "Topology":
        return " (it is TopoJSON)", "Save it as GeoJSON (QGIS: Export, Save Features As)"
    if "elements" in keys:
        return " (it is an Overpass answer)", "Make an area of it: spatialreno import-osm"
    if "geometryType" in keys or "displayFieldName" in keys:
        return " (it is Esri JSON)", "Ask the service for f=geojson, or save it as GeoJSON"
    return "", "Export it again as GeoJSON in UTF-8"


def read_table(path: Path) -> pd.DataFrame:
    """Read one CSV as text cells, UTF-8 or GB18030; a large one in a child process.

    Parameters
    ----------
    path
        The file; its first line names the columns. Commas, tabs, semicolons or bars part its cells.

    Returns
    -------
    DataFrame of str
        Missing where a cell is empty; columns without a name and without a cell are left out.

    Raises
    ------
    InputError
        It cannot be read, is empty, names two columns alike, or has rows longer than its heading.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_table(Path("data/geo/xigongdi/parties.csv")).columns[:2].tolist()
    ['id', 'name']
    """
    frame: pd.DataFrame = _within_bounds(path, _table)
    return frame


def named_columns(
    raw: pd.DataFrame, columns: Mapping[str, Iterable[str]], needed: Iterable[str], *, what: str, file: str
) -> pd.DataFrame:
    """Give columns that people name in their own way our names; others go, and what is not there is empty.

    Parameters
    ----------
    raw
        As it was read.
    columns
        Our name to the names people give.
    needed
        Ours that must be there.
    what, file
        What the rows are, and where they stand.

    Returns
    -------
    DataFrame
        Our columns, in the order of ``columns``.

    Raises
    ------
    InputError
        A column is missing, or stands under two of its names.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.DataFrame({"楼号": ["B01"], "电话": ["0379"]})
    >>> ours = {"building": ["楼号", "楼栋"], "remark": ["备注"]}
    >>> named_columns(raw, ours, ["building"], what="homes", file="homes.csv").to_dict("list")
    {'building': ['B01'], 'remark': [nan]}
    """
    found = raw.rename(columns={name: ours for ours, names in columns.items() for name in names})
    wrong = {
        "columns are missing": [name for name in needed if name not in found],
        "columns stand under two names": sorted(set(found.columns[found.columns.duplicated()])),
    }
    mend = f"Columns: {', '.join(columns)}"
    faults = [Fault(what, (), "columns", f"{told}: {', '.join(names)}", mend, file=file)
              for told, names in wrong.items() if names]  # fmt: skip
    if faults:
        raise InputError.of(faults)
    return found.reindex(columns=list(columns))


def _table(path: Path) -> pd.DataFrame:
    return _from_rows(_csv_rows(path)[0], path)


def csv_rows(path: Path) -> tuple[list[list[str]], Told]:
    """Read the cells of a CSV row by row, blank rows too, with what was found out: its script and what parts it.

    Parameters
    ----------
    path
        The file, UTF-8 or GB18030.

    Returns
    -------
    tuple
        The cells of each row as text, the heading among them; and (rule, reason, "") of what is not plain UTF-8 with
        commas.

    Raises
    ------
    InputError
        It cannot be read, is of no script that is known, or its quotes do not close.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     file = Path(home) / "t.csv"
    ...     count = file.write_bytes("小区;户数\\n光明小区;60\\n".encode("gb18030"))
    ...     rows, told = csv_rows(file)
    >>> rows, [reason for _, reason, _ in told]
    ([['小区', '户数'], ['光明小区', '60']], ['text read as GBK/GB18030', 'columns parted by semicolons'])
    """
    done: tuple[list[list[str]], Told] = _within_bounds(path, _csv_rows)
    return done


def _csv_rows(path: Path) -> tuple[list[list[str]], Told]:
    found = decoded(_bytes(path))
    if found is None:
        raise refused(path, "is neither UTF-8 nor GB18030", "Save it as CSV UTF-8")
    text, script = found[0].lstrip("\ufeff"), found[1]
    mark = _parting(text)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), strict=True, delimiter=mark))
    except csv.Error as error:
        raise refused(path, f"does not read as CSV ({error})", "Save it again as CSV UTF-8") from error
    told = [] if script.codec.startswith("utf-8") else [("encoding", f"text read as {script.why}", "")]
    told += [] if mark == "," else [("table", f"columns parted by {_PARTED[mark]}", "")]
    return rows, told


_PARTED = {",": "commas", "\t": "tabs", ";": "semicolons", "，": "full-width commas", "|": "bars"}


def _parting(text: str) -> str:
    """Tell what parts the cells of a line: the sign that parts the first lines into the most, most alike."""
    lines = [line for line in text[:_HEAD].splitlines() if line.strip()][:_LINES]

    def mark(sign: str) -> tuple[int, int]:
        counts = Counter(line.count(sign) for line in lines)
        counts.pop(0, None)
        usual = max(counts, key=lambda n: (counts[n], n), default=0)
        return (counts[usual] if usual else 0, usual)

    best = max(_PARTED, key=mark)
    return best if mark(best) > mark(",") else ","


def _from_rows(lines: list[list[str]], path: Path) -> pd.DataFrame:
    rows = [row for row in lines if row]
    if not rows:
        raise refused(path, "is empty", "Write the names of the columns in its first line")
    head, body = [name.strip() for name in rows[0]], rows[1:]
    if len(set(filter(None, head))) < len(list(filter(None, head))):
        raise refused(path, "two columns have one name", "Give every column a name of its own")
    long = [f"row {i + 1}" for i, row in enumerate(body) if any(row[len(head) :])]
    if long:
        mend = "Put texts that hold a comma between double quotes"
        raise refused(path, f"{len(long)} rows have more cells than there are columns", mend, long)
    cells = [[cell or None for cell in row[: len(head)]] + [None] * (len(head) - len(row)) for row in body]
    frame = pd.DataFrame(cells, columns=head, dtype="str")
    return frame.loc[:, [bool(name) or bool(frame.iloc[:, i].notna().any()) for i, name in enumerate(head)]]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise refused(path, f"cannot be read ({error.strerror})", "Check the path and its rights") from error


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    row = {str(k): v for k, v in properties.items() if k != "geometry"} if isinstance(properties, dict) else {}
    if "id" not in row and feature.get("id") is not None:
        row["id"] = feature["id"]
    return row


def _declared_crs(document: dict[str, Any], path: Path, stated: CRS | None, shapes: Geometries) -> tuple[CRS, str]:
    """Old GeoJSON may declare a CRS; one that declares none is in degrees (RFC 7946), unless metres are stated."""
    declared = document.get("crs")
    if not declared:
        return _undeclared(path, stated, shapes)
    try:
        said = declared["properties"]
        crs, why = declared_crs(said.get("name") or f"EPSG:{int(said['code'])}")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise refused(path, "its crs cannot be read", "Export it again in WGS 84 (EPSG:4326)") from error
    if crs is None and stated is None:
        raise refused(path, f"its crs cannot be read ({why})", "State crs in area.toml, or export it in WGS 84")
    return (crs, "") if crs is not None else _undeclared(path, stated, shapes)


def _undeclared(path: Path, stated: CRS | None, shapes: Geometries) -> tuple[CRS, str]:
    if stated is None:
        return LONLAT, ""
    xy = np.abs(shapely.get_coordinates(shapes))
    degrees = bool(len(xy)) and bool(((xy[:, 0] <= 180) & (xy[:, 1] <= 90)).all())
    if degrees and stated.is_projected:
        mend = "Take crs out of area.toml; GeoJSON that declares none is in degrees"
        message = f"declares no coordinate system and holds degrees, but area.toml says {crs_name(stated)}"
        raise refused(path, message, mend, rule="coordinate system")
    return stated, f"declares no coordinate system; {crs_name(stated)} as area.toml says"
