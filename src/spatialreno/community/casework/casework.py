"""The casework book (包联台账): visits to holders and households with leader, state, papers and deadline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import as_day, overlaid
from spatialreno.errors import Fault, InputError
from spatialreno.files import listed, named_columns, write_book
from spatialreno.formats import read_rows

if TYPE_CHECKING:
    from spatialreno._types import Cell
    from spatialreno.area import StudyArea
    from spatialreno.community.consents.consent import Consents

#: Columns of the book, with the names people give them.
COLUMNS = {
    "who": ("对象", "权利人编号", "户号"), "name": ("名称",), "leader": ("包联责任人", "包联领导", "责任人"),
    "date": ("日期", "走访日期"), "state": ("意见", "状态"), "papers_in_hand": ("已有材料",),
    "papers_missing": ("欠缺材料",), "due": ("期限", "截止日期"), "note": ("备注",),
}  # fmt: skip
PAPERS = ("产权证", "土地证", "规划许可", "改制文件")
STATES = ("not_visited", "visited", "agreed_in_principle", "signed", "against")
_SETTLED = ("signed",)


@dataclass(frozen=True, eq=False, repr=False)
class Casework:
    """Visits as they were made; personal, and on no page.

    Attributes
    ----------
    rows
        One row a visit, or a case nobody has seen yet: who, name, leader, date (missing: not yet), state,
        papers_in_hand and papers_missing (tuples), due, note; by who and date.
    faults
        Rows that were refused, when the rest was kept.
    """

    rows: pd.DataFrame
    faults: tuple[Fault, ...] = ()

    def now(self, as_of: str | None = None) -> pd.DataFrame:
        """Tell where each case stands: index who; leader, visits, date of the last, state, papers, due, note."""
        day = as_day(as_of, what="as_of") if as_of else None
        own = self.rows if day is None else self.rows[self.rows["date"].isna() | (self.rows["date"] <= day)]
        last = own.groupby("who").tail(1).set_index("who")
        last.insert(2, "visits", own.groupby("who")["date"].count().reindex(last.index))
        for column in ("leader", "due", "name"):  # said once, it holds until said anew
            said = own[own[column].notna() & (own[column] != "")].groupby("who")[column].last()
            last[column] = said.reindex(last.index)
        return last.assign(leader=last["leader"].fillna(""), name=last["name"].fillna(""))

    def progress(self) -> pd.DataFrame:
        """Count cases by state on every day on which somebody was seen: date, then a column a state."""
        found = []
        whole = self.rows["who"].nunique()
        for day in sorted(self.rows["date"].dropna().unique()):
            seen = self.rows[self.rows["date"] <= day].groupby("who").last()["state"]
            counts = seen.value_counts().reindex(list(STATES), fill_value=0)
            counts["not_visited"] += whole - len(seen)
            found.append({"date": day, **{str(k): int(v) for k, v in counts.items()}})
        return pd.DataFrame(found, columns=["date", *STATES])

    def reminders(self, as_of: str) -> pd.DataFrame:
        """List cases past their deadline that are not signed: who, name, leader, state, papers_missing, due, days."""
        day, own = as_day(as_of, what="as_of"), self.now(as_of)
        late = own[(own["due"] < day) & ~own["state"].isin(_SETTLED)].copy()
        late["days"] = (day - late["due"]).dt.days
        columns = ["name", "leader", "state", "papers_missing", "due", "days"]
        return late.sort_values(["days", "who"], ascending=[False, True])[columns].reset_index()

    def applied(self, area: StudyArea) -> StudyArea:
        """Put the last word of every holder into the area's rights, so that consents follow the book."""
        now = self.now()
        said = area.rights["party_id"].map(now["state"])
        day = area.rights["party_id"].map(now["date"].dt.strftime("%Y-%m-%d")).astype("str")
        before = area.rights["date"].astype("str")
        rights = area.rights.assign(
            consent=said.fillna(area.rights["consent"]), date=day.where(said.notna(), before)
        )
        return overlaid(area, {"rights": rights})

    def write(self, path: str | Path) -> Path:
        """Write the book as .xlsx, with a sheet of the states and papers; it reads back the same.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        told = self.rows.assign(
            **{c: self.rows[c].dt.strftime("%Y-%m-%d") for c in ("date", "due")},
            **{c: self.rows[c].map(listed) for c in ("papers_in_hand", "papers_missing")},
        )
        words = pd.DataFrame({"state": pd.Series(STATES), "paper": pd.Series(PAPERS)})
        heads = {column: names[0] for column, names in COLUMNS.items()}
        return write_book({"casework": told.rename(columns=heads), "words": words}, path)

    def __repr__(self) -> str:
        """Read the book aloud."""
        now = self.now()["state"].value_counts()
        told = ", ".join(f"{int(now[s])} {s}" for s in STATES if s in now)
        return f"<Casework: {self.rows['who'].nunique()} cases ({told}), {int(self.rows['date'].count())} visits>"


def read_casework(path: str | Path, area: StudyArea, *, keep_rest: bool = False) -> Casework:
    """Read the casework book from an .xlsx or .csv file.

    Parameters
    ----------
    path
        One row a visit: who (对象: id of a party, or a household), name, leader (包联责任人), date (走访日期), state
        (意见: not_visited, visited, agreed_in_principle, signed, against, or their Chinese words), papers_in_hand and
        papers_missing (joined by ``;``), due (期限), note.
    area
        With the parties and homes.
    keep_rest
        Leave refused rows out and list them in ``faults``, instead of refusing the file.

    Returns
    -------
    Casework

    Raises
    ------
    InputError
        Every fault at once: nobody of that name, a state that is not known, a date that is none or that runs backwards
        (a signature before the first visit's day), one who is seen twice on a day with two states.

    Examples
    --------
    >>> import spatialreno as sr
    >>> read_casework("casework.xlsx", sr.read_area("data/geo/xigongdi")).now()  # doctest: +SKIP
    """
    path = Path(path)
    known = {n for column, names in COLUMNS.items() for n in (column, *names)}
    raw = read_rows(path, known=known, sheet="casework" if path.suffix.lower() == ".xlsx" else "")
    frame = pd.DataFrame(raw.columns, dtype=object, index=range(len(raw.ids)))
    cells = named_columns(frame, COLUMNS, ["who"], what="casework", file=path.name).map(_text)
    rows = _typed(cells, area)
    faults, bad = [], pd.Series(False, index=rows.index)
    names = pd.Series([f"row {k}" for k in raw.ids], index=rows.index)
    for rule, told, mend, wrong in _faulty(rows, cells, area):
        if wrong.any():
            faults.append(Fault("casework", tuple(names[wrong]), rule, told, mend, file=path.name))
            bad |= wrong
    if faults and not keep_rest:
        raise InputError.of(faults)
    return Casework(_sorted(rows[~bad]), tuple(faults))


def start_casework(consents: Consents, *, due: str | None = None) -> Casework:
    """Open a book for everybody an option still needs: holders not in hand, and the fewest households.

    Parameters
    ----------
    consents
        Of the option.
    due
        Deadline of all (YYYY-MM-DD).

    Returns
    -------
    Casework
        To be written, given out with leaders, and read again.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> walls = sr.Scenario("walls", "拆墙", [sr.demolish("walls", between=["C01", "C02"])])
    >>> bool(len(start_casework(sr.find_consents(today, walls)).rows))
    True
    """
    left = consents.to_win()
    day = as_day(due, what="due") if due else pd.NaT
    said = consents.asked.groupby("party_id")["consent"].agg(_worst)
    states = [str(said.get(i, "not_visited")) if who == "party" else "not_visited" for who, i in
              zip(left["who"], left["id"], strict=True)]  # fmt: skip
    rows = pd.DataFrame({
        "who": left["id"].astype("str"), "name": left["name"].where(left["who"] == "party", ""), "leader": "",
        "date": pd.NaT, "state": states, "papers_in_hand": [()] * len(left),
        "papers_missing": [PAPERS if who == "party" else () for who in left["who"]], "due": day, "note": "",
    })  # fmt: skip
    return Casework(_sorted(rows))


def with_leaders(book: Casework, leaders: dict[str, str]) -> Casework:
    """Give cases their leaders (包联); the rest of the book stays.

    Parameters
    ----------
    book
        Visits, as ``start_casework`` and ``read_casework`` give them.
    leaders
        Name of the leader by ``who`` of the case.

    Returns
    -------
    Casework
        A new book.

    Raises
    ------
    InputError
        There is no such case; the known ones are named.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.community import find_consents
    >>> from spatialreno.community import start_casework
    >>> plan = sr.Scenario("p", interventions=[sr.demolish("walls", between=["C01", "C02"])])
    >>> book = start_casework(find_consents(sr.read_area("data/geo/xigongdi"), plan))
    >>> who = book.rows["who"].iloc[0]
    >>> with_leaders(book, {who: "王主任"}).now()["leader"][who]
    '王主任'
    """
    strange = sorted(set(leaders) - set(book.rows["who"]))
    if strange:
        known = ", ".join(book.rows["who"].unique())
        raise InputError(f"casework: {', '.join(strange)}: no such case. Cases: {known}.")
    rows = book.rows.assign(leader=book.rows["who"].map(leaders).fillna(book.rows["leader"]))
    return replace(book, rows=rows)


def _worst(said: pd.Series[Any]) -> str:
    order = ("against", *STATES)
    held = [s for s in said if isinstance(s, str)]
    return min(held, key=order.index, default="not_visited")


def _typed(cells: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    words = {row["title_zh"]: row["value"] for row in area.catalog.rows("words") if row["column"] == "consent"}
    rows = cells.fillna("").astype("str")
    rows["state"] = rows["state"].map(lambda cell: words.get(cell, cell) or "not_visited")
    for column in ("date", "due"):
        days = rows[column].str.replace(r"[/.]", "-", regex=True).str.slice(0, 10)
        rows[column] = pd.to_datetime(days, format="%Y-%m-%d", errors="coerce")
    for column in ("papers_in_hand", "papers_missing"):
        rows[column] = [tuple(p.strip() for p in re.split("[;；、,]", cell) if p.strip()) for cell in rows[column]]
    return rows


def _faulty(
    rows: pd.DataFrame, cells: pd.DataFrame, area: StudyArea
) -> Iterator[tuple[str, str, str, pd.Series[bool]]]:
    """Yield rule, what is wrong, its mend and the rows."""
    from spatialreno.community.voting.dwellings import homes

    people = set(area.parties.index) | set(homes(area).index)
    yield "who", "names nobody of the area", "Give the id of a party or of a household", ~rows["who"].isin(people)
    yield "state", "state is not known", f"Use one of {', '.join(STATES)}", ~rows["state"].isin(STATES)
    for column in ("date", "due"):
        none = cells[column].notna() & rows[column].isna()
        yield "dates", f"{column} is no day", "Write days as YYYY-MM-DD", none
    first = rows[rows["state"] == "visited"].groupby("who")["date"].min()
    early = (rows["state"] == "signed") & (rows["date"] < pd.to_datetime(rows["who"].map(first.to_dict())))
    yield "dates", "signed before the first visit", "Correct the days", early
    day = rows["date"].notna()
    twice = day & rows.duplicated(["who", "date"], keep=False)
    yield "twice", "one is seen twice on a day", "Leave one row for each visit", twice


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    typed = rows.assign(date=pd.to_datetime(rows["date"]), due=pd.to_datetime(rows["due"]))
    return typed.sort_values(["who", "date"], na_position="first", ignore_index=True)[list(COLUMNS)]


def _text(value: Cell) -> str | None:
    if value is None or pd.isna(value):
        return None
    return str(value).strip() or None
