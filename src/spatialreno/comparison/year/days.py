"""Days: the calendar's seasons as spans that are closed for a task, counted from the first day of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

_YEARS = 5  # that a plan may reach into


class Calendar:
    """Seasons of the catalog from a first day on."""

    def __init__(self, catalog: Catalog, start: pd.Timestamp) -> None:
        self.start = start
        self.seasons = catalog.rows("calendar")
        faults = [fault for row in self.seasons for fault in _faults(row)]
        if faults:
            raise InputError.of(faults)

    def closed(self, flags: set[str]) -> tuple[tuple[int, int], ...]:
        """Give the spans on which a task with these flags rests, in order and apart."""
        spans = sorted(
            span for row in self.seasons if row["stops"] == "all" or (row["stops"] != "heat" and row["stops"] in flags)
            for span in self._spans(row)
        )  # fmt: skip
        joined: list[tuple[int, int]] = []
        for first, last in spans:
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        return tuple(joined)

    @property
    def heat_due(self) -> int | None:
        """The first day of the next heating season; None when the catalog has none."""
        first = [span[0] for row in self.seasons if row["stops"] == "heat" for span in self._spans(row)]
        return min((day for day in first if day > 0), default=None)

    def date(self, day: int) -> pd.Timestamp:
        """Give the date of a day of the plan."""
        return self.start + pd.Timedelta(days=day)

    def _spans(self, row: Mapping[str, str]) -> list[tuple[int, int]]:
        """Give a season of every year, as days [from, to) after the first; it may cross New Year."""
        found = []
        for year in range(self.start.year - 1, self.start.year + _YEARS):
            first = pd.Timestamp(f"{year}-{row['from']}")
            last = pd.Timestamp(f"{year if row['from'] <= row['to'] else year + 1}-{row['to']}")
            span = (max((first - self.start).days, 0), (last - self.start).days + 1)
            if span[1] > 0:
                found.append(span)
        return found


def _faults(row: Mapping[str, str]) -> list[Fault]:
    wrong = []
    for column in ("from", "to"):
        try:
            pd.Timestamp(f"2025-{row[column]}")
        except ValueError:
            wrong.append(Fault("calendar", (row["season"],), "dates", f"{column} is {row[column]!r}, no day of a year",
                               "Write it as MM-DD, but not 02-29"))  # fmt: skip
    return wrong
