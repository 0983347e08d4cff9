"""A real PBF extract: counts published beside it. Skipped where the shared data are not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from spatialreno.errors import InputError
from spatialreno.formats.osm.import_osm import import_osm
from spatialreno.formats.osm.read import read_osm

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "heidelberg" / "heidelberg.osm.pbf"
pytestmark = [  # a made-up town is read from PBF and XML in ``test_osm.py``
    pytest.mark.long,
    pytest.mark.skipif(not FILE.is_file(), reason=f"needs the real extract {FILE}"),
]


def test_every_wall_and_gate_is_read() -> None:
    raw = read_osm(FILE)
    barriers = [feature.tags.get("barrier") for feature in raw.lines]
    assert barriers.count("wall") + barriers.count("fence") == 705
    assert barriers.count("retaining_wall") == 119
    assert [feature.tags.get("barrier") for feature in raw.points].count("gate") == 661


def test_an_extract_without_homes_is_refused() -> None:
    with pytest.raises(InputError, match="no landuse=residential is mapped"):
        import_osm(FILE)
