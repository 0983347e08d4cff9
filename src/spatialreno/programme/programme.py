"""Programme: many projects or published figures, told by district and year, with what is late."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import as_day, refuse_unknown
from spatialreno.errors import Fault, InputError
from spatialreno.programme.sums import MEASURES, SHARES, sums

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

_REACHED = {
    "planned": ("planned", "started", "in_progress", "done"),
    "started": ("started", "in_progress", "done"),
    "in_progress": ("in_progress",),
    "done": ("done",),
}
_KEYS = ["city", "district", "year", "unit", "status"]


@dataclass(frozen=True, eq=False, repr=False)
class Programme:
    """Projects and published figures, as ``read_programme`` gives them.

    Attributes
    ----------
    name
        Of the file.
    rows
        Index id; the columns of ``spatialreno catalog programme``. A row with a ``count`` is a published figure,
        one without is one project.
    faults
        Rows that were refused, when the rest was kept.
    """

    name: str
    rows: pd.DataFrame
    catalog: Catalog = field(repr=False)
    faults: tuple[Fault, ...] = ()

    @property
    def projects(self) -> pd.DataFrame:
        """Rows that are one project each."""
        return self.rows[self.rows["count"].isna() & self.rows["unit"].notna()]

    @property
    def figures(self) -> pd.DataFrame:
        """Rows that are published figures, money without a count included."""
        return self.rows[self.rows["count"].notna() | self.rows["unit"].isna()]

    def figure(self, row: str, measure: str = "count") -> float:
        """Give one published number.

        Parameters
        ----------
        row
            Its id.
        measure
            ``count`` or another column of numbers, such as ``households`` or ``money_yuan``.

        Returns
        -------
        float
            In the unit of the column; ``count`` in the row's ``unit``.

        Raises
        ------
        InputError
            No such row or measure, or it was not published.

        Examples
        --------
        >>> from spatialreno.programme import read_programme
        >>> told = read_programme("data/programme/pingdingshan-2022.csv")
        >>> told.figure("PDS22-started", "households")
        31331.0
        """
        if row not in self.rows.index or measure not in (*MEASURES, *SHARES):
            raise InputError(f"{self.name}: no figure {measure} of {row!r}. Rows: {', '.join(self.rows.index)}.")
        value: Any = self.rows.at[row, measure]
        if pd.isna(value):
            raise InputError(f"{self.name}: {measure} of {row} was not published.")
        return float(value)

    def share(self, part: str, whole: str) -> float:
        """Give one figure as a share of another of the same unit.

        Parameters
        ----------
        part, whole
            Ids of two rows.

        Returns
        -------
        float
            1 for all of it.

        Raises
        ------
        InputError
            The two are counted in different units (projects and compounds are not the same thing).

        Examples
        --------
        >>> from spatialreno.programme import read_programme
        >>> told = read_programme("data/programme/pingdingshan-2022.csv")
        >>> round(told.share("XH22-done", "XH22"), 3)
        0.545
        """
        top, base = self.figure(part), self.figure(whole)
        units = [str(self.rows.at[i, "unit"]) for i in (part, whole)]
        if units[0] != units[1]:
            raise InputError(
                f"{self.name}: {part} counts {units[0]}s and {whole} counts {units[1]}s. Only equal units are compared."
            )
        return top / base

    def table(self, as_of: str | None = None) -> pd.DataFrame:
        """Tell the programme by city, district, year, unit and status.

        A published figure counts in its own status only; a project counts as planned, and as started and done
        when it has come so far. A figure that is split by district is told by district and not once more as
        a whole. Projects and compounds stand in rows of their own and are never added.

        Parameters
        ----------
        as_of
            Day (YYYY-MM-DD) against which projects are late; None: no row ``late``.

        Returns
        -------
        DataFrame
            Columns city, district, year, unit, status, and what can be added up: count, compounds, buildings,
            households, money_yuan, residents, facilities, lifts, managed (compounds), party_branches, illegal_m2,
            wall_m; what was not published is missing, not zero.

        Examples
        --------
        >>> from spatialreno.programme import read_programme
        >>> told = read_programme("data/programme/pingdingshan-2022.csv")
        >>> told.table()[["unit", "status", "count"]].dropna().values.tolist()[:2]
        [['compound', 'done', 182.0], ['project', 'started', 247.0]]
        """
        rows = pd.concat([self._leaf_figures(), self._project_rows(as_of)])
        rows[_KEYS[:2]] = rows[_KEYS[:2]].fillna("")
        rows[_KEYS[3:]] = rows[_KEYS[3:]].fillna("")
        grouped = rows.groupby(_KEYS, sort=False)[list(MEASURES)].agg(_known_sum).reset_index()
        order = {status: k for k, status in enumerate(["planned", "started", "in_progress", "done", "late", ""])}
        return grouped.sort_values(_KEYS, key=lambda c: c.map(order) if c.name == "status" else c, ignore_index=True)

    def late(self, as_of: str) -> pd.DataFrame:
        """List the projects that are late on a day: not done past their planned end, or done after it.

        Parameters
        ----------
        as_of
            The day (YYYY-MM-DD).

        Returns
        -------
        DataFrame
            Index id; title, district, status, end_planned, end, reason, days (behind plan).

        Raises
        ------
        InputError
            ``as_of`` is no day.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from spatialreno.programme import read_programme
        >>> head = "id,city,year,unit,status,households,start,end_planned,end"
        >>> rows = [
        ...     "P1,洛阳,2026,project,done,120,2026-03-01,2026-08-31,2026-09-10",
        ...     "P2,洛阳,2026,project,started,80,2026-04-01,2026-10-31,",
        ... ]
        >>> with TemporaryDirectory() as folder:
        ...     written = Path(folder, "year.csv").write_text("\\n".join([head, *rows]), encoding="utf-8")
        ...     told = read_programme(Path(folder, "year.csv"))
        >>> told.late("2026-11-30")["days"].to_dict()
        {'P1': 10, 'P2': 30}
        """
        day = as_day(as_of, what="as_of")
        own = self.projects
        ended = own["end"].where(own["end"] <= day)
        behind = (ended.fillna(day) - own["end_planned"]).dt.days
        found = own[behind > 0]
        told = found[["title", "district", "status", "end_planned", "end", "reason"]]
        return told.assign(days=behind[behind > 0].astype(int))

    def curve(self, measure: str = "households", *, as_of: str | None = None) -> pd.DataFrame:
        """Tell progress against plan: what was to be done and what was done, cumulatively, by date.

        Parameters
        ----------
        measure
            ``households``, ``compounds``, ``buildings``, ``money_yuan``, or ``count`` for projects.
        as_of
            Last day (YYYY-MM-DD) of the series ``done``.

        Returns
        -------
        DataFrame
            Columns series (``planned``, ``done``), date, value; projects without the date or the measure
            are not in it. Published figures have no dates and are not in it either.

        Raises
        ------
        InputError
            There is no such measure, or ``as_of`` is no day.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from spatialreno.programme import read_programme
        >>> head = "id,city,year,unit,status,households,start,end_planned,end"
        >>> rows = [
        ...     "P1,洛阳,2026,project,done,120,2026-03-01,2026-08-31,2026-09-10",
        ...     "P2,洛阳,2026,project,started,80,2026-04-01,2026-10-31,",
        ... ]
        >>> with TemporaryDirectory() as folder:
        ...     written = Path(folder, "year.csv").write_text("\\n".join([head, *rows]), encoding="utf-8")
        ...     told = read_programme(Path(folder, "year.csv"))
        >>> told.curve("households")[["series", "value"]].values.tolist()
        [['planned', 120.0], ['planned', 200.0], ['done', 120.0]]
        """
        refuse_unknown([measure], MEASURES, what="curve", noun="measure of projects")
        own = self.projects.assign(count=1)
        parts = []
        for series, column in (("planned", "end_planned"), ("done", "end")):
            dated = own[own[column].notna() & own[measure].notna()]
            if series == "done" and as_of is not None:
                dated = dated[dated[column] <= as_day(as_of, what="as_of")]
            steps = dated.groupby(column)[measure].sum().astype("float64").sort_index().cumsum()
            parts.append(pd.DataFrame({"series": series, "date": steps.index, "value": steps.to_numpy()}))
        return pd.concat(parts, ignore_index=True)

    def targets(self) -> pd.DataFrame:
        """Hold what is done against what was planned, by district, year and unit: planned, done, left, share.

        Returns
        -------
        DataFrame
            Columns city, district, year, unit, planned, done, left, share_done; missing where either was not published.
        """
        table = self.table()
        keys = _KEYS[:4]
        wide = table.pivot_table(index=keys, columns="status", values="count", aggfunc="sum", min_count=1)
        found = wide.reindex(columns=["planned", "done"]).astype("float64").reset_index()
        found.columns.name = None
        found["left"] = found["planned"] - found["done"]
        found["share_done"] = found["done"] / found["planned"]
        return found[found["planned"].notna() | found["done"].notna()].reset_index(drop=True)

    def sums(self) -> pd.DataFrame:
        """Compare every whole with its parts: columns whole, measure, unit, stated, parts, equal."""
        return sums(self.rows)

    def __repr__(self) -> str:
        """Read the programme aloud."""
        said = [f"{len(self.projects)} projects"] if len(self.projects) else []
        for row, values in self.figures.iterrows():
            count = "" if pd.isna(values["count"]) else f" {int(values['count'])} {values['unit']}s"
            homes = "" if pd.isna(values["households"]) else f" {int(values['households'])} households"
            money = "" if pd.isna(values["money_yuan"]) else f" {float(values['money_yuan']):,.0f} yuan"
            said.append(f"{row}{count}{homes}{money}")
        return f"Programme {self.name}: {'; '.join(said)}"

    def _leaf_figures(self) -> pd.DataFrame:
        """Take figures, without those that are told again, part by part, in the same unit and status."""
        own = self.figures
        whole = self.rows[["unit", "status"]].add_suffix("_of")
        parts = self.rows[self.rows["part_of"].notna()].join(whole, on="part_of")
        same = parts[(parts["unit"] == parts["unit_of"]) & (parts["status"] == parts["status_of"])]
        return own[~own.index.isin(same["part_of"])]

    def _project_rows(self, as_of: str | None) -> pd.DataFrame:
        own = self.projects.assign(count=1)
        sets = [own[own["status"].isin(among)].assign(status=status) for status, among in _REACHED.items()]
        if as_of is not None:
            sets.append(own.loc[self.late(as_of).index].assign(status="late"))
        return pd.concat(sets)


def _known_sum(values: pd.Series[Any]) -> float:
    """Add what is known; nothing known is unknown."""
    return float(values.astype("float64").sum(min_count=1))
