"""Management over time (物业接管台账): who manages which compound from when, at which fee and collection; branches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.errors import Fault, InputError
from spatialreno.files import named_columns, read_table

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_COLUMNS = {"compound_id": ("小区", "小区编号"), "month": ("月份",), "management": ("物业管理",),
            "fee_yuan_month": ("物业费",), "fee_rate": ("收缴率",), "party_branch": ("党支部",)}  # fmt: skip
_MANAGED = ("company", "self", "community")
_YES_NO = {
    **dict.fromkeys(("yes", "是", "有", "1", "true"), True),
    **dict.fromkeys(("no", "否", "无", "没有", "0", "false"), False),
}


@dataclass(frozen=True, eq=False, repr=False)
class ManagementLog:
    """Compounds month by month: ``rows`` (compound_id, month, management, fee_yuan_month, fee_rate, party_branch)."""

    rows: pd.DataFrame  # what was not told again in a month is missing there
    compounds: int
    households: pd.Series[Any]
    faults: tuple[Fault, ...] = ()

    def coverage(self) -> pd.DataFrame:
        """Tell by month how many compounds are managed and have a party branch, and what is collected.

        A compound stays as it was last told until it is told again.

        Returns
        -------
        DataFrame
            month, managed, branches (compounds), managed_share, branches_share (of all compounds of the area), rate
            (of households whose compound states one), income_yuan.
        """
        found = []
        for month in sorted(self.rows["month"].unique()):
            now = self.rows[self.rows["month"] <= month].groupby("compound_id").last()
            homes = self.households.reindex(now.index).fillna(0.0)
            managed, branches = int(now["management"].isin(_MANAGED).sum()), int(now["party_branch"].sum())
            known = now["fee_rate"].notna()
            heads = float(homes[known].sum())
            rate = float((now["fee_rate"] * homes)[known].sum()) / heads if heads else float("nan")
            income = float((now["fee_rate"] * now["fee_yuan_month"] * homes).sum(min_count=1))
            shares = (managed / self.compounds, branches / self.compounds)
            found.append((month, managed, branches, *shares, rate, income))
        columns = ["month", "managed", "branches", "managed_share", "branches_share", "rate", "income_yuan"]
        return pd.DataFrame(found, columns=columns)


def read_management(path: str | Path, area: StudyArea, *, keep_rest: bool = False) -> ManagementLog:
    """Read who manages which compound month by month, from a CSV file.

    Parameters
    ----------
    path
        Columns compound_id (小区), month (月份, 2026-03), management (company, self, community, none), fee_yuan_month
        (物业费), fee_rate (收缴率, 0 to 1), party_branch (党支部, yes or no).
    area
        With the compounds.
    keep_rest
        Leave refused rows out and list them in ``faults``, instead of refusing the file.

    Returns
    -------
    ManagementLog

    Raises
    ------
    InputError
        Every fault at once: a missing column, an unknown compound, a month that is none, one compound told twice in a
        month, a fee that is no money, a rate that is no share, a party branch that is neither yes nor no.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> read_management("management.csv", area).coverage()  # doctest: +SKIP
    """
    path = Path(path)
    needed = ["compound_id", "month"]
    raw = named_columns(read_table(path), _COLUMNS, needed, what="management", file=path.name).astype("str")
    raw = raw.apply(lambda cells: cells.str.strip())
    raw = raw.mask(raw == "")
    month = raw["month"].str.replace(r"[./年]", "-", regex=True).str.rstrip("月-")
    day = pd.to_datetime(month + "-1", format="%Y-%m-%d", errors="coerce")
    frame = pd.DataFrame({
        "compound_id": raw["compound_id"], "month": day.dt.strftime("%Y-%m"),
        "management": raw["management"],
        **{c: pd.to_numeric(raw[c], errors="coerce").astype("float64") for c in ("fee_yuan_month", "fee_rate")},
        "party_branch": raw["party_branch"].str.lower().map(_YES_NO).astype("boolean"),
    })  # fmt: skip
    bad = list(_faulty(frame, raw, area))
    names_of = pd.Series([f"row {k + 2}" for k in range(len(frame))], dtype="str")
    faults = [Fault("management", tuple(names_of[rows]), rule, told, mend, file=path.name)
              for rule, told, mend, rows in bad if rows.any()]  # fmt: skip
    if faults and not keep_rest:
        raise InputError.of(faults)
    wrong = pd.concat([rows for *_, rows in bad], axis=1).any(axis=1)
    homes = area.compounds["households"].astype("float64")
    by_homes = area.buildings.groupby("compound_id")["households"].sum().astype("float64").reindex(homes.index)
    rest = frame[~wrong].sort_values(["compound_id", "month"], ignore_index=True)
    return ManagementLog(rest, len(area.compounds), homes.fillna(by_homes), tuple(faults))


def _faulty(frame: pd.DataFrame, raw: pd.DataFrame, area: StudyArea) -> Iterator[tuple[str, str, str, Any]]:
    """Yield rule, what is wrong, its mend and the rows."""
    lost = ~frame["compound_id"].isin(area.compounds.index)
    yield "compound", "names a compound that is not there", "Correct compound_id", lost
    yield "month", "month is none", "Write it as 2026-03", frame["month"].isna()
    twice = frame.duplicated(["compound_id", "month"], keep=False) & ~lost
    yield "twice", "tells a compound twice in a month", "Leave one row for each compound and month", twice
    most = area.catalog.constants["yuan_most"]
    fee = raw["fee_yuan_month"].notna() & ~frame["fee_yuan_month"].between(0, most)
    yield "fee", "fee_yuan_month is no number of 0 or more", f"Give 0 or more yuan, at most {most:,.0f}", fee
    rate = raw["fee_rate"].notna() & ~frame["fee_rate"].between(0, 1)
    yield "rate", "fee_rate is no share", "Give 0 to 1", rate
    strange = frame["management"].notna() & ~frame["management"].isin([*_MANAGED, "none"])
    yield "management", "management is not known", f"Use {', '.join(_MANAGED)} or none", strange
    branch = raw["party_branch"].notna() & frame["party_branch"].isna()
    yield "party_branch", "party_branch is not yes or no", "Write yes (是) or no (否), or leave it empty", branch
