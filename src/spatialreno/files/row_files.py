"""Single files of rows: GeoJSON, GeoPackage, CSV; content is sniffed, the driver is named."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from spatialreno.area import LONLAT
from spatialreno.catalog import read_catalog
from spatialreno.files.child_process import guarded, refused

_DEGREE_DECIMALS = 10  # 0.01 mm on the ground
_FORMULA_STARTS = tuple("=+-@|%")
_GPKG_DATE = "2000-01-01T00:00:00.000Z"  # the same area gives the same bytes on any day


def read_geojson(path: Path) -> gpd.GeoDataFrame:
    """Read one GeoJSON file; anything that only calls itself so is refused. A large one is read in a child process."""
    frame: gpd.GeoDataFrame = _within_bounds(path, _geojson)
    return frame


def _within_bounds(path: Path, read: Callable[[Path], Any]) -> Any:
    """Read a text file here when it is small; text of some megabytes may unfold to more than there is."""
    small = read_catalog().constants["file_plain_mb"] * 1_000_000
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # opening it will tell
    return read(path) if size <= small else guarded(lambda: read(path), path)


def _geojson(path: Path) -> gpd.GeoDataFrame:
    again = "Export it again as GeoJSON in UTF-8"
    try:
        document = json.loads(_bytes(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise refused(path, f"is not whole GeoJSON ({error})", again) from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise refused(path, "is JSON but no GeoJSON FeatureCollection", again)
    features = document.get("features")
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise refused(path, "its features are no list", again)
    return _from_features(features, _declared_crs(document, path), path)


def read_table(path: Path) -> pd.DataFrame:
    """Read one CSV as text cells, UTF-8 or GB18030; a large one in a child process."""
    frame: pd.DataFrame = _within_bounds(path, _table)
    return frame


def _table(path: Path) -> pd.DataFrame:
    raw = _bytes(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as error:
            raise refused(path, "is neither UTF-8 nor GB18030", "Save it as CSV UTF-8") from error
    try:
        rows = [row for row in csv.reader(StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise refused(path, f"does not read as CSV ({error})", "Save it again as CSV UTF-8") from error
    return _from_rows(rows, path)


def _from_rows(rows: list[list[str]], path: Path) -> pd.DataFrame:
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


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write RFC 7946 GeoJSON in degrees, a feature a line, the same bytes each time."""
    degrees = frame.to_crs(LONLAT)
    lines = ",\n".join(
        json.dumps(_rounded(feature), ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
        for feature in degrees.iterfeatures(na="drop", drop_id=True)
    )
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


def write_gpkg(frames: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write all layers into one GeoPackage, the same bytes each time."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        for name, frame in frames.items():
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV that Excel opens with its Chinese intact."""
    path.write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8-sig", newline="\n")


def write_sheet(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV for a spreadsheet: text that would run as a formula is written as text."""
    texts = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    guarded = frame.assign(**{c: [_as_text(v) for v in frame[c]] for c in texts})
    write_table(guarded, path)


def listed(values: Iterable[Any]) -> str:
    """Write a list into one cell: names may hold commas, so they are joined by a full-width semicolon."""
    return "；".join(map(str, values))


def _as_text(value: Any) -> Any:
    value = listed(value) if isinstance(value, list | tuple) else value
    return f"'{value}" if isinstance(value, str) and value.lstrip().startswith(_FORMULA_STARTS) else value


def _from_features(features: list[Any], crs: Any, path: Path) -> gpd.GeoDataFrame:
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    rows, shapes, faulty = [], [], []
    for number, feature in enumerate(features):
        rows.append(_properties(feature))
        try:
            shapes.append(shape(feature["geometry"]) if feature.get("geometry") else None)
        except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
            shapes.append(None)
            faulty.append(str(rows[-1].get("id", f"row {number + 1}")))
    if faulty:
        raise refused(path, f"the coordinates of {len(faulty)} rows cannot be read", "Redraw them", faulty)
    table = pd.DataFrame(rows, dtype=object) if rows else pd.DataFrame({"id": pd.Series(dtype="str")})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=crs))


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    row = {str(k): v for k, v in properties.items() if k != "geometry"} if isinstance(properties, dict) else {}
    if "id" not in row and feature.get("id") is not None:
        row["id"] = feature["id"]
    return row


def _declared_crs(document: dict[str, Any], path: Path) -> Any:
    """Old GeoJSON may declare a CRS; without one it is longitude and latitude (RFC 7946)."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    declared = document.get("crs")
    if not declared:
        return LONLAT
    try:
        return CRS.from_user_input(declared["properties"]["name"])
    except (CRSError, KeyError, TypeError) as error:
        raise refused(path, "its crs cannot be read", "Export it again in WGS 84 (EPSG:4326)") from error


def _rounded(feature: dict[str, Any]) -> dict[str, Any]:
    geometry = feature["geometry"]
    properties = {k: _plain(v) for k, v in feature["properties"].items()}
    shape = {"type": geometry["type"], "coordinates": _round(geometry["coordinates"])}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _round(coordinates: Any) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, _DEGREE_DECIMALS)
    return [_round(c) for c in coordinates]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
