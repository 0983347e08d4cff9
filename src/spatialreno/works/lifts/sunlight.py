"""Sun on first-floor windows before and after a lift: positions from pvlib, shadows by straight sight lines."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from spatialreno._angles import cos, sin, tan
from spatialreno._types import Bools, Floats, Geometries, Indices
from spatialreno.area import inhabited_buildings, way_to_degrees
from spatialreno.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

#: Windows that are looked from at a time.
_LOT = 400
#: Windows stand this far before the wall, so that their own wall shades them only from behind.
_BEFORE_WALL_M = 0.05
#: Columns of a window: which way its wall looks, a vector of length one.
_OUT = ("out_x", "out_y")
#: What is nearer than this to the end or the top of a wall is looked at closely.
_CLEAR_M = 0.1
#: Below this altitude (degrees) a shadow is longer than any yard; the sun is taken as down.
_LOWEST_DEG = 1.0


@dataclass(frozen=True)
class SunRule:
    """A day and hours of the standard (true solar time), the least hours of sun, and the height of the sill."""

    name: str
    title_zh: str
    title_en: str
    date: str
    from_hour: float
    to_hour: float
    least_hours: float
    sill_m: float
    source: str
    confidence: str

    def title(self, lang: str = "zh") -> str:
        """Name the rule for people."""
        return self.title_en if lang == "en" else self.title_zh


@dataclass(frozen=True, repr=False)
class LiftSun:
    """What lifts take from first-floor windows.

    Attributes
    ----------
    table
        Index entrance_id, for every footprint given: windows (that lose any sun), most_lost_min, worst_before_h and
        worst_after_h (of the window that loses most), below (windows that met the rule before and do not
        after).
    windows
        Index window; building_id, x, y, before_h, after_h (with all the lifts built).
    """

    table: pd.DataFrame
    windows: pd.DataFrame
    rule: SunRule

    def __repr__(self) -> str:
        """Read the shade aloud."""
        return (
            f"Sun by {self.rule.name}: {len(self.table)} lifts, {int((self.table['windows'] > 0).sum())} shade a "
            f"window, {int(self.table['below'].sum())} windows fall below {self.rule.least_hours:g} hours"
        )


def sun_is_known() -> bool:
    """Tell whether pvlib is installed, from which the sun's positions come.

    Returns
    -------
    bool
        False where an install left the extra ``people`` out; sunlight is then told as unknown.

    Examples
    --------
    >>> sun_is_known()
    True
    """
    return importlib.util.find_spec("pvlib") is not None


def sun_rule(area: StudyArea, name: str = "dahan") -> SunRule:
    """Read one rule of sunlight from the catalog (``sun_rules``)."""
    rows = {row["rule"]: row for row in area.catalog.rows("sun_rules")}
    if name not in rows:
        raise InputError(f"sun rule {name!r}: not known. Choose one of {', '.join(rows)} (catalog sun_rules).")
    row = rows[name]
    return SunRule(
        name=name,
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        date=row["day"],
        from_hour=float(row["from_hour"]),
        to_hour=float(row["to_hour"]),
        least_hours=float(row["least_hours"]),
        sill_m=float(row["sill_m"]),
        source=row["source"],
        confidence=row["confidence"],
    )


def sun_positions(longitude: float, latitude: float, rule: SunRule, *, step_min: float = 5.0) -> pd.DataFrame:
    """Give the sun's place in the sky over the hours of a rule, at the middle of each step.

    Parameters
    ----------
    longitude, latitude
        Floats.
    rule
        Its hours are true solar time, in which the sun stands in the south at 12.
    step_min
        Minutes of each step.

    Returns
    -------
    DataFrame
        Index UTC time; elevation and azimuth in degrees (geometric, clockwise from true north).

    Raises
    ------
    InputError
        pvlib is not installed.
    """
    try:
        from pvlib import solarposition
    except ImportError as error:
        raise InputError("lifts: sun positions come from pvlib. pip install 'spatialreno[people]'.") from error
    noon = pd.DatetimeIndex([pd.Timestamp(rule.date, tz="UTC") + pd.Timedelta(hours=12 - longitude / 15)])
    equation = float(solarposition.get_solarposition(noon, latitude, longitude)["equation_of_time"].iloc[0])
    hours = np.arange(rule.from_hour + step_min / 120, rule.to_hour, step_min / 60)
    utc = (hours - longitude / 15 - equation / 60) * 3600
    times = pd.Timestamp(rule.date, tz="UTC") + pd.to_timedelta(utc, unit="s")
    found: pd.DataFrame = solarposition.get_solarposition(times, latitude, longitude)[["elevation", "azimuth"]]
    return found


def shade_lifts(area: StudyArea, fit: gpd.GeoDataFrame, *, rule: str = "dahan", step_min: float = 5.0) -> LiftSun:
    """Compute the hours of sun of first-floor windows before and after each lift.

    A window is sunlit while the straight line towards the sun passes over every building: with sun altitude h,
    an obstacle of height H at distance d along the sun's direction shades a sill at z while

    .. math:: d \\tan h < H - z

    Windows are not surveyed: one is taken in each bay (``window_spacing_m``) of every outer wall of a building
    with homes, at the standard's sill. Buildings shade, and the lifts; trees, walls and sheds are left out.

    Parameters
    ----------
    area
        The area as it stands.
    fit
        As ``fit_lifts`` gives it; rows that fit are judged, each alone against today.
    rule
        Of the catalog's ``sun_rules``.
    step_min
        Minutes between two looks at the sun, above 0 and at most 60.

    Returns
    -------
    LiftSun
        ``table``, a row for each lift that fits: windows it shades, most_lost_min, worst_before_h, worst_after_h, below
        (windows that fall below the rule's hours by it); ``windows`` with before_h and after_h (all lifts built);
        ``rule``.

    Raises
    ------
    InputError
        For an unknown rule or a step that is none.

    References
    ----------
    Holmgren, W. F., Hansen, C. W., Mikofski, M. A. (2018). pvlib python. JOSS 3(29), 884.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.works import fit_lifts
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> fit = fit_lifts(today)
    >>> sun = shade_lifts(today, fit, step_min=60)
    >>> sun.table.index.tolist() == fit.index[fit["verdict"] == "fits"].tolist()
    True
    >>> bool((sun.windows["after_h"] <= sun.windows["before_h"]).all())  # a lift brings no sun
    True
    """
    if not 0 < step_min <= 60:
        raise InputError(f"shade_lifts: step_min = {step_min}. Give minutes above 0 and at most 60.")
    law, lifts = sun_rule(area, rule), fit[fit["verdict"] == "fits"]
    windows = _windows(area)
    rays = _rays(area, law, step_min)
    lit = np.broadcast_to(~np.isnan(rays[1]), (len(windows), len(rays[1]))).copy()
    over = _heights(area) - law.sill_m
    own: Floats = np.asarray(pd.Series(over, area.buildings.index).reindex(windows["building_id"]), np.float64)
    bay_m = area.catalog.constants["window_spacing_m"]
    for lot in _lots(windows):
        lit[lot] &= ~_behind_own_wall(windows[lot], rays, own[lot], bay_m)
    shaded = _shaded(windows, lit, rays, area.buildings.geometry.to_numpy(), over)
    lit[shaded.window, shaded.moment] = False
    before = lit.sum(axis=1) * step_min / 60
    above = lifts["height_m"].to_numpy(float) - law.sill_m
    taken = _shaded(windows, lit, rays, lifts.geometry.to_numpy(), above)
    lit[taken.window, taken.moment] = False
    after = lit.sum(axis=1) * step_min / 60
    table = _losses(taken, before, law, step_min, len(lifts)).set_axis(lifts.index, axis=0)
    return LiftSun(table, windows.drop(columns=["point", *_OUT]).assign(before_h=before, after_h=after), law)


def _lots(windows: pd.DataFrame) -> list[slice]:
    """Take windows in lots, so that memory does not grow with the district."""
    return [slice(first, first + _LOT) for first in range(0, len(windows), _LOT)]


def _behind_own_wall(windows: pd.DataFrame, rays: tuple[Floats, Floats], over: Floats, bay_m: float) -> Bools:
    """Tell when the sun stands so far behind a window's own wall that no line need be drawn to see it.

    The wall goes on by half a bay to either side, and the line meets it before that and below its top. That is so for
    half of all windows and moments; the others, and those near to the wall's end or top, are asked by their lines.
    """
    facing = windows[list(_OUT)].to_numpy(float) @ rays[0].T
    with np.errstate(divide="ignore"):
        away = np.where(facing < 0, -_BEFORE_WALL_M / facing, np.inf)
    behind: Bools = (away < bay_m / 2 - _CLEAR_M) & (away * rays[1] < over[:, None] - _CLEAR_M)
    return behind


class _Shade(NamedTuple):
    """Which obstacle takes the sun from which window at which moment: only what is so, for few of all can meet."""

    shape: Indices
    window: Indices
    moment: Indices


def _losses(taken: _Shade, before: Floats, law: SunRule, step_min: float, lifts: int) -> pd.DataFrame:
    """Sum up what each lift takes: from how many windows, the worst of them, how many fall below the rule."""
    pair, moments = np.unique(taken.shape * max(len(before), 1) + taken.window, return_counts=True)
    lift, window = np.divmod(pair, max(len(before), 1))
    lost = moments * step_min
    left = before[window] - lost / 60
    fallen = (before[window] >= law.least_hours) & (left < law.least_hours - 1e-9)
    order = np.lexsort((window, -lost, lift))
    shading, first = np.unique(lift[order], return_index=True)
    worst = order[first]
    table = pd.DataFrame(
        {"windows": 0, "most_lost_min": 0.0, "worst_before_h": np.nan, "worst_after_h": np.nan, "below": 0},
        index=range(lifts),
    )
    table["windows"] = np.bincount(lift, minlength=lifts)
    table["below"] = np.bincount(lift, weights=fallen, minlength=lifts).astype(int)
    worst_of = ["most_lost_min", "worst_before_h", "worst_after_h"]
    table.loc[shading, worst_of] = np.column_stack([lost[worst], before[window[worst]], left[worst]])
    return table


def _windows(area: StudyArea) -> pd.DataFrame:
    """Take a first-floor window in the middle of every bay of the outer walls of homes."""
    homes = inhabited_buildings(area)
    spacing, rows = area.catalog.constants["window_spacing_m"], []
    for name, house in homes.geometry.items():
        for part in shapely.get_parts(house):
            ring = shapely.get_coordinates(shapely.orient_polygons(part).exterior)
            for start, end in pairwise(ring):
                length = float(np.hypot(*(end - start)))
                count = int(length // spacing)
                along = (end - start) / length
                at = (np.arange(count) + 0.5)[:, None] * (length / max(count, 1)) * along + start
                out = np.array([along[1], -along[0]])
                rows += [(str(name), *xy, *out) for xy in at + _BEFORE_WALL_M * out]
    frame = pd.DataFrame(rows, columns=["building_id", "x", "y", *_OUT]).astype({"building_id": "str"})
    number = frame.groupby("building_id").cumcount() + 1
    frame.index = pd.Index(frame["building_id"] + "-w" + number.astype(str), name="window")
    frame["point"] = shapely.points(frame[["x", "y"]].to_numpy(float))
    return frame


def _heights(area: StudyArea) -> Floats:
    """Give each building its height; where it is not known, storeys times the usual storey."""
    constants, buildings = area.catalog.constants, area.buildings
    storeys = buildings["storeys"].astype(float).fillna(constants["default_storeys"])
    heights: Floats = buildings["height_m"].astype(float).fillna(storeys * constants["storey_height_m"]).to_numpy(float)
    return heights


def _rays(area: StudyArea, law: SunRule, step_min: float) -> tuple[Floats, Floats]:
    """Give the sun's direction on the grid of the area (east, north) and the tangent of its altitude."""
    from pyproj import Proj

    x, y = (float(v) for v in np.array(area.compounds.total_bounds).reshape(2, 2).mean(axis=0))
    longitude, latitude = way_to_degrees(area.crs).transform(x, y)
    sky = sun_positions(longitude, latitude, law, step_min=step_min)
    grid_north = Proj(area.crs).get_factors(longitude, latitude).meridian_convergence
    bearing = np.radians(sky["azimuth"].to_numpy(float) - grid_north)
    altitude = np.maximum(sky["elevation"].to_numpy(float), 0.0)
    rise = np.where(altitude >= _LOWEST_DEG, tan(np.radians(altitude)), np.nan)
    return np.column_stack([sin(bearing), cos(bearing)]), rise


def _shaded(
    windows: pd.DataFrame, lit: Bools, rays: tuple[Floats, Floats], shapes: Geometries, above: Floats
) -> _Shade:
    """List which obstacle stands between which window and the sun, at the moments when it would be lit.

    Shapes that share no window are never compared: sight lines are as long as the shadow of the highest obstacle,
    which is what it stands over the sill, divided by the tangent of the sun's altitude.
    """
    none: Indices = np.empty(0, np.intp)
    over = np.flatnonzero(above > 0)
    if not len(over) or not lit.any():
        return _Shade(none, none, none)
    tree, above = shapely.STRtree(shapes[over]), above[over]
    sight = rays[0] * (above.max() / rays[1])[:, None]
    lots = _lots(windows)
    points = windows["point"].to_numpy()
    parts = [_lot(points[lot], lit[lot], sight, tree, above) for lot in lots]
    offset = np.repeat([lot.start for lot in lots], [len(part.window) for part in parts])
    shape, window, moment = (np.concatenate(rows) for rows in zip(*parts, strict=True))
    return _Shade(over[shape], window + offset, moment)


def _lot(points: Geometries, lit: Bools, sight: Floats, tree: shapely.STRtree, above: Floats) -> _Shade:
    """Look from some windows along their sight lines."""
    window, moment = np.nonzero(lit)
    start = shapely.get_coordinates(points[window])
    lines = shapely.linestrings(np.stack([start, start + sight[moment]], axis=1))
    line, shape = tree.query(lines, predicate="intersects")
    # Those of lesser height throw a shorter shadow: the line is cut to it and asked again.
    lower = np.flatnonzero(above[shape] < above.max())
    at, when = start[line[lower]], moment[line[lower]]
    ends = at + sight[when] * (above[shape[lower]] / above.max())[:, None]
    meets = np.ones(len(line), bool)
    meets[lower] = shapely.intersects(shapely.linestrings(np.stack([at, ends], axis=1)), tree.geometries[shape[lower]])
    return _Shade(shape[meets], window[line[meets]], moment[line[meets]])
