"""Writing the drawing: GeoJSON in longitude and latitude, one feature a line, the same bytes every time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from .frame import to_lonlat

Rows = dict[str, tuple[BaseGeometry, dict[str, object]]]


def geojson_text(name: str, rows: Rows) -> str:
    """A FeatureCollection (RFC 7946), sorted by id, without the columns that are empty everywhere."""
    filled = {c for _, values in rows.values() for c, value in values.items() if value is not None}
    features = []
    for fid in sorted(rows):
        shape, values = rows[fid]
        properties = {"id": fid} | {c: _plain(v) for c, v in values.items() if c in filled}
        geometry = mapping(to_lonlat(shape))
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        features.append(json.dumps(feature, ensure_ascii=False, separators=(", ", ": ")))
    head = f'{{"type": "FeatureCollection", "name": "{name}", "features": [\n'
    return head + ",\n".join(features) + "\n]}\n"


def _plain(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with its header, comma-separated."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def write_all(folder: Path, files: dict[str, str]) -> None:
    """Write the files into the folder, UTF-8, newline endings."""
    for name, text in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
