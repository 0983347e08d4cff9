"""Shapes that meet in a face, along a line and at a point: what is left of them is never overlaid as it is.

Before GEOS 3.12 no overlay took a shape of mixed dimensions; here none does, whatever GEOS is installed.
"""

import numpy as np
import pytest
import shapely
from conftest import make_area
from shapely import LineString, MultiPolygon, Point, Polygon, box

import spatialreno as sr


@pytest.fixture
def unmixed(monkeypatch):
    """Let overlays refuse shapes of mixed dimensions."""

    def mixed(shape):
        parts = [one for one in shapely.get_parts(shapely.get_parts(shape)) if not one.is_empty]
        return len({*shapely.get_dimensions(parts).tolist()}) > 1

    def refusing(old, inputs):
        def overlay(*given, **more):
            shapes = np.concatenate([np.ravel(np.asarray(one, object)) for one in given[:inputs]])
            if any(mixed(one) for one in shapes[shapely.get_type_id(shapes) == 7]):
                raise shapely.GEOSException("Overlay input is mixed-dimension")
            return old(*given, **more)

        return overlay

    for name, inputs in {"intersection": 2, "difference": 2, "union": 2, "union_all": 1}.items():
        monkeypatch.setattr(shapely, name, refusing(getattr(shapely, name), inputs))


def touching():
    """Yards that touch along half a side, with a strip beside, at corners, and sheds drawn onto their edges."""
    yards = [box(0, 0, 40, 40).difference(box(30, 20, 40, 40)), box(40, 0, 80, 40), box(40, 40, 80, 80)]
    yards.append(Polygon([(0, 40), (30, 40), (30, 60), (40, 60), (40, 80), (0, 80)]))
    walls = [
        LineString([(40, 0), (40, 20)]),
        LineString([(40, 20), (40, 40)]),
        LineString([(30, 40), (30, 20), (40, 20)]),
    ]
    walls += [LineString([(40, 40), (80, 40)]), LineString([(40, 40), (40, 80)]), LineString([(0, 40), (30, 40)])]
    sheds = [box(28, 10, 40, 20), box(40, 10, 44, 20), Polygon([(40, 20), (44, 20), (40, 24)]), box(36, 56, 44, 60)]
    homes = [box(4, 4, 16, 14), box(60, 4, 80, 14), box(50, 60, 60, 80), box(0, 60, 10, 80)]
    lane = [LineString([(-10, -4), (90, -4)]), LineString([(20, -4), (20, 40)])]
    return {
        "compounds": [{"id": f"C{k}", "name": f"院{k}", "geometry": shape} for k, shape in enumerate(yards, 1)],
        "buildings": [
            {"id": f"B{k}", "use": "residential", "storeys": 5, "households": 10, "residents": 25, "geometry": shape}
            for k, shape in enumerate(homes, 1)
        ],
        "walls": [
            {"id": f"W{k}", "thickness_m": 0.0 if k % 2 else 4.0, "geometry": shape} for k, shape in enumerate(walls, 1)
        ],
        "structures": [{"id": f"S{k}", "legality": "illegal", "geometry": shape} for k, shape in enumerate(sheds, 1)],
        "open_spaces": [
            {"id": "O1", "kind": "plaza", "access": "public", "geometry": box(30, 20, 36, 30)},
            {"id": "O2", "kind": "cluster_green", "geometry": Polygon([(44, 40), (60, 40), (44, 56)])},
        ],
        "parking": [{"id": "K1", "kind": "car", "places": 4, "geometry": box(60, 40, 80, 46)}],
        "paths": [
            {"id": f"P{k}", "kind": "street" if k == 1 else "lane", "width_m": 4.0, "geometry": shape}
            for k, shape in enumerate(lane, 1)
        ],
        "facilities": [{"id": "F1", "kind": "pharmacy", "geometry": Point(40, 20)}],
    }


def test_a_notch_beside_a_shared_side_leaves_no_line_in_a_block(unmixed):
    yards = [box(0, 0, 40, 40), box(40, 0, 80, 40).difference(box(40, 0, 46, 4)), box(80, 0, 120, 40)]
    rows = [{"id": f"C{k}", "name": f"院{k}", "geometry": shape} for k, shape in enumerate(yards)]
    home = {"id": "B1", "use": "residential", "storeys": 5, "geometry": box(10, 10, 20, 20)}
    blocks = sr.blocks.merge_blocks(make_area("notch", compounds=rows, buildings=[home]))
    assert blocks["compounds"].tolist() == ["C0,C1,C2"]
    assert blocks.geometry.area.sum() == pytest.approx(4776)


def test_everything_taken_down_where_shapes_touch_in_every_way(unmixed):
    today = make_area("touching", **touching())
    acts = [sr.demolish(name, ids=list(today.layer(name).index)) for name in ("walls", "structures")]
    plan = sr.Scenario("all", "全拆", acts)
    options = sr.compare(today, [plan], standard="gb50180-2018", works=False)
    after = plan.apply(today)
    assert options.table().notna().any(axis=None)
    freed = sr.land.freed_land(today, after)
    assert {"wall", "structure"} <= set(freed["cause"])
    assert sr.land.fire_access(after) is not None
    blocks = sr.blocks.merge_blocks(after)
    assert {type(shape) for shape in blocks.geometry} <= {Polygon, MultiPolygon}
