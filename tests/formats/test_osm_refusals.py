"""Files that are no good: one clear message each, and nothing half-made."""

from __future__ import annotations

from pathlib import Path

import pytest
from formats.osm_town import Town, two_compounds

from spatialreno import check_area
from spatialreno.errors import InputError
from spatialreno.files import child_process as guard
from spatialreno.formats.osm.import_osm import import_osm


def refused(path: Path, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        import_osm(path, **options)  # type: ignore[arg-type]
    assert path.name in str(caught.value) or not options
    return str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "nowhere.osm")


@pytest.mark.parametrize("text", ["", "  \n"])
def test_empty_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "town.osm"
    path.write_text(text)
    assert "empty" in refused(path)


@pytest.mark.parametrize("text", ["id,name\n1,a\n", "<html><body>503</body></html>", '{"type": "FeatureCollection"}'])
def test_another_kind_of_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "town.osm"
    path.write_text(text)
    assert "not an OpenStreetMap file" in refused(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_file_that_ends_in_the_middle(tmp_path: Path, share: float) -> None:
    text = two_compounds().text()
    path = tmp_path / "town.osm"
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")
    assert "cannot be read to its end" in refused(path)


def test_pbf_that_ends_in_the_middle(tmp_path: Path) -> None:
    import osmium

    xml = two_compounds().save(tmp_path / "town.osm")
    path = tmp_path / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for item in osmium.FileProcessor(str(xml)):
            writer.add(item)
    path.write_bytes(path.read_bytes()[:-40])
    assert "cannot be read to its end" in refused(path)


def test_no_bounds(tmp_path: Path) -> None:
    town = two_compounds()
    town.bounds = None
    assert "bounds=(west, south, east, north)" in refused(town.save(tmp_path / "town.osm"))


@pytest.mark.parametrize("bounds", [(113.0, 34.0, 112.0, 35.0), (0.0, 0.0, 0.0, 0.0), (630000.0, 0.0, 640000.0, 1.0)])
def test_bounds_that_are_no_rectangle(tmp_path: Path, bounds: tuple[float, float, float, float]) -> None:
    path = two_compounds().save(tmp_path / "town.osm")
    assert "no rectangle of degrees" in refused(path, bounds=bounds)


def test_nothing_inside_the_bounds(tmp_path: Path) -> None:
    path = two_compounds().save(tmp_path / "town.osm")
    assert "nothing of use" in refused(path, bounds=(10.0, 10.0, 11.0, 11.0))


def test_streets_only_names_both_lacks(tmp_path: Path) -> None:
    town = Town()
    town.way(40, [(-100, 0), (100, 0)], highway="residential")
    message = refused(town.save(tmp_path / "town.osm"))
    assert "compounds: no landuse=residential" in message
    assert "buildings: no building" in message


def test_hostile_entities_are_not_expanded(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text('<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "b">]><osm version="0.6"><note>&a;</note></osm>')
    assert "document type with entities" in refused(path)


def test_crs_in_degrees(tmp_path: Path) -> None:
    path = two_compounds().save(tmp_path / "town.osm")
    with pytest.raises(InputError, match="not in metres"):
        import_osm(path, crs="EPSG:4326")


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE osm [<!ENTITY a "' + "x" * 100 + '"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE osm [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE osm SYSTEM "http://example.org/osm.dtd">',
    ],
)
def test_entities_are_refused(tmp_path, head):
    text = two_compounds().text().replace("<osm ", head + "<osm ", 1).replace('v="甲院"', 'v="&b;"')
    (tmp_path / "town.osm").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="document type with entities"):
        import_osm(tmp_path / "town.osm")
    assert "error" in set(check_area(tmp_path / "town.osm").severity)


def crowd(path: Path, count: int, first: int = 1) -> Path:
    """Write ``count`` trees, and one closed way through all of them."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<osm version="0.6"><bounds minlon="112" minlat="34" maxlon="113" maxlat="35"/>\n')
        for n in range(count):
            place = f'lat="{34 + n % 1000 / 1000}" lon="{112 + n // 1000 / 1000}"'
            file.write(f'<node id="{first + n}" version="1" {place}><tag k="natural" v="tree"/></node>\n')
        refs = "".join(f'<nd ref="{first + n % count}"/>' for n in range(min(count, 1999) + 1))
        file.write(f'<way id="1" version="1">{refs}<tag k="landuse" v="residential"/></way></osm>\n')
    return path


def limited(monkeypatch: pytest.MonkeyPatch, **limits: float) -> None:
    constants = {**guard.read_catalog().constants, **limits}
    monkeypatch.setattr(guard, "read_catalog", lambda: type("Catalog", (), {"constants": constants}))


def test_an_extract_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = crowd(tmp_path / "crowd.osm", 20_000)
    limited(monkeypatch, file_seconds=0.02)
    assert "crowd.osm: takes longer than 0.02 s to read" in refused(path)
    assert set(check_area(path).severity) == {"error"}


def test_an_extract_that_fills_the_memory_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.osm"
    with path.open("w") as file:
        file.write('<osm version="0.6"><!--')
        for _ in range(400):  # more than a worker that has done much may hold free
            file.write("x" * 10**6)
    limited(monkeypatch, file_memory_mb=50)
    assert "long.osm: needs more memory than a file may have" in refused(path)


def test_ids_as_large_as_they_get_take_no_memory(tmp_path: Path) -> None:
    assert "no building" in refused(crowd(tmp_path / "crowd.osm", 50, first=2**62))
