"""The year's schedule (进度计划): the shortest plan of an option's tasks, what is critical, what is late, its curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import as_day
from spatialreno.catalog import Finding, sentence
from spatialreno.comparison.year.days import Calendar
from spatialreno.comparison.year.papers import write_schedule
from spatialreno.comparison.year.shares import money_of
from spatialreno.comparison.year.tasks import APPROVAL, Plan, make_plan
from spatialreno.errors import InputError, refuse_other_languages
from spatialreno.optimise import Job, ShortestPlan, Together, shortest_plan

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.community import Consents
    from spatialreno.scenario import Bill


@dataclass(frozen=True)
class Asked:
    """What a schedule was asked for, so that it can be asked again with one thing changed."""

    start: pd.Timestamp
    by: pd.Timestamp | None
    crews: Mapping[str, int]
    late: Mapping[str, int]
    work: float | None


@dataclass(frozen=True, eq=False, repr=False)
class Schedule:
    """When everything of one option is done.

    Attributes
    ----------
    option, title
        Of the scenario.
    tasks
        Index task (``pipes:L1``, ``vote:open:C04``), by start: title, title_en, stage, place, phase, crew, days
        (of work), quantity (text), start, end (last day), slack_days (by which it may slip and nothing else does),
        critical, heat (due before the heating season), after (tuple of tasks it waits for), metres, cost_yuan.
    bound
        No plan ends before this day, at the same lateness of heat.
    proved
        The plan is proven shortest.
    heat_late_days
        Days by which heat misses the heating season; 0: in time; None: nothing of heat is built.
    findings
        What is assumed, and what could not be planned; ``notes`` tells it.
    """

    option: str
    title: str
    tasks: pd.DataFrame
    bound: pd.Timestamp
    proved: bool
    heat_due: pd.Timestamp | None
    heat_late_days: int | None
    unplanned_yuan: float
    findings: tuple[Finding, ...]
    asked: Asked
    _area: StudyArea = field(repr=False)
    _given: tuple[Any, ...] = field(repr=False)

    def notes(self, *, lang: str = "zh") -> list[str]:
        """Tell what is assumed and what could not be planned, in Chinese or English.

        Parameters
        ----------
        lang
            ``zh`` or ``en``.

        Returns
        -------
        list of str
            A sentence each.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.schedule("opened", start="2026-03-01")
        >>> plan.notes(lang="en")
        []
        """
        refuse_other_languages(lang, "notes")
        return [sentence(self._area.catalog, found, lang) for found in self.findings]

    def crew_title(self, crew: str, *, lang: str = "zh") -> str:
        """Name a kind of crew for people; a paper has none.

        Parameters
        ----------
        crew
            As ``tasks`` has it.
        lang
            ``zh`` or ``en``.

        Returns
        -------
        str
            Its title; the word itself where the catalog's ``crews`` do not have it.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.schedule("opened", start="2026-03-01")
        >>> [plan.crew_title(crew, lang="en") for crew in plan.tasks["crew"]]
        ['', '', '', 'Demolition']
        """
        refuse_other_languages(lang, "schedule")
        rows = {row["crew"]: row[f"title_{lang}"] for row in self._area.catalog.rows("crews")}
        return rows.get(crew, crew)

    def stage_title(self, stage: str, *, lang: str = "zh") -> str:
        """Name a stage for people.

        Parameters
        ----------
        stage
            As ``tasks`` has it.
        lang
            ``zh`` or ``en``.

        Returns
        -------
        str
            Its title; the word itself where the catalog's ``work_stages`` do not have it.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.schedule("opened", start="2026-03-01")
        >>> [plan.stage_title(stage, lang="en") for stage in plan.tasks["stage"].unique()]
        ['approval', 'Walls down']
        """
        refuse_other_languages(lang, "schedule")
        rows = {row["stage"]: row[f"title_{lang}"] for row in self._area.catalog.rows("work_stages")}
        return rows.get(stage, stage)

    @property
    def end(self) -> pd.Timestamp:
        """The last day of the last task."""
        last: pd.Timestamp = self.tasks["end"].max()
        return last

    @property
    def over_days(self) -> int | None:
        """Days by which the plan misses the day asked for; below 0: so many days to spare; None: none was asked."""
        return None if self.asked.by is None else int((self.end - self.asked.by).days)

    @property
    def spans(self) -> dict[int, tuple[pd.Timestamp, pd.Timestamp]]:
        """First and last day of the works of each phase, as ``Funding.payments`` takes them."""
        works = self.tasks[self.tasks["stage"] != APPROVAL]
        own = {phase: works[works["phase"] == phase] for phase in sorted({int(p) for p in works["phase"]})}
        return {phase: (rows["start"].min(), rows["end"].max()) for phase, rows in own.items()}

    def curve(self) -> pd.DataFrame:
        """Add money and metres up week by week (S 曲线), evenly over the days of each task.

        Returns
        -------
        DataFrame
            week (its last day), yuan, metres: what is done by then; the last row is all of it.
        """
        weeks = pd.date_range(self.asked.start, self.end + pd.Timedelta(days=6), freq="7D") + pd.Timedelta(days=6)
        rows = []
        for day in weeks:
            took = (day - self.tasks["start"]).dt.days + 1
            whole = (self.tasks["end"] - self.tasks["start"]).dt.days + 1
            part = (took / whole).clip(0, 1)
            rows.append((day, round((part * self.tasks["cost_yuan"]).sum(), 2), (part * self.tasks["metres"]).sum()))
        return pd.DataFrame(rows, columns=["week", "yuan", "metres"])

    def if_late(self, task: str, days: int) -> Schedule:
        """Plan again as if a task could only start so many days later than it does, such as a late vote.

        Parameters
        ----------
        task
            One of ``tasks``, such as ``vote:open:C04``.
        days
            By how many days later than planned it may begin.

        Returns
        -------
        Schedule
            Planned anew, with everything else as it was asked.

        Raises
        ------
        InputError
            No such task, or days below 0.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.schedule("opened", start="2026-03-01")
        >>> first = plan.tasks.index[0]
        >>> (plan.if_late(first, 10).end - plan.end).days
        0
        """
        if task not in self.tasks.index or not isinstance(days, Integral) or days < 0:
            raise InputError(f"schedule: late {task!r} by {days} days. Name one of its tasks, and 0 days or more.")
        begin = int((self.tasks["start"] - self.asked.start).dt.days[task])
        late = {**self.asked.late, task: begin + days}
        return _schedule(self._area, self._given, replace(self.asked, late=late))

    def slips(self, other: Schedule) -> pd.DataFrame:
        """List the tasks that end later in another plan of the same works: title, end, later_end, days.

        Parameters
        ----------
        other
            A plan of the same option, such as ``if_late`` gives.

        Returns
        -------
        DataFrame
            Index task: title, end, later_end, days; most days first. Tasks that only one plan has are not in it.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.schedule("opened", start="2026-03-01")
        >>> plan.slips(plan.if_late(plan.tasks.index[0], 10))["days"].tolist()
        [10]
        """
        both = self.tasks[["title", "end"]].join(other.tasks["end"].rename("later_end"), how="inner")
        both["days"] = (both["later_end"] - both["end"]).dt.days
        return both[both["days"] > 0].sort_values(["days", "end"], ascending=[False, True])

    def write(self, path: str | Path) -> Path:
        """Write the plan as .xlsx, or as .xml that Microsoft Project, ProjectLibre and GanttProject read.

        Parameters
        ----------
        path
            File to write, ``.xlsx`` or ``.xml``.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        InputError
            Another ending, or the file cannot be written.

        Examples
        --------
        >>> from pathlib import Path
        >>> import tempfile
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.schedule("opened", start="2026-03-01")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plan.write(Path(folder) / "year.xml").name
        'year.xml'
        """
        return write_schedule(self.title, self.tasks, self.curve(), Path(path))

    def __repr__(self) -> str:
        """Read the plan aloud."""
        works = self.tasks[self.tasks["stage"] != APPROVAL]
        proof = "shortest" if self.proved else f"not before {self.bound.date()}"
        told = [f"{self.option} {self.asked.start.date()} to {self.end.date()} ({proof}), {len(works)} works"]
        if self.heat_late_days is not None and self.heat_due is not None:
            late = self.heat_late_days
            told.append(f"heat {'in time for' if not late else f'{late} days late for'} {self.heat_due.date()}")
        if self.over_days is not None and self.asked.by is not None:
            over = self.over_days
            told.append(f"{f'{over} days after' if over > 0 else f'{-over} days before'} {self.asked.by.date()}")
        return f"<Schedule: {'; '.join(told)}>"


def plan_year(
    area: StudyArea, ledger: pd.DataFrame, bill: Bill, consents: Consents | None, *, title: str, asked: dict[str, Any]
) -> Schedule:
    """Plan one option: its area, ledger, bill and consents; ``asked`` as ``Comparison.schedule`` takes it."""
    start = as_day(asked["start"], what="start")
    by = None if asked["by"] is None else as_day(asked["by"], what="by")
    if by is not None and by < start:
        raise InputError(f"schedule: by {by.date()} is before the start {start.date()}. Correct the days.")
    plan = make_plan(area, ledger, consents)
    if not plan.tasks:
        raise InputError(f"schedule: {bill.options[0]} does nothing that takes days. Give an option with works.")
    _refuse_no_tables(asked)
    crews = {row["crew"]: int(row["count"]) for row in area.catalog.rows("crews")}
    strange = sorted(set(asked["crews"]) - set(crews)) + [c for c, n in asked["crews"].items() if n < 1]
    if strange:
        raise InputError(f"schedule: crews {', '.join(strange)}. Give 1 or more of {', '.join(crews)}.")
    late = dict(asked["late"])
    lost = sorted(set(late) - set(plan.tasks)) + sorted(name for name, days in late.items() if days < 0)
    if lost:
        raise InputError(f"schedule: late {', '.join(lost)}: no such task, or below 0. Tasks: {', '.join(plan.tasks)}.")
    given = (plan, bill, title)
    return _schedule(area, given, Asked(start, by, {**crews, **asked["crews"]}, late, asked["work"]))


def _refuse_no_tables(asked: Mapping[str, Any]) -> None:
    for name, sample in (("crews", "{'walls': 2}"), ("late", "{'walls:C01': 10}")):
        given = asked[name]
        if not isinstance(given, Mapping) or not all(isinstance(number, Integral) for number in given.values()):
            raise InputError(f"schedule: {name} is {given!r}. Give words with whole numbers, such as {sample}.")


def _schedule(area: StudyArea, given: tuple[Any, ...], asked: Asked) -> Schedule:
    plan, bill, title = given
    calendar = Calendar(area.catalog, asked.start)
    due = calendar.heat_due
    jobs = [
        Job(t.name, t.days, t.crew, asked.late.get(t.name, 0), due if "heat" in t.flags else None,
            calendar.closed(t.flags))
        for t in plan.tasks.values()
    ]  # fmt: skip
    groups = [Together(names, most) for names, most in plan.one_way_in]
    work = area.catalog.constants["schedule_work"] if asked.work is None else asked.work
    found = shortest_plan(jobs, plan.arcs, crews=asked.crews, together=groups, work=work)
    money, left = money_of(plan.tasks, bill.lines)
    heat = any("heat" in t.flags for t in plan.tasks.values())
    return Schedule(
        option=bill.options[0], title=title, tasks=_table(plan, found, calendar, money),
        bound=calendar.date(found.bound - 1), proved=found.proved,
        heat_due=calendar.date(due) if heat and due is not None else None,
        heat_late_days=found.late if heat and due is not None else None, unplanned_yuan=left / 100,
        findings=(*plan.findings, *([Finding("in_no_task", {"yuan": left / 100})] if left else [])), asked=asked,
        _area=area, _given=given,
    )  # fmt: skip


def _table(plan: Plan, found: ShortestPlan, calendar: Calendar, money: Mapping[str, int]) -> pd.DataFrame:
    waits: dict[str, list[str]] = {}
    for first, then in sorted(plan.arcs):
        waits.setdefault(then, []).append(first)
    rows = [
        {
            "task": name, "title": t.title, "title_en": t.title_en, "stage": t.stage, "place": t.place,
            "phase": t.phase, "crew": t.crew, "days": t.days,
            "quantity": ", ".join(f"{q:,.1f} {unit}" for unit, q in sorted(t.quantity.items())),
            "start": calendar.date(found.start[name]), "end": calendar.date(found.end[name] - 1),
            "slack_days": found.latest[name] - found.start[name],
            "critical": found.latest[name] == found.start[name], "heat": "heat" in t.flags,
            "after": tuple(waits.get(name, ())), "metres": t.quantity.get("m", 0.0),
            "cost_yuan": money.get(name, 0) / 100,
        }
        for name, t in plan.tasks.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).set_index("task").sort_values(["start", "end", "task"])
