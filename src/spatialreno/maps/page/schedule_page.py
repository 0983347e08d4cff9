"""``draw_schedule``: the year of an option on one printed page: Gantt chart, curve, critical tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.area import as_made
from spatialreno.maps.content.schedule_parts import schedule_of
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import isolated, tag
from spatialreno.maps.words.words import Lang, checked

if TYPE_CHECKING:
    from spatialreno.comparison import Schedule


def draw_schedule(schedule: Schedule, *, lang: Lang = "zh") -> Page:
    """Write the year of an option as a page to print: no script, one file, nothing fetched.

    Parameters
    ----------
    schedule
        What ``options.schedule(name, start=…)`` gives.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Page
        Gantt chart with what is critical, S-curve of money and metres, critical tasks, what is assumed.

    Raises
    ------
    InputError
        The language is unknown, or it is no schedule.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> options = sr.compare(area, sr.read_scenario("data/geo/xigongdi/scenarios/full.toml"))  # doctest: +SKIP
    >>> draw_schedule(options.schedule("full", start="2026-03-01")).save("out/year.html")  # doctest: +SKIP
    """
    from spatialreno.comparison import Schedule

    as_made(schedule, Schedule, what="draw_schedule", noun="schedule", maker="options.schedule(name, start=…)")
    language = checked(lang)
    title = f"{say('schedule', language)} · {schedule.title}"
    body = tag("main", tag("header", tag("h1", isolated(title))), *schedule_of(schedule, language), class_="report")
    return printed(title, body, language)
