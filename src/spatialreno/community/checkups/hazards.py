"""The hazard list (隐患清单): place, photo, priority; basic works first, and what mends them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.errors import Fault, InputError
from spatialreno.files import named_columns, read_table
from spatialreno.scenario import Scenario, alter

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_COLUMNS = {"id": ("编号",), "place": ("位置", "楼栋", "小区"), "hazard": ("隐患", "类型"), "photo": ("照片",),
            "date": ("日期",), "note": ("备注",)}  # fmt: skip
_TRUE = {"true": True, "false": False}


@dataclass(frozen=True, eq=False, repr=False)
class Hazards:
    """Hazards in the order in which they are to be mended.

    Attributes
    ----------
    table
        Index id; order, hazard, title, class, priority, place, compound_id, households, photo, date, note, works (what
        mends it, as ``layer column=value``; empty: the menu or one dig does).
    faults
        Rows that were refused, when the rest was kept.
    """

    table: pd.DataFrame
    faults: tuple[Fault, ...] = ()

    def as_scenario(self, name: str = "hazards", title: str = "隐患整治") -> Scenario:
        """Make the works that mend the hazards, basic ones in phase 1, improved in 2, raised in 3; each thing once."""
        phases = {"basic": 1, "improved": 2, "raised": 3}
        own = self.table[self.table["works"] != ""].drop_duplicates(["place", "works"])
        acts = []
        for (works, kind), rows in own.groupby(["works", "class"], sort=False):
            layer, _, cell = str(works).partition(" ")
            column, _, value = cell.partition("=")
            values: dict[str, Any] = {column: _TRUE.get(value, value)}
            reason = "、".join(rows.index)
            acts.append(alter(layer, ids=sorted(rows["place"]), set=values, phase=phases[str(kind)], reason=reason))
        return Scenario(name, title, acts)

    def __repr__(self) -> str:
        """Read the list aloud."""
        counts = self.table["class"].value_counts()
        return f"<Hazards: {', '.join(f'{int(n)} {kind}' for kind, n in counts.items()) or 'none'}>"


def read_hazards(path: str | Path, area: StudyArea, *, keep_rest: bool = False) -> Hazards:
    """Read a list of hazards from a CSV file and put it in order: by class, by priority, by households.

    Parameters
    ----------
    path
        Columns id (编号), place (位置: id of a building or compound), hazard (隐患: a word of ``spatialreno catalog
        hazards`` or its Chinese title), photo (照片: a file name), date (日期), note.
    area
        With the places.
    keep_rest
        Leave refused rows out and list them in ``faults``, instead of refusing the file.

    Returns
    -------
    Hazards

    Raises
    ------
    InputError
        Every fault at once: a missing column, an id given twice, an unknown place or hazard, works that the place does
        not take, a date that is none.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> read_hazards("hazards.csv", area).as_scenario().bill(area)  # doctest: +SKIP
    """
    path = Path(path)
    raw = named_columns(read_table(path), _COLUMNS, ["id", "place", "hazard"], what="hazards", file=path.name)
    frame = raw.astype("str").fillna("")
    kinds = {row["hazard"]: row for row in area.catalog.rows("hazards")}
    words = {row["title_zh"]: name for name, row in kinds.items()}
    frame["hazard"] = frame["hazard"].map(lambda cell: words.get(cell.strip(), cell.strip()))
    faults, bad = [], pd.Series(False, index=frame.index)
    rows = pd.Series([f"row {k + 2}" for k in range(len(frame))], index=frame.index, dtype="str")
    for rule, told, mend, wrong in _faulty(frame, area, kinds):
        if wrong.any():
            faults.append(Fault("hazards", tuple(rows[wrong]), rule, told, mend, file=path.name))
            bad |= wrong
    if faults and not keep_rest:
        raise InputError.of(faults)
    return Hazards(_ordered(frame[~bad], area, kinds), tuple(faults))


def _faulty(
    frame: pd.DataFrame, area: StudyArea, kinds: dict[str, dict[str, str]]
) -> Iterator[tuple[str, str, str, pd.Series[bool]]]:
    """Yield rule, what is wrong, its mend and the rows."""
    yield "id", "an id is empty or given twice", "Give each row an id of its own", (
        (frame["id"] == "") | frame["id"].duplicated(keep=False)
    )
    places = {"buildings": set(area.buildings.index), "compounds": set(area.compounds.index)}
    lost = ~frame["place"].isin(places["buildings"] | places["compounds"])
    yield "place", "place is no building or compound", "Give the id of one", lost
    strange = ~frame["hazard"].isin(kinds)
    yield "hazard", "hazard is not known", f"Use one of {', '.join(kinds)}", strange
    layer = frame["hazard"].map({name: row["layer"] for name, row in kinds.items()}).fillna("")
    wrong = pd.Series([bool(k) and p not in places.get(k, set()) for k, p in zip(layer, frame["place"], strict=True)],
                      index=frame.index)  # fmt: skip
    yield "place", "the works of this hazard are on another layer", "Name a building, or the compound", wrong & ~lost
    day = pd.to_datetime(frame["date"], format="%Y-%m-%d", errors="coerce")
    yield "dates", "date is no day", "Write it as YYYY-MM-DD", (frame["date"] != "") & day.isna()


def _ordered(frame: pd.DataFrame, area: StudyArea, kinds: dict[str, dict[str, str]]) -> pd.DataFrame:
    classes = {row["class"]: int(row["order"]) for row in area.catalog.rows("menu_classes")}
    homes = area.buildings["households"].astype("float64")
    by_yard = homes.groupby(area.buildings["compound_id"]).sum(min_count=1)
    table = pd.DataFrame({
        "id": frame["id"], "hazard": frame["hazard"], "title": [kinds[h]["title_zh"] for h in frame["hazard"]],
        "class": [kinds[h]["class"] for h in frame["hazard"]],
        "priority": [int(kinds[h]["priority"]) for h in frame["hazard"]], "place": frame["place"],
        "compound_id": [area.buildings["compound_id"].get(p, p) for p in frame["place"]],
        "households": frame["place"].map({**by_yard.to_dict(), **homes.to_dict()}).astype("float64"),
        "photo": frame["photo"], "date": frame["date"], "note": frame["note"],
        "works": [f"{kinds[h]['layer']} {kinds[h]['sets']}".strip() for h in frame["hazard"]],
    })  # fmt: skip
    rank = table["class"].map(classes)
    keys = table.assign(rank=rank, most=-table["households"].fillna(0.0))
    order = keys.sort_values(["rank", "priority", "most", "id"]).index
    found = table.loc[order].set_index("id")
    found.insert(0, "order", range(1, len(found) + 1))
    return found
