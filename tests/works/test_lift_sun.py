"""Sun: positions against a second method, shadows against the shadow polygon on the ground, laws."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
import shapely
from conftest import make_area
from shapely.geometry import MultiPoint, Point

from spatialreno.errors import InputError
from spatialreno.works import fit_lifts, shade_lifts
from spatialreno.works.lifts import sunlight
from spatialreno.works.lifts.sunlight import sun_positions, sun_rule

pytest.importorskip("pvlib")
LATITUDE, LONGITUDE = 34.67, 112.43
DECLINATION = {"dahan": -20.14, "dongzhi": -23.44}  # degrees, almanac: 20 January and 21 December


def by_hand(rule, hour):
    """Altitude and azimuth in degrees by spherical trigonometry from the almanac's declination."""
    phi, delta, angle = (math.radians(v) for v in (LATITUDE, DECLINATION[rule], 15 * (hour - 12)))
    height = math.sin(phi) * math.sin(delta) + math.cos(phi) * math.cos(delta) * math.cos(angle)
    east, north = (
        -math.cos(delta) * math.sin(angle),
        math.cos(phi) * math.sin(delta) - math.sin(phi) * math.cos(delta) * math.cos(angle),
    )
    return math.degrees(math.asin(height)), math.degrees(math.atan2(east, north)) % 360


@pytest.fixture(scope="module")
def yard():
    """A house of 6 storeys in the south whose door is in the north, and one 26 m north of it."""
    shapes = {"H1": shapely.box(40, 30, 54.4, 40.4), "H2": shapely.box(30, 66.4, 73.2, 76.8)}
    return make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": shapely.box(0, 0, 100, 100)}],
        buildings=[{"id": i, "use": "residential", "storeys": 6, "height_m": 18.0, "households": 12, "geometry": g}
                   for i, g in shapes.items()],
        entrances=[{"id": "H1-1", "building_id": "H1", "storeys": 6, "households": 12, "geometry": Point(47.2, 40.4)}],
    )  # fmt: skip


@pytest.mark.parametrize("rule", ["dahan", "dongzhi"])
def test_positions_agree_with_spherical_trigonometry(yard, rule):
    law = sun_rule(yard, rule)
    sky = sun_positions(LONGITUDE, LATITUDE, law, step_min=30)
    hours = np.arange(law.from_hour + 0.25, law.to_hour, 0.5)
    assert len(sky) == len(hours)
    for hour, height, azimuth in zip(hours, sky["elevation"], sky["azimuth"], strict=True):
        assert (height, azimuth) == pytest.approx(by_hand(rule, hour), abs=0.15)


def test_the_noon_shadow_of_a_shaft_at_34_67_north(yard):
    # great cold, noon: altitude 90 - 34.67 - 20.14 = 35.2 degrees; 19.5 m throw a shadow of 27.6 m
    law = sun_rule(yard)
    sky = sun_positions(LONGITUDE, LATITUDE, law, step_min=2)
    noon = sky.loc[(sky["azimuth"] - 180).abs().idxmin(), "elevation"]
    assert noon == pytest.approx(35.19, abs=0.1)
    assert 19.5 / math.tan(math.radians(noon)) == pytest.approx(27.65, abs=0.15)


def shadow(shape, height, altitude, bearing):
    """The ground a prism shades: the hull of its footprint and of the footprint moved by its shadow."""
    throw = height / math.tan(math.radians(altitude))
    away = math.radians(bearing + 180)
    xy = shapely.get_coordinates(shape)
    return MultiPoint(np.vstack([xy, xy + throw * np.array([math.sin(away), math.cos(away)])])).convex_hull


