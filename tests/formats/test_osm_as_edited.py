"""OpenStreetMap as editors and Overpass hand it out: deleted, new, drawn as ways, without nodes, packed."""

import bz2
import gzip
import json

import pytest

from spatialreno import import_osm
from spatialreno.errors import InputError

LON, LAT = 112.43, 34.66
KX, KY = 1 / 91_500, 1 / 110_950  # degrees a metre here, nearly
YARD_XY = [(0, 0), (40, 0), (46, 0), (100, 0), (100, 100), (0, 100)]
REST_XY = [(20, 20), (70, 20), (70, 32), (20, 32), (-50, -10), (43, -10), (250, -10)]
CORNERS = dict(enumerate(YARD_XY + REST_XY, start=1))
YARD, HOUSE, STREET = [1, 2, 3, 4, 5, 6, 1], [7, 8, 9, 10, 7], [11, 12, 13]
WAYS = {101: (YARD, {"landuse": "residential", "name": "光明小区"}), 102: (HOUSE, {"building": "apartments"}),
        103: (STREET, {"highway": "residential"})}  # fmt: skip
BOUNDS = '<bounds minlat="{}" minlon="{}" maxlat="{}" maxlon="{}"/>'


def place(number):
    x, y = CORNERS[number]
    return LON + x * KX, LAT + y * KY


def bounds(west=-60, south=-60, east=260, north=160):
    return BOUNDS.format(LAT + south * KY, LON + west * KX, LAT + north * KY, LON + east * KX)


def xml(ways=None, more="", head=None, *, state=None, sign=1, nodes=True, inside=False):
    """Write an extract; ``state`` maps ways to attributes, ``inside`` puts coordinates into the ways."""
    parts = [bounds() if head is None else head]
    for n in CORNERS if nodes else ():
        lon, lat = place(n)
        parts.append(f'<node id="{sign * n}" version="1" lat="{lat:.9f}" lon="{lon:.9f}"/>')
    for way, (refs, tags) in {**WAYS, **(ways or {})}.items():
        inner = "".join(
            f'<nd ref="{sign * r}"' + (' lat="{1:.9f}" lon="{0:.9f}"'.format(*place(r)) if inside else "") + "/>"
            for r in refs
        )
        said = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        parts.append(f'<way id="{sign * way}" version="1" {(state or {}).get(way, "")}>{inner}{said}</way>')
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(parts)}{more}</osm>'


@pytest.fixture
def read(tmp_path):
    def done(text, name="a.osm", **options):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_osm(tmp_path / name, **options)

    return done


def reasons(area, rule):
    return area.report[area.report.rule == rule].id.to_list()


FENCE = ([3, 4, 5, 6, 1, 2], {"barrier": "fence"})


@pytest.mark.spread(4)
@pytest.mark.parametrize("kind", ["gate", "lift_gate", "swing_gate", "sliding_gate", "entrance"])
@pytest.mark.parametrize(("access", "walkers"), [("private", "residents"), ("yes", "public"), ("no", "closed")])
@pytest.mark.long
def test_a_gate_drawn_from_post_to_post_stands_in_its_middle(read, kind, access, walkers):
    area = read(xml({201: FENCE, 202: ([2, 3], {"barrier": kind, "access": access})}))
    (gate,) = area.gates.reset_index().to_dict("records")
    assert (gate["id"], gate["walkers"], gate["inferred"]) == ("w202", walkers, False)
    assert gate["width_m"] == pytest.approx(6, abs=0.1)
    assert not area.walls.index.str.contains("-e").any()  # its gap is no wall that was forgotten


def test_a_gate_drawn_round_its_leaves(read):
    corners = {20: (40, -0.2), 21: (46, -0.2), 22: (46, 0.2), 23: (40, 0.2)}
    CORNERS.update(corners)
    try:
        area = read(xml({201: FENCE, 202: ([20, 21, 22, 23, 20], {"barrier": "gate"})}))
    finally:
        for n in corners:
            del CORNERS[n]
    assert area.gates.loc["w202", "width_m"] == pytest.approx(6, abs=0.1)


@pytest.mark.spread(2)
@pytest.mark.parametrize(
    ("tags", "hours"),
    [
        ({"opening_hours": "06:00-22:00"}, "06:00-22:00"),
        ({"access:conditional": "no @ (22:00-06:00)"}, "06:00-22:00"),
        ({"foot:conditional": "yes @ (05:30-23:00)"}, "05:30-23:00"),
        ({"access:conditional": "residents @ (wet)"}, None),
    ],
)
def test_hours_and_conditions_of_a_gate(read, tags, hours):
    area = read(xml({201: FENCE, 202: ([2, 3], {"barrier": "gate", **tags})}))
    assert (area.gates.hours["w202"] if area.gates.hours.notna()["w202"] else None) == hours
    assert ("condition" in set(area.report.rule)) == (hours is None)


