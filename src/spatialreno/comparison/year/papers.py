"""The schedule as a workbook and as the XML of Microsoft Project, which other planning programs read too."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from spatialreno.errors import InputError
from spatialreno.files import put_text, write_book

_SPACE = "http://schemas.microsoft.com/project"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HOURS = 8  # of a working day


def write_schedule(title: str, tasks: pd.DataFrame, curve: pd.DataFrame, path: Path) -> Path:
    """Write by the ending of the file."""
    if path.suffix.lower() == ".xlsx":
        return write_book({"tasks": _dated(tasks.reset_index()), "curve": _dated(curve)}, path)
    if path.suffix.lower() == ".xml":
        return put_text(path, project_xml(title, tasks))
    raise InputError(f"{path}: a schedule is written as .xlsx, or as .xml for planning programs. Choose one of them.")


def project_xml(title: str, tasks: pd.DataFrame) -> str:
    """Write tasks, days and what waits for what as MSPDI; every day of the calendar is a working day."""
    root = ElementTree.Element("Project", xmlns=_SPACE)
    _add(root, Name=title, StartDate=_at(tasks["start"].min(), 8), CalendarUID="1", MinutesPerDay=str(60 * _HOURS))
    _calendar(root)
    place = {name: k for k, name in enumerate(tasks.index, start=1)}
    held = ElementTree.SubElement(root, "Tasks")
    for name, row in tasks.iterrows():
        task = ElementTree.SubElement(held, "Task")
        days = (row["end"] - row["start"]).days + 1
        _add(
            task, UID=str(place[name]), ID=str(place[name]), Name=str(row["title"]), Manual="1", WBS=str(name),
            Start=_at(row["start"], 8), Finish=_at(row["end"], 17), Duration=f"PT{days * _HOURS}H0M0S",
            DurationFormat="7", Critical=str(int(row["critical"])), Cost=str(round(row["cost_yuan"] * 100)),
        )  # fmt: skip
        for first in row["after"]:
            _add(ElementTree.SubElement(task, "PredecessorLink"), PredecessorUID=str(place[first]), Type="1")
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}\n'


def _calendar(root: ElementTree.Element) -> None:
    calendar = ElementTree.SubElement(ElementTree.SubElement(root, "Calendars"), "Calendar")
    _add(calendar, UID="1", Name="Standard", IsBaseCalendar="1")
    week = ElementTree.SubElement(calendar, "WeekDays")
    for number in range(1, 8):
        day = ElementTree.SubElement(week, "WeekDay")
        _add(day, DayType=str(number), DayWorking="1")
        times = ElementTree.SubElement(day, "WorkingTimes")
        for first, last in (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00")):
            _add(ElementTree.SubElement(times, "WorkingTime"), FromTime=first, ToTime=last)


def _add(parent: ElementTree.Element, **cells: str) -> None:
    for name, text in cells.items():
        ElementTree.SubElement(parent, name).text = _NOT_IN_XML.sub("\ufffd", text)


def _at(day: pd.Timestamp, hour: int) -> str:
    return f"{day.date()}T{hour:02d}:00:00"


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    days = table.select_dtypes("datetime").columns
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in days})
