"""When gates are open: opening hours as OpenStreetMap writes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from spatialreno._types import Bools
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_MEND = "Write them as in OpenStreetMap, such as 06:00-22:00 or Mo-Fr 06:00-22:00; Sa-Su 07:00-21:00"


def read_moment(at: str | datetime) -> datetime:
    """Read a moment of local time.

    Parameters
    ----------
    at
        Such as ``2026-05-04T21:00``: a day is needed, since hours may differ by weekday.

    Raises
    ------
    InputError
        It is no day with a time, or it names a time zone.
    """
    try:
        moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or (isinstance(at, str) and ":" not in at):
        raise InputError(f"walk: {at} is no moment of local time. Write day and time, such as 2026-05-04T21:00.")
    return moment


def shut_gates(area: StudyArea, at: str | datetime) -> Bools:
    """Tell which gates are shut at a moment by their hours; a gate without hours never is.

    Parameters
    ----------
    area
        The study area; `gates.hours` as in OpenStreetMap's opening_hours, in local time. Public holidays are not known:
        a rule for them never holds. Sunrise and sunset are taken at fixed times.
    at
        The moment, as `read_moment` takes it.

    Returns
    -------
    numpy.ndarray
        One flag for each gate.

    Raises
    ------
    InputError
        Hours of some gate cannot be read; all such gates are named.
    """
    from opening_hours import OpeningHours, validate

    moment, gates = read_moment(at), area.gates
    shut, faults = np.zeros(len(gates), bool), []
    for text, rows in gates.groupby("hours", sort=True).indices.items():
        if validate(str(text)):
            shut[rows] = not OpeningHours(str(text)).is_open(moment)
        else:
            names = tuple(str(name) for name in gates.index[rows])
            faults.append(Fault("gates", names, "hours", f"hours {text!r} cannot be read", _MEND))
    if faults:
        raise InputError.of(faults)
    return shut


def said_hours(area: StudyArea, at: str | datetime | None) -> str:
    """Say what was assumed about opening hours."""
    timed = int(area.gates["hours"].notna().sum())
    if at is None:
        return f"gates count as open at all hours ({timed} have hours; give a moment to heed them)"
    return f"gates as at {read_moment(at):%Y-%m-%d %H:%M} ({timed} have hours)"
