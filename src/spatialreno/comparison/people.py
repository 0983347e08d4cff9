"""What concerns people in a comparison: lifts, the menu, management, check-up, money, the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spatialreno.community import (
    Balance,
    LiftPlan,
    LiftTerms,
    Management,
    MenuChoice,
    Tally,
    balance_money,
    choose_works,
    lift_ground,
    manage,
    plan_lifts,
    register_facilities,
)
from spatialreno.errors import InputError
from spatialreno.works import sun_is_known

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.comparison.options import Comparison
    from spatialreno.comparison.year.schedule import Schedule
    from spatialreno.design import Frontier
    from spatialreno.programme import Programme


@dataclass(frozen=True)
class People:
    """Everything a page or a report tells about people; its consents stand in the comparison itself.

    Attributes
    ----------
    lifts
        Of today.
    menu
        What the residents choose; None without a menu.
    management
        By option, today first: places as blocks of open compounds.
    checkups, balances, registers
        By option, without today: lacks and what closes them; money by payer; who holds what after renewal.
    willing, satisfied
        Votes before and after, by compound; only where somebody voted.
    programme
        The programme the area is part of; None when not given.
    schedules
        The year of each option that does something; empty when no first day was given.
    frontier
        What more or less money gives; None without a design.
    """

    lifts: LiftPlan
    menu: MenuChoice | None
    management: Mapping[str, Management]
    checkups: Mapping[str, pd.DataFrame]
    balances: Mapping[str, Balance]
    registers: Mapping[str, pd.DataFrame]
    willing: Mapping[str, Tally]
    satisfied: Mapping[str, Tally]
    programme: Programme | None = None
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    frontier: Frontier | None = None


def gather_people(
    options: Comparison,
    *,
    terms: LiftTerms | None = None,
    menu: pd.DataFrame | None = None,
    budget_yuan: float | None = None,
    trials: int = 100,
    programme: Programme | None = None,
    start: str | None = None,
    frontier: Frontier | None = None,
) -> People:
    """Gather what concerns people in the options of a comparison, for a page or a report.

    Parameters
    ----------
    options
        What ``compare`` gives.
    terms
        Of the lifts; by default the catalog's, with the sun where pvlib is installed.
    menu
        As ``read_menu`` gives it; needs ``budget_yuan``.
    budget_yuan
        Money for the menu.
    trials
        Re-drawn votes behind the stability of the menu.
    programme
        As ``read_programme`` gives it.
    start
        First day of the works (YYYY-MM-DD), to plan the year of every option; None: no schedule.
    frontier
        What more or less money gives, as ``sr.design.Frontier.of`` or ``.read`` gives it.

    Returns
    -------
    People

    Raises
    ------
    InputError
        A menu without a budget; ballots for items that are not on it.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> people = gather_people(sr.compare(today, []), terms=sr.community.LiftTerms(sun=""))
    >>> len(people.lifts.table), people.menu is None
    (96, True)
    """
    if menu is not None and budget_yuan is None:
        raise InputError("menu: needs a budget. Give budget_yuan (on the command line --budget).")
    today, book = options.today, options.register
    terms = terms or LiftTerms(sun="dahan" if sun_is_known() else "")
    ground = options.once(f"lift ground {terms.sun}", lambda: lift_ground(today, terms.sun))
    return People(
        lifts=plan_lifts(today, terms, register=book, ground=ground),
        menu=None if menu is None else _menu(options, menu, budget_yuan or 0.0, trials),
        management={name: manage(area) for name, area in options.areas.items()},
        checkups=options.checkups,
        balances={s.name: balance_money(options.bill().of(s.name), today.catalog) for s in options.scenarios},
        registers={s.name: register_facilities(options.areas[s.name]) for s in options.scenarios},
        willing=book.counts("willing"),
        satisfied=book.counts("satisfied"),
        programme=programme,
        schedules={} if start is None else _schedules(options, start),
        frontier=frontier,
    )


def _menu(options: Comparison, menu: pd.DataFrame, budget_yuan: float, trials: int) -> MenuChoice:
    asked = f"{menu.to_csv()} {budget_yuan!r} {trials}"  # only sums of ballots stand in a choice
    return options.once(f"menu {asked}", lambda: choose_works(options.register, menu, budget_yuan, trials=trials))


def _schedules(options: Comparison, start: str) -> dict[str, Schedule]:
    does = [s.name for s in options.scenarios if (options.ledgers[s.name]["verb"] != "keep").any()]
    return {name: options.schedule(name, start=start) for name in does}
