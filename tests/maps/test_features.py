"""Versions of features over options, and the short way they are written into the page."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from maps.conftest import CRS, frame
from shapely import Point, box

from spatialreno.catalog import read_catalog
from spatialreno.maps.drawing.features import Drawn, by_option, encoded, tooltip, versions
from spatialreno.maps.drawing.style import score_class, styles
from spatialreno.maps.words.numbers import short


def _frame(cells, **shapes):
    rows = [{"id": key, "kind": kind, "geometry": shapes.get(key, Point(0, 0))} for key, kind in cells.items()]
    return gpd.GeoDataFrame(rows, columns=["id", "kind", "geometry"], geometry="geometry", crs=CRS).set_index("id")


def _statuses(frames):
    return {(v.id, v.row["kind"]): v.statuses for v in versions(frames, ["kind"])}


def test_kept_gone_altered_built():
    today = _frame({"a": "x", "b": "x", "c": "x"})
    plan = _frame({"a": "x", "c": "y", "d": "x"})
    assert _statuses([today, plan]) == {
        ("a", "x"): ("kept", "kept"),
        ("b", "x"): ("kept", "gone"),
        ("c", "x"): ("kept", None),
        ("c", "y"): (None, "altered"),
        ("d", "x"): (None, "built"),
    }


def test_two_options_that_agree_share_a_version():
    today, one, two = _frame({"a": "x"}), _frame({"a": "y"}), _frame({"a": "y"})
    assert _statuses([today, one, two]) == {
        ("a", "x"): ("kept", None, None),
        ("a", "y"): (None, "altered", "altered"),
    }


def test_two_options_that_differ_do_not():
    today, one, two = _frame({"a": "x"}), _frame({"a": "y"}), _frame({})
    assert _statuses([today, one, two]) == {
        ("a", "x"): ("kept", None, "gone"),
        ("a", "y"): (None, "altered", None),
    }


def test_a_moved_shape_is_altered():
    today, plan = _frame({"a": "x"}), _frame({"a": "x"}, a=Point(1, 0))
    assert [v.statuses for v in versions([today, plan], ["kind"])] == [("kept", None), (None, "altered")]


def test_a_missing_cell_equals_a_missing_cell():
    today = _frame({"a": None})
    assert [v.statuses for v in versions([today, _frame({"a": float("nan")})], ["kind"])] == [("kept", "kept")]


def test_rows_of_options_are_stored_once():
    one, two = (
        frame([{"geometry": box(0, 0, 1, 1)}]),
        frame([{"geometry": box(0, 0, 1, 1)}, {"geometry": box(1, 0, 2, 1)}]),
    )
    drawn = by_option([one, two], lambda row: ("freed", (), {}))
    assert [d.classes for d in drawn] == [("freed", "freed"), (None, "freed")]


def _decoded(flat):
    xs = [sum(flat[0 : k + 1 : 2]) / 1e7 for k in range(0, len(flat), 2)]
    ys = [sum(flat[1 : k + 2 : 2]) / 1e7 for k in range(0, len(flat), 2)]
    return list(zip(xs, ys, strict=True))


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=2, max_size=30))
def test_coordinates_come_back_to_a_centimetre(coordinates):
    line = shapely.LineString(coordinates)
    written = encoded([Drawn(line, ("wall",))], lambda x, y: (x, y))["features"][0]
    assert written[0] == 1
    for (x, y), (back_x, back_y) in zip(coordinates, _decoded(written[1][0]), strict=True):
        assert back_x == pytest.approx(x, abs=6e-8)
        assert back_y == pytest.approx(y, abs=6e-8)


def test_polygons_keep_their_holes_and_leave_out_the_closing_point():
    ring = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2)]])
    kind, shape, cls = encoded([Drawn(ring, ("home", "home"))], lambda x, y: (x, y))["features"][0]
    assert (kind, cls) == (2, "home")
    assert [[len(flat) // 2 for flat in polygon] for polygon in shape] == [[4, 3]]


def test_tooltip_says_titles_units_and_estimates():
    catalog = read_catalog()
    row = {"kind": "wall", "length_m": 12.34, "removable": True, "compound_a": "C1",
           "compound_b": float("nan"), "height_m": 2.0, "inferred": True, "estimated": "height_m"}  # fmt: skip
    said = tooltip(pd.Series(row), "walls", catalog, "zh", names={"C1": "一号院"}, id_="W1")
    assert said == (
        ("编号", "W1"), ("类型", "围墙"), ("高度（m）", "2（估）"), ("一侧小区", "一号院"),
        ("长度（m）", "12.3"), ("几何", "推断（估）"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(0, 1, "0"), (1200, 0, "1\u202f200"), (-2.04, 1, "-2"), (10, 0, "10"), (0.25, 2, "0.25")],
)
def test_short(value, decimals, written):
    assert short(value, decimals) == written


def test_score_classes_meet_at_their_breaks():
    assert [score_class(s) for s in (0, 19.99, 20, 40, 60, 80, 100, float("nan"), None)] == [
        "score-1", "score-1", "score-2", "score-3", "score-4", "score-5", "score-5", "score-none",
        "score-none",
    ]  # fmt: skip


def test_gates_and_pipes_differ_without_hue():
    """Whoever sees no hue still tells gates apart; of pipes, no two are drawn alike."""
    table = styles()
    gates = [(look["weight"], look.get("dashArray")) for name, look in table.items() if name.startswith("gate-")]
    assert len(set(gates)) == len(gates) == 3
    pipes = [(look["color"], look["dashArray"]) for name, look in table.items() if name.startswith("pipe-")]
    assert len(set(pipes)) == len(pipes)
