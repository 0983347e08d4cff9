"""Every vector file and sheet that installed packages bring for their own tests is read, or refused in words."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from spatialreno import adopt
from spatialreno.errors import RenoError

PACKAGES = ("pyogrio", "geopandas", "ezdxf", "openpyxl", "pyarrow", "shapely", "osmnx", "libpysal", "momepy")
KINDS = {".shp", ".gpkg", ".geojson", ".json", ".fgb", ".kml", ".kmz", ".dxf", ".xlsx", ".xlsm", ".parquet", ".zip"}
KINDS |= {".gdb", ".gml", ".gpx", ".tab", ".dbf", ".ods", ".xls", ".osm", ".pbf", ".csv", ".gz"}
LARGEST = 5_000_000  # bytes


def corpus() -> list[Path]:
    """List the files of the packages that are there."""
    found = [find_spec(name) for name in PACKAGES]
    roots = [Path(spec.origin).parent for spec in found if spec is not None and spec.origin]
    files = [f for root in roots for f in root.rglob("*") if f.suffix.lower() in KINDS and "gdal_data" not in f.parts]
    return sorted(f for f in files if f.is_dir() or f.stat().st_size < LARGEST)


@pytest.mark.spread(8)
@pytest.mark.parametrize("file", corpus(), ids=lambda f: f"{f.parent.name}-{f.name}")
@pytest.mark.long
def test_it_is_read_or_refused_in_words(file, tmp_path):
    try:
        found = adopt([file], tmp_path / "area", crs="EPSG:4546")
    except RenoError as error:
        assert file.name in str(error)
        assert ". " in str(error)  # what is wrong, and the mend
    else:
        assert found, "a file that is given is always answered for"
        assert all(p.role or p.why for p in found)
