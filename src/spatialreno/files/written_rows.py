"""Single files of rows are written: GeoJSON, GeoPackage, CSV; what is handed out is rounded to what it bears."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyogrio

from spatialreno.area import LONLAT, soon_found

if TYPE_CHECKING:
    import geopandas as gpd

_GPKG_SETTINGS = {
    "OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z",  # the same area gives the same bytes on any day
    "OGR_SQLITE_SYNCHRONOUS": "OFF",  # whoever writes it whole sees to the disk
}
_DEGREE_DECIMALS = 10  # 0.01 mm on the ground
_FORMULA_STARTS = tuple("=+-@|%")
_MANY = 1000  # rows from which a layer has a spatial index: fewer are found as soon without
_LISTS = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_ogr_contents")
_ROWS = "spatialreno_rows"  # tables of the rows of several layers, while they are written
_QUOTES = {"'", '"'}
_OWN = {"fid", "geom"}  # columns that GDAL adds
#: Decimals by the end of a column's name, the first that fits; anything else keeps six.
_BEARS = (
    (r"unit_price", 4),  # a share of a price, so that quantity × price is the sum beside it
    (r"yuan|cost|price|income|balance", 2),
    (r"m2$|_m2\b", 1),
    (r"(^|_)m$|metres|length", 2),
    (r"share|rate$", 4),
    (r"score|gain|points", 2),
    (r"_min$|minutes|days|hours", 1),
    (r"quantity|residents|households", 2),
)
_ELSE = 6


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round the numbers of a table that is handed out: metres to the centimetre, yuan to the fen, m² to a tenth.

    Parameters
    ----------
    frame
        Any table; its columns are named after what they hold (``length_m``, ``cost_yuan``).

    Returns
    -------
    DataFrame
        A copy; columns whose name says nothing keep six decimals, and what is no float stays as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> rounded(pd.DataFrame({"length_m": [1 / 3], "cost_yuan": [2 / 3], "lon": [112.123456789]})).iloc[0].tolist()
    [0.33, 0.67, 112.123457]
    """
    floats = [str(c) for c in frame.columns if pd.api.types.is_float_dtype(frame[c])]
    return frame.round({name: _decimals(name) for name in floats})


