"""Manifests: whoever reads what was written is told of files that have changed or gone since."""

import json

import pytest
import shapely
from conftest import make_area

import spatialreno as sr
from spatialreno.errors import InputError

C1 = {"id": "C1", "name": "一院", "geometry": shapely.box(0, 0, 100, 100)}
W1 = {"id": "W1", "geometry": shapely.LineString([(0, 0), (100, 0)])}


@pytest.fixture(params=["", ".gpkg"])
def path(tmp_path, request):
    return sr.write_area(make_area("yard", compounds=[C1], walls=[W1]), tmp_path / "saved" / f"yard{request.param}")


def told(path):
    found = sr.check_area(path)
    return [list(r) for r in found[found.rule.isin(["manifest", "changed"])][["severity", "rule", "file"]].to_numpy()]


@pytest.mark.long
def test_what_is_as_it_was_written_needs_no_word(path):
    assert told(path) == []
    assert "changed" not in set(sr.read_area(path).report.rule)


def test_a_changed_file_is_told(path):
    toml = path / "area.toml" if path.is_dir() else path.with_suffix(".toml")
    toml.write_text(toml.read_text(encoding="utf-8").replace("test", "yard") + 'note = "mine"\n', encoding="utf-8")
    report = sr.read_area(path).report
    assert report[report.rule == "changed"].reason.to_list() == [f"{toml.name} was changed after it was written"]
    assert [row[:2] for row in told(path)] == [["note", "changed"]]


def test_a_missing_file_is_refused_by_name(tmp_path):
    path = sr.write_area(make_area("yard", compounds=[C1], walls=[W1]), tmp_path / "yard")
    (path / "walls.geojson").unlink()
    with pytest.raises(InputError, match=r"walls\.geojson: walls: was written with the area and is missing"):
        sr.read_area(path)
    assert told(path) == [["error", "manifest", "walls.geojson"]]
    lines = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    del lines["walls.geojson"]
    (path / "manifest.json").write_text(json.dumps(lines), encoding="utf-8")
    assert not len(sr.read_area(path).walls)


def test_an_area_that_loses_a_layer_is_written_without_it(tmp_path):
    path = sr.write_area(make_area("yard", compounds=[C1], walls=[W1]), tmp_path / "yard")
    sr.write_area(make_area("yard", compounds=[C1]), path)
    assert told(path) == []


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "{",
        '{"../area.toml": "x"}',
        '{"/etc/passwd": "x"}',
        '{"a": 1}',
        "[" * 100_000,
        '{"a\\\\b": "x"}',
        '{"\\ud800": "x"}',
        '{"%s": "x"}' % ("n" * 5000),
        '{"a\\u0000b": "x"}',
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path, text):
    path = sr.write_area(make_area("yard", compounds=[C1]), tmp_path / "yard")
    (path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"manifest\.json"):
        sr.read_area(path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    path = sr.write_area(make_area("yard", compounds=[C1], walls=[W1]), tmp_path / "yard")
    (path / "walls.geojson").rename(tmp_path / "walls.geojson")
    (path / "walls.geojson").symlink_to(tmp_path / "walls.geojson")
    with pytest.raises(InputError, match="leads out of the folder"):
        sr.read_area(path)


@pytest.mark.long
def test_results_are_held_to_their_manifest(tmp_path):
    area = make_area("yard", compounds=[C1], walls=[W1])
    folder = tmp_path / "out"
    sr.compare(area, [sr.Scenario("none", title="不动", interventions=[])]).write(folder)
    assert not len(sr.check_area(folder))
    (folder / "leaders.csv").write_text("better\n")
    (folder / "bill.csv").unlink()
    assert sorted(told(folder)) == [["error", "manifest", "bill.csv"], ["error", "manifest", "leaders.csv"]]
