"""How far a search may go: by work, the same on every computer, or by the clock where somebody asks for that."""

from __future__ import annotations

import time
from functools import cache


class Limit:
    """What a search has left; shared by all the programmes it solves, each of which takes from it.

    Work is counted in looks of the solver at where it stands, each times the coefficients of its programme: it does
    not depend on the computer, so that the same input gives the same answer on a slow one. Seconds do depend on it;
    they stand in place of work where they are given.

    Parameters
    ----------
    seconds
        Seconds from now; None: no clock is looked at.
    work
        Looks times coefficients; None: ``solver_work`` of the catalog, or no limit where seconds are given.

    Examples
    --------
    >>> limit = Limit(work=1000.0)
    >>> limit.spend(400.0)
    >>> limit.work, limit.over, limit.late
    (600.0, False, False)
    >>> Limit(seconds=0.0).late
    True
    """

    def __init__(self, seconds: float | None = None, *, work: float | None = None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds
        unlimited = float("inf") if seconds is not None else usual_work()
        self.work = unlimited if work is None else work

    @property
    def seconds(self) -> float | None:
        """Seconds left, not below 0; None where no clock is looked at."""
        return None if self._until is None else max(self._until - time.monotonic(), 0.0)

    @property
    def late(self) -> bool:
        """Tell whether the seconds have gone by."""
        return self.seconds == 0.0

    @property
    def over(self) -> bool:
        """Tell whether nothing is left, of work or of seconds."""
        return self.work <= 0 or self.late

    def spend(self, work: float) -> None:
        """Take work away."""
        self.work -= work


@cache
def usual_work() -> float:
    """Give the work that a search may do when nobody says otherwise."""
    from spatialreno.catalog import read_catalog

    return float(read_catalog().constants["solver_work"])