def _decimals(name: str) -> int:
    return next((count for pattern, count in _BEARS if re.search(pattern, name)), _ELSE)


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write RFC 7946 GeoJSON in degrees, a feature a line, the same bytes each time.

    Parameters
    ----------
    frame
        Rows in any system that they state; the index is not written, empty cells are left out.
    path
        File to write, over what is there.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> import geopandas as gpd
    >>> gate = gpd.GeoDataFrame({"id": ["G1"]}, geometry=gpd.points_from_xy([112.43], [34.66]), crs="EPSG:4326")
    >>> with tempfile.TemporaryDirectory() as home:
    ...     write_geojson(gate, Path(home) / "gates.geojson")
    ...     print((Path(home) / "gates.geojson").read_text().splitlines()[1])
    {"type": "Feature", "properties": {"id": "G1"}, "geometry": {"type": "Point", "coordinates": [112.43, 34.66]}}
    """
    degrees = frame.to_crs(soon_found(LONLAT))
    lines = ",\n".join(
        json.dumps(_rounded(feature), ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
        for feature in degrees.iterfeatures(na="drop", drop_id=True)
    )
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


def write_gpkg(
    frames: Mapping[str, pd.DataFrame], path: Path, *, kinds: Mapping[str, str] | None = None
) -> None:
    """Write all layers into one GeoPackage, the same bytes each time; ``kinds`` names geometry types of empty ones.

    Parameters
    ----------
    frames
        GeoDataFrames in the system that they are to have, and tables, by name; the index is not written. From a
        thousand rows on a layer has a spatial index.
    path
        File to write; layers join those that are there.
    kinds
        By name, the type of geometry that GDAL writes, such as ``LineString``: an empty layer cannot tell its own.

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import pyogrio
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     write_gpkg({"parties": pd.DataFrame({"id": ["P1"]})}, Path(home) / "area.gpkg")
    ...     [str(layer[0]) for layer in pyogrio.list_layers(Path(home) / "area.gpkg")]
    ['parties']
    """
    shared: dict[str, dict[str, pd.DataFrame]] = {}
    pyogrio.set_gdal_config_options(_GPKG_SETTINGS)
    try:
        for alike in _alike(frames, kinds or {}):
            first = next(iter(alike))
            name, rows = first, alike[first]
            if len(alike) > 1:
                name, rows = f"{_ROWS}{len(shared)}", pd.concat(alike.values(), ignore_index=True)
                shared[name] = alike
            _write_layer(rows, path, name, (kinds or {}).get(first), indexed=len(alike[first]) >= _MANY)
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(_GPKG_SETTINGS))
    if shared:
        _share_out(path, shared, list(frames))


def _write_layer(rows: pd.DataFrame, path: Path, name: str, kind: str | None, *, indexed: bool) -> None:
    index = "YES" if indexed or kind else "NO"  # an empty layer is there to be filled
    pyogrio.write_dataframe(
        rows, path, layer=name, driver="GPKG", geometry_type=kind, append=path.exists(), SPATIAL_INDEX=index
    )


def _alike(frames: Mapping[str, pd.DataFrame], kinds: Mapping[str, str]) -> list[dict[str, pd.DataFrame]]:
    """Put small layers together that GDAL would write as tables of one form: it opens the file anew for each table."""
    found: dict[Any, dict[str, pd.DataFrame]] = {}
    for name, frame in frames.items():
        form = None if name in kinds or _QUOTES & set(name) else _form(frame)
        found.setdefault(name if form is None else form, {})[name] = frame
    return list(found.values())


def _form(frame: pd.DataFrame) -> tuple[Any, ...] | None:
    """Say what GDAL makes of a layer's columns; nothing where it has to look at each cell, or numbers its own."""
    columns = [str(column) for column in frame.columns]
    dtypes = [str(dtype) for dtype in frame.dtypes]
    if not 0 < len(frame) < _MANY or "object" in dtypes or _OWN & {column.lower() for column in columns}:
        return None
    told = (tuple(columns), tuple(dtypes))
    if "geometry" not in dtypes:
        return told
    drawn: Any = frame
    flat = drawn.geometry[drawn.geometry.notna() & ~drawn.geometry.is_empty]
    return (*told, drawn.crs, frozenset(drawn.geometry.geom_type.dropna()), bool(flat.has_z.any()))