def test_minutes_lost_agree_with_shadows_drawn_on_the_ground(yard):
    from pyproj import Proj

    fit, step = fit_lifts(yard), 5
    assert fit.loc["H1-1", "form"] == "level"
    found = shade_lifts(yard, fit, step_min=step)
    law, windows = found.rule, found.windows
    turn = Proj(yard.crs).get_factors(LONGITUDE, LATITUDE).meridian_convergence
    houses = yard.buildings.geometry
    lift = fit.geometry.iloc[0]
    lost, before = np.zeros(len(windows)), np.zeros(len(windows))
    points = shapely.points(windows[["x", "y"]].to_numpy())
    for hour in np.arange(law.from_hour + step / 120, law.to_hour, step / 60):
        altitude, bearing = by_hand("dahan", hour)
        dark = np.zeros(len(windows), dtype=bool)
        for house in houses:
            dark |= shapely.covers(shadow(house, 18.0 - law.sill_m, altitude, bearing - turn), points)
        shaft = shapely.covers(shadow(lift, 19.5 - law.sill_m, altitude, bearing - turn), points)
        before += ~dark
        lost += ~dark & shaft
    assert np.abs(windows["before_h"] * 60 - before * step).max() <= 2 * step  # the almanac is rounded
    taken = (windows["before_h"] - windows["after_h"]) * 60
    assert np.abs(taken - lost * step).max() <= 2 * step and taken.max() > 30
    assert found.table.loc["H1-1", "most_lost_min"] == pytest.approx(taken.max())
    assert found.table.loc["H1-1", "windows"] == (taken > 0).sum()


def test_a_lift_only_takes_sun_and_without_lifts_nothing_changes(yard):
    found = shade_lifts(yard, fit_lifts(yard), rule="dongzhi", step_min=15)
    assert (found.windows["after_h"] <= found.windows["before_h"]).all()
    assert found.windows["before_h"].between(0, 6).all()
    none = shade_lifts(yard, fit_lifts(yard).iloc[:0], step_min=15)
    assert len(none.table) == 0 and (none.windows["after_h"] == none.windows["before_h"]).all()


def test_north_windows_have_no_winter_sun_and_the_first_row_has_it_all(yard):
    windows = shade_lifts(yard, fit_lifts(yard), step_min=15).windows
    south = windows[(windows["building_id"] == "H1") & (windows["y"] < windows["y"].min() + 0.1)]
    north = windows[(windows["building_id"] == "H2") & (windows["y"] > windows["y"].max() - 0.1)]
    assert (south["before_h"] == 8).all() and (north["before_h"] == 0).all()


def test_the_example(example):
    fit = fit_lifts(example)
    found = shade_lifts(example, fit, step_min=30)
    assert len(found.table) == (fit["verdict"] == "fits").sum()
    assert (found.table["most_lost_min"] >= 0).all() and found.table["below"].sum() > 0


def row_of_houses(many):
    """Houses 28 m apart: each is shaded by the one before it, by none of the others."""
    shapes = [shapely.box(20, 40 * k, 64, 40 * k + 12) for k in range(many)]
    return make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": shapely.box(0, -30, 100, 40 * many)}],
        buildings=[{"id": f"H{k:03d}", "use": "residential", "storeys": 6, "height_m": 18.0, "households": 12,
                    "geometry": shape} for k, shape in enumerate(shapes)],
        entrances=[{"id": f"E{k:03d}", "building_id": f"H{k:03d}", "storeys": 6, "households": 12,
                    "geometry": Point(42, 40 * k + 12)} for k in range(many)],
    )  # fmt: skip


@pytest.mark.long
def test_memory_grows_with_the_houses_and_not_with_their_square():
    peaks = []
    for many in (30, 120):
        area = row_of_houses(many)
        fit = fit_lifts(area)
        assert (fit["verdict"] == "fits").all()
        tracemalloc.start()
        found = shade_lifts(area, fit, step_min=30)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        inner = found.table.iloc[2:-2]
        assert (inner["windows"] > 0).all() and inner["windows"].nunique() == 1
    assert peaks[1] < 6 * peaks[0]


def test_what_is_lower_than_the_sill_shades_nothing(yard):
    low = fit_lifts(yard).assign(height_m=0.5)
    found = shade_lifts(yard, low, step_min=30)
    assert found.table["windows"].tolist() == [0]
    assert (found.windows["after_h"] == found.windows["before_h"]).all()


def test_what_is_told_of_a_window_s_own_wall_without_a_line_is_what_its_line_tells(example, monkeypatch):
    fit = fit_lifts(example)
    quick = shade_lifts(example, fit)
    asked = []
    monkeypatch.setattr(sunlight, "_behind_own_wall", lambda *told: asked.append(1) or np.zeros((1, 1), bool))
    slow = shade_lifts(example, fit)
    assert asked and quick.windows.equals(slow.windows) and quick.table.equals(slow.table)


@pytest.mark.parametrize("step_min", [0, -5, float("nan"), 90])
def test_a_step_that_is_none_is_refused(yard, step_min):
    with pytest.raises(InputError, match="Give minutes above 0"):
        shade_lifts(yard, fit_lifts(yard), step_min=step_min)
