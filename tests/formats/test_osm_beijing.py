"""A real extract: Haidian, Beijing. Skipped where the shared data are not at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from spatialreno.area import StudyArea
from spatialreno.formats.osm.import_osm import import_osm

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "beijing_haidian" / "map.osm"
pytestmark = [  # the same laws hold of a town made up in ``test_osm.py``
    pytest.mark.long,
    pytest.mark.skipif(not FILE.is_file(), reason=f"needs the real extract {FILE}"),
]


@pytest.fixture(scope="module")
def area() -> StudyArea:
    return import_osm(FILE, name="haidian", title="海淀")


def test_what_is_mapped_arrives(area: StudyArea) -> None:
    assert len(area.compounds) == 10
    assert area.crs.to_epsg() == 4548
    assert {"富润家园", "静淑苑", "未命名小区 1"} <= set(area.compounds["name"])
    assert len(area.buildings) == 240
    assert (~area.walls["inferred"]).sum() >= 16
    assert (~area.gates["inferred"]).sum() == 20
    assert {"health_centre", "kindergarten", "bus_stop", "market"} <= set(area.facilities["kind"])


def test_every_compound_can_be_left(area: StudyArea) -> None:
    doors = shapely.union_all(area.gates.geometry.to_numpy())
    assert shapely.dwithin(area.compounds.geometry.boundary.to_numpy(), doors, 3.0).all()


def test_no_wall_belongs_to_one_compound_on_both_sides(area: StudyArea) -> None:
    assert (area.walls["compound_a"] != area.walls["compound_b"]).all()


def test_paths_pass_walls_only_at_gates(area: StudyArea) -> None:
    lines, walls = area.paths.geometry.to_numpy(), area.walls.geometry.to_numpy()
    one, two = shapely.STRtree(walls).query(lines, "crosses")
    points = shapely.get_parts(shapely.intersection(lines[one], walls[two]))
    gates = area.gates
    holes = shapely.union_all(shapely.buffer(gates.geometry.to_numpy(), gates["width_m"].to_numpy() / 2 + 0.01))
    ends = shapely.union_all(np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)]))
    blocked = points[~shapely.intersects(points, holes) & ~shapely.dwithin(points, ends, 0.01)]
    assert not len(blocked)


def test_estimates_are_marked(area: StudyArea) -> None:
    homes = area.buildings[area.buildings["use"].isin(["residential", "mixed"])]
    assert homes["residents"].notna().all()
    assert homes["estimated"].str.contains("residents").all()
    assert homes["residents"].sum() == pytest.approx(14721, rel=0.02)


def test_twice_the_same(area: StudyArea) -> None:
    assert import_osm(FILE, name="haidian", title="海淀").fingerprint == area.fingerprint


def test_passes_the_check_and_the_round_trip(area: StudyArea, tmp_path: Path) -> None:
    from spatialreno.formats import check_area, read_area, write_area

    write_area(area, tmp_path / "haidian")
    findings = check_area(tmp_path / "haidian")
    assert "error" not in set(findings["severity"])
    back = read_area(tmp_path / "haidian")
    for layer in ("compounds", "walls", "gates", "buildings", "paths", "facilities"):
        assert list(back.layer(layer).index) == list(area.layer(layer).index)
        marks = [frame.layer(layer)[["inferred", "estimated"]].fillna("") for frame in (back, area)]
        assert marks[0].equals(marks[1])