def _share_out(path: Path, shared: Mapping[str, Mapping[str, pd.DataFrame]], order: list[str]) -> None:
    """Give each layer its rows out of the tables in which GDAL wrote those of several; list all in their order."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA synchronous = OFF")  # whoever writes the file whole sees to the disk
        with base:
            for table, alike in shared.items():
                _split(base, table, alike)
            for listing in _LISTS:
                rows = {row[0]: row for row in base.execute(f"SELECT * FROM {listing}")}
                base.execute(f"DELETE FROM {listing}")
                for name in sorted(rows, key=lambda name: order.index(name) if name in order else -1):
                    base.execute(f"INSERT INTO {listing} VALUES ({', '.join('?' * len(rows[name]))})", rows[name])
        base.execute("VACUUM")


def _split(base: sqlite3.Connection, table: str, alike: Mapping[str, pd.DataFrame]) -> None:
    made = [sql for (sql,) in base.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql NOT NULL ORDER BY type", (table,))]  # fmt: skip
    columns = ", ".join(f'"{row[1]}"' for row in base.execute(f'PRAGMA table_info("{table}")') if row[1] != "fid")
    first = 0
    for name, frame in alike.items():
        last = first + len(frame)
        base.execute(made[0].replace(table, name, 1))
        base.execute(
            f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM "{table}" WHERE fid > ? AND fid <= ? ORDER BY fid',
            (first, last),
        )
        for trigger in made[1:]:  # those that count rows from now on
            base.execute(trigger.replace(table, name))
        _list(base, table, name, frame)
        first = last
    for listing in _LISTS:
        base.execute(f"DELETE FROM {listing} WHERE table_name = ?", (table,))
    base.execute(f'DROP TABLE "{table}"')


def _list(base: sqlite3.Connection, table: str, name: str, frame: pd.DataFrame) -> None:
    """List a layer as GDAL lists the table that held its rows, with its own bounds and count."""
    box: list[float | None] = [None] * 4
    if "geometry" in map(str, frame.dtypes):
        drawn: Any = frame
        box = [None if bound != bound else float(bound) for bound in drawn.total_bounds]
    base.execute(
        "INSERT INTO gpkg_contents SELECT ?, data_type, ?, description, last_change, ?, ?, ?, ?, srs_id "
        "FROM gpkg_contents WHERE table_name = ?",
        (name, name, *box, table),
    )
    base.execute(
        "INSERT INTO gpkg_geometry_columns SELECT ?, column_name, geometry_type_name, srs_id, z, m "
        "FROM gpkg_geometry_columns WHERE table_name = ?",
        (name, table),
    )
    base.execute("INSERT INTO gpkg_ogr_contents VALUES (?, ?)", (name, len(frame)))


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV that Excel opens with its Chinese intact.

    Parameters
    ----------
    frame
        Any table; the index is not written. Cells are written as they are: ``write_sheet`` is for what others open.
    path
        File to write, over what is there.

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     write_table(pd.DataFrame({"name": ["一号院"], "area_m2": [2400.0]}), Path(home) / "t.csv")
    ...     (Path(home) / "t.csv").read_text(encoding="utf-8-sig")
    'name,area_m2\\n一号院,2400.0\\n'
    """
    path.write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8-sig", newline="\n")


def write_sheet(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV for a spreadsheet: numbers rounded, and text that would run as a formula written as text.

    Parameters
    ----------
    frame
        Any table; the index is not written.
    path
        File to write, over what is there.

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     write_sheet(pd.DataFrame({"name": ["=1+1"], "length_m": [1 / 3]}), Path(home) / "t.csv")
    ...     (Path(home) / "t.csv").read_text(encoding="utf-8-sig")
    "name,length_m\\n'=1+1,0.33\\n"
    """
    frame = rounded(frame)
    texts = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    guarded = frame.assign(**{c: [_as_text(v) for v in frame[c]] for c in texts})
    write_table(guarded, path)


def listed(values: Iterable[Any]) -> str:
    """Write a list into one cell: names may hold commas, so they are joined by a full-width semicolon.

    Parameters
    ----------
    values
        Names, numbers …, in the order in which they are written.

    Returns
    -------
    str
        Empty for none.

    Examples
    --------
    >>> listed(["Luoyang Heat, Ltd", "街道办"])
    'Luoyang Heat, Ltd；街道办'
    """
    return "；".join(map(str, values))


def _as_text(value: object) -> Any:
    value = listed(value) if isinstance(value, list | tuple) else value
    if not isinstance(value, str) or len(value.strip()) == 1:  # a sign alone, such as the unit %, runs nothing
        return value
    return f"'{value}" if value.lstrip().startswith(_FORMULA_STARTS) else value


def _rounded(feature: dict[str, Any]) -> dict[str, Any]:
    geometry = feature["geometry"]
    properties = {k: _plain(v) for k, v in feature["properties"].items()}
    shape = {"type": geometry["type"], "coordinates": _round(geometry["coordinates"])}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _round(coordinates: float | list[Any]) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, _DEGREE_DECIMALS)
    return [_round(c) for c in coordinates]


def _plain(value: object) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
