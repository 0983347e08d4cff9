"""What people hand in: ids, kinds and points in any natural form, told in words where they cannot be meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.errors import InputError, nearest

if TYPE_CHECKING:
    from spatialreno.area.study_area import StudyArea

Ids: TypeAlias = "str | Iterable[str] | pd.DataFrame"
Points: TypeAlias = "gpd.GeoSeries | gpd.GeoDataFrame | shapely.Geometry | tuple[float, float]"

Made = TypeVar("Made")

_FIRST_YEAR = 1900
_FAR_M = 2000.0  # a point so far beyond all that is drawn was meant in another system


def as_ids(given: Ids) -> list[str]:
    """Take one id, ids in any sequence, or a table whose index names them.

    Parameters
    ----------
    given
        A word, several, or rows of a layer.

    Returns
    -------
    list of str
        In the order given; whether there are such ids is for the caller to say.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> as_ids("B01"), as_ids(["B01", "B02"]), as_ids(today.buildings.head(1))
    (['B01'], ['B01', 'B02'], ['B01'])
    """
    named = given.index if isinstance(given, pd.DataFrame) else several(given)
    return [str(name) for name in named]


def several(given: object) -> list[Any]:
    """Take one word or number, or several in any sequence.

    Parameters
    ----------
    given
        Anything; a text is one thing, not its letters.

    Returns
    -------
    list
        What was given, or all that is in it.

    Examples
    --------
    >>> several("water"), several({"water"}), several(5)
    (['water'], ['water'], [5])
    """
    return list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]


def as_kinds(area: StudyArea, given: str | Iterable[str], *, what: str) -> list[str]:
    """Take one kind of facility or several, each of which the area's catalog must know.

    Parameters
    ----------
    area
        Whose catalog says which kinds there are.
    given
        One kind such as ``"pharmacy"``, or several.
    what
        Who asks, for the message.

    Returns
    -------
    list of str
        The kinds, in the order given.

    Raises
    ------
    InputError
        A kind is not in the catalog; the nearest words are named.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> as_kinds(today, "pharmacy", what="nearest")
    ['pharmacy']
    >>> as_kinds(today, ["pharmcy"], what="nearest")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: nearest: pharmcy is no kind of facility. Did you mean pharmacy?
    """
    kinds = [str(kind) for kind in several(given)]
    refuse_unknown(kinds, area.catalog.facilities.index, what=what, noun="kind of facility")
    return kinds


def as_kind(area: StudyArea, given: str, *, what: str) -> str:
    """Take one kind of facility, which the area's catalog must know.

    Parameters
    ----------
    area
        Whose catalog says which kinds there are.
    given
        The kind, such as ``"canteen"``.
    what
        Who asks, for the message.

    Returns
    -------
    str
        The kind.

    Raises
    ------
    InputError
        It is not in the catalog (the nearest words are named), or it is not one word.

    Examples
    --------
    >>> import spatialreno as sr
    >>> as_kind(sr.read_area("data/geo/xigongdi"), ["canteen"], what="siting")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: siting: ['canteen'] is not one kind of facility. Give one word, such as 'canteen'.
    """
    known = area.catalog.facilities.index
    if isinstance(given, str) and given in known:
        return given
    if isinstance(given, str):
        mend = nearest(given, known) or f" Choose one of: {', '.join(known)}."
        raise InputError(f"{what}: no kind {given} in the catalog.{mend}")
    raise InputError(f"{what}: {given!r} is not one kind of facility. Give one word, such as 'canteen'.")


def as_day(given: str | pd.Timestamp, *, what: str) -> pd.Timestamp:
    """Take one day, whatever the hour and the time zone.

    Parameters
    ----------
    given
        Text such as ``2026-03-01``, a datetime or a Timestamp.
    what
        Who asks, for the message.

    Returns
    -------
    Timestamp
        Midnight of that day as it stands, without time zone.

    Raises
    ------
    InputError
        It is none.

    Examples
    --------
    >>> as_day("2026-03-01", what="start")
    Timestamp('2026-03-01 00:00:00')
    """
    try:
        day = pd.NaT if isinstance(given, int | float) else pd.Timestamp(given)
    except (ValueError, TypeError) as error:
        raise InputError(f"{what}: {given!r} is no day. Write it as YYYY-MM-DD.") from error
    if pd.isna(day) or day.year < _FIRST_YEAR:  # "March" reads as one of the year 1
        raise InputError(f"{what}: {given!r} is no day. Write it as YYYY-MM-DD.")
    return day.normalize().tz_localize(None)


def as_area(given: object, *, what: str) -> StudyArea:
    """Take a study area, and nothing else.

    Parameters
    ----------
    given
        What ``read_area`` or ``assemble`` gives, in any state.
    what
        Who asks, for the message.

    Returns
    -------
    StudyArea
        As given.

    Raises
    ------
    InputError
        It is something else, such as a path.

    Examples
    --------
    >>> as_area("xigongdi", what="compare")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: compare: str is no study area. Give what read_area returns.
    """
    from spatialreno.area.study_area import StudyArea

    if not isinstance(given, StudyArea):
        raise InputError(f"{what}: {type(given).__name__} is no study area. Give what read_area returns.")
    return given


def as_made(given: object, made: type[Made], *, what: str, noun: str, maker: str) -> Made:
    """Take what one function of the package gives, and nothing else.

    Parameters
    ----------
    given
        Whatever was handed in.
    made
        Class of what is meant.
    what
        Who asks, for the message.
    noun
        What it should be, in a word.
    maker
        What gives it.

    Returns
    -------
    object
        As given.

    Raises
    ------
    InputError
        It is something else.

    Examples
    --------
    >>> as_made("full", dict, what="draw_design", noun="design", maker="design_openings")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: draw_design: str is no design. Give what design_openings returns.
    """
    if not isinstance(given, made):
        raise InputError(f"{what}: {type(given).__name__} is no {noun}. Give what {maker} returns.")
    return given


def refuse_unknown(given: Iterable[str], known: Collection[str], *, what: str, noun: str) -> None:
    """Refuse names that are not known, each with the known ones nearest to it.

    Parameters
    ----------
    given
        Names that were handed in.
    known
        Names that there are.
    what
        Who asks, for the message.
    noun
        What the names are names of, for the message.

    Raises
    ------
    InputError
        One is not known. Up to eight are named, with the nearest known ones, or the first forty where none is near.

    Examples
    --------
    >>> refuse_unknown(["pharmcy"], ["pharmacy", "plaza"], what="nearest", noun="kind of facility")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: nearest: pharmcy is no kind of facility. Did you mean pharmacy?
    """
    names = [str(name) for name in known]
    lost = sorted({str(name) for name in given if not isinstance(name, str) or name not in names})
    if not lost:
        return
    near = sorted({match for name in lost for match in get_close_matches(name, names, n=2)})
    mend = f"Did you mean {', '.join(near)}?" if near else f"Choose from: {', '.join(sorted(names)[:40])}."
    raise InputError(f"{what}: {', '.join(lost[:8])} is no {noun}. {mend}")


def as_points(area: StudyArea, given: object, *, what: str) -> gpd.GeoSeries | None:
    """Take points or polygons in any natural form and bring them into the area's system; None for ids.

    Parameters
    ----------
    area
        The study area.
    given
        A GeoSeries or GeoDataFrame in any system (without one: the area's), a shapely geometry or several, or one
        (x, y) in the area's system.
    what
        Who asks, for the message.

    Returns
    -------
    GeoSeries or None
        In the area's system; the index names the places as given, ``P1, P2, …`` where nothing names them.

    Raises
    ------
    InputError
        A place is missing or empty, two have one label, or a place lies so far off that its system must be another.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> gate = today.gates.geometry[["G01"]].to_crs("EPSG:4326")  # longitude and latitude
    >>> bool(as_points(today, gate, what="nearest")["G01"].distance(today.gates.geometry["G01"]) < 0.001)
    True
    >>> as_points(today, "G01", what="nearest") is None
    True
    """
    shapes = _shapes(given)
    if shapes is None:
        return None
    bare = shapes.isna() | shapes.is_empty
    if bare.any():
        names = ", ".join(map(str, shapes.index[bare][:8]))
        raise InputError(f"{what}: {names} has no geometry. Leave it out, or say where it lies.")
    twice = shapes.index[shapes.index.duplicated()]
    if len(twice):
        names = ", ".join(map(str, twice.unique()[:8]))
        raise InputError(f"{what}: {names} names several places. Give each its own label, as reset_index() does.")
    here = shapes.set_crs(area.crs) if shapes.crs is None else shapes.to_crs(area.crs)
    _refuse_far(area, here, stated=shapes.crs is not None, what=what)
    return here


def _shapes(given: object) -> gpd.GeoSeries | None:
    if isinstance(given, gpd.GeoDataFrame):
        return given.geometry
    if isinstance(given, gpd.GeoSeries):
        return given
    several: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
    if len(several) == 2 and all(isinstance(number, int | float) for number in several):
        several = [shapely.Point(several)]
    if not several or not all(isinstance(shape, shapely.Geometry) for shape in several):
        return None
    return gpd.GeoSeries(several, index=[f"P{k + 1}" for k in range(len(several))])


def _refuse_far(area: StudyArea, points: gpd.GeoSeries, *, stated: bool, what: str) -> None:
    drawn = shapely.box(*area.compounds.total_bounds) if len(area.compounds) else None
    if drawn is None or not len(points):
        return
    for layer in (area.buildings, area.paths):
        drawn = shapely.union(drawn, shapely.box(*layer.total_bounds)) if len(layer) else drawn
    away = shapely.distance(points.to_numpy(), drawn.envelope)
    far = away > _FAR_M
    if far.any():
        mend = "Ask for places nearby." if stated else "State the system of the points: points.set_crs(…)."
        names = ", ".join(map(str, points.index[far][:8]))
        raise InputError(f"{what}: {names} lies {away[far].min() / 1000:,.0f} km from the area. {mend}")