@pytest.mark.parametrize("state", ["action='delete'", 'visible="false"', 'action="delete"'])
@pytest.mark.long
def test_what_an_editor_deleted_is_gone_and_told(read, state):
    shed = ([7, 8, 4, 3, 7], {"building": "apartments"})
    wall = (YARD, {"barrier": "wall"})
    area = read(xml({201: wall, 301: shed}, state={201: state, 301: state}))
    assert area.buildings.index.to_list() == ["w102"]
    assert not len(area.walls)  # not inferred anew where it was taken down
    assert set(reasons(area, "deleted")) == {"w201", "w301"}


def test_objects_that_were_not_yet_uploaded_keep_their_names(read):
    area = read(xml({201: FENCE}, sign=-1))
    assert (area.compounds.index.to_list(), area.buildings.index.to_list()) == (["w-101"], ["w-102"])
    old = read(xml({201: FENCE}), "b.osm")
    assert area.compounds.area_m2.to_list() == pytest.approx(old.compounds.area_m2.to_list())


def test_an_answer_with_coordinates_in_its_ways(read):
    area = read(xml({201: FENCE}, nodes=False, inside=True))
    assert area.compounds.name.to_list() == ["光明小区"]
    assert area.compounds.area_m2.iloc[0] == pytest.approx(10_000, rel=0.01)


@pytest.mark.parametrize("form", ["geom", "nodes"])
def test_overpass_json(read, form):
    elements = [{"type": "node", "id": n, "lat": place(n)[1], "lon": place(n)[0]} for n in CORNERS if form == "nodes"]
    for way, (refs, tags) in WAYS.items():
        spots = [{"lat": place(r)[1], "lon": place(r)[0]} for r in refs]
        elements.append(
            {"type": "way", "id": way, "nodes": refs, "tags": tags} | ({"geometry": spots} if form == "geom" else {})
        )
    document = {"version": 0.6, "osm3s": {"timestamp_osm_base": "2025-03-01T00:00:00Z"}, "elements": elements}
    area = read(
        json.dumps(document, ensure_ascii=False), "a.json", bounds=(LON - 0.001, LAT - 0.001, LON + 0.003, LAT + 0.002)
    )
    assert area.compounds.name.to_list() == ["光明小区"]
    assert area.meta["date"] == "2025-03-01"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<osm version="0.6"><way id="1"><center lat="34.66" lon="112.43"/></way></osm>', "whose ways have no nodes"),
        ('{"elements": [], "remark": "runtime error: timed out"}', "is half an answer of Overpass"),
        ('{"elements": {"type": 5}', "no answer of Overpass"),
        ('<osm version="0.6"><remark> runtime error: out of memory </remark></osm>', "is half an answer of Overpass"),
    ],
)
def test_answers_that_hold_nothing_to_draw(read, text, told):
    with pytest.raises(InputError, match=told):
        read(text)


@pytest.mark.parametrize(("pack", "end"), [(gzip.compress, ".gz"), (bz2.compress, ".bz2")])
def test_packed_extracts_are_read(read, pack, end):
    assert read(pack(xml().encode()), f"a.osm{end}").compounds.name.to_list() == ["光明小区"]


@pytest.mark.long
def test_a_packed_extract_that_is_damaged_or_grows_without_end(read):
    with pytest.raises(InputError, match="is damaged"):
        read(gzip.compress(xml().encode())[:-30], "a.osm.gz")
    with pytest.raises(InputError, match="unpacks to more than"):
        read(gzip.compress(b"<osm>" + b" " * 501_000_000, 1), "b.osm.gz")


def test_several_downloads_in_one_file_are_one_area_and_told(read):
    area = read(xml(head=bounds(-60, -60, 60, 160) + bounds(50, -60, 260, 160)))
    assert area.compounds.area_m2.iloc[0] == pytest.approx(10_000, rel=0.01)
    assert "bounds" in set(area.report.rule)


def test_a_fence_that_is_a_relation_stands_along_its_rings(read):
    relation = ('<relation id="9" version="1"><member type="way" ref="301" role="outer"/>'
                '<tag k="type" v="multipolygon"/><tag k="barrier" v="fence"/></relation>')  # fmt: skip
    area = read(xml({301: (YARD, {})}, relation))
    assert area.walls[~area.walls.inferred.astype(bool)].length_m.sum() == pytest.approx(400, rel=0.02)
