"""Scenario: a named set of interventions that turns one study area into another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from spatialreno.area import Shown, all_households, several
from spatialreno.errors import ScenarioError
from spatialreno.scenario.interventions import Alter, Build, Demolish, Intervention
from spatialreno.scenario.text import canonical_text

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.area import StudyArea
    from spatialreno.scenario.bill import Bill


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Scenario(Shown):
    """A named set of 拆 改 建; what it does not name is 留 (kept).

    Parameters
    ----------
    name
        Short name, used in tables and files.
    title
        Name for people.
    interventions
        Made by ``demolish``, ``alter`` and ``build``; their order means nothing.

    Examples
    --------
    >>> from spatialreno.scenario import alter, demolish
    >>> opened = Scenario("opened", "打通", [demolish("walls", ids="W01"), alter("gates", ids="G05", walkers="public")])
    >>> print(opened)
    Scenario opened 打通: demolish walls (ids = ['W01']) in opened; alter gates (ids = ['G05']) in opened
    """

    name: str
    title: str
    interventions: tuple[Intervention, ...]

    def __init__(self, name: str, title: str = "", interventions: Iterable[Intervention] = ()) -> None:
        if not isinstance(name, str) or not name or any(c in name for c in "/\\") or name.startswith("."):
            raise ScenarioError(f"scenario {name!r}: needs a plain name, without slashes and not starting with a dot.")
        if not isinstance(title, str):
            raise ScenarioError(f"scenario {name}: the title is no text. Give a title before interventions.")
        named = [act if act.origin else replace(act, origin=name) for act in _checked(interventions, name)]
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "title", title or name)
        object.__setattr__(self, "interventions", tuple(dict.fromkeys(named)))

    def __eq__(self, other: object) -> bool:
        """Two scenarios are equal when they have one name and title and do the same, in whatever order."""
        return isinstance(other, Scenario) and self._meaning() == other._meaning()

    def __hash__(self) -> int:
        """Hash what equality compares."""
        return hash(self._meaning())

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits of what it does: the same in every process, for any order of its acts."""
        return hashlib.sha256(canonical_text(self).encode()).hexdigest()[:16]

    def _meaning(self) -> tuple[str, str, frozenset[Intervention]]:
        return self.name, self.title, frozenset(self.interventions)

    def __repr__(self) -> str:
        """Read the scenario aloud."""
        acts = "; ".join(map(str, self.interventions)) or "nothing is changed"
        return f"Scenario {self.name} {self.title}: {acts}"

    def __or__(self, other: Scenario) -> Scenario:
        """Join two scenarios; the right one gives its name and title."""
        return Scenario(other.name, other.title, (*self.interventions, *other.interventions))

    def apply(self, area: StudyArea) -> StudyArea:
        """Return the area as this scenario would leave it; the area given stays as it was.

        Selections are resolved against the area given, then done 拆 → 改 → 建. An act that chooses nothing changes
        nothing: ``unmatched`` and ``ledger`` tell it.

        Parameters
        ----------
        area
            The area to change.

        Returns
        -------
        StudyArea
            With ``survey`` set to the area as surveyed.

        Raises
        ------
        ScenarioError
            Every unknown id, failed expectation and conflict, each naming its interventions.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> after = opened.apply(today)
        >>> len(today.walls) - len(after.walls), after.survey is today
        (1, True)
        """
        from spatialreno.scenario.resolve import resolve

        return resolve(self, area).after

    def placed(self, area: StudyArea) -> Scenario:
        """Return the scenario with the area's CRS written on what it builds, ready for a file.

        Parameters
        ----------
        area
            The area whose coordinates the built geometries are in.

        Returns
        -------
        Scenario
            What already names a system of its own keeps it.

        Examples
        --------
        >>> import shapely
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> hut = sr.build("structures", "S1", geometry=shapely.Point(631_000, 3_838_900).buffer(3), kind="shed")
        >>> sr.Scenario("hut", interventions=[hut]).placed(today).interventions[0].crs
        'EPSG:4546'
        """
        from spatialreno.area import crs_text

        acts = [
            replace(a, crs=crs_text(area.crs)) if isinstance(a, Build) and not a.crs else a for a in self.interventions
        ]
        return Scenario(self.name, self.title, acts)

    def ledger(self, area: StudyArea) -> pd.DataFrame:
        """Return the bill of quantities (工程量清单) without changing anything.

        Parameters
        ----------
        area
            The area the scenario would be applied to.

        Returns
        -------
        DataFrame
            verb (``keep`` for things chosen but not removable), layer, id, kind, item, item_en, measure (what is
            measured), quantity, unit, unit_price_yuan, cost_yuan (to the fen), payer, parties (a tuple of names),
            phase, reason, source, confidence. Prices are estimates of the catalog; where it has none the cost is
            missing, not zero. An act that chooses nothing has a row without an id, of quantity and cost 0, that
            says so; ``expect = 0`` says that nothing is meant, and has none. So has a thing that is so already, or
            of which something is only recorded, under its id.

        Raises
        ------
        ScenarioError
            As ``apply``.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> opened.ledger(today)[["verb", "id", "quantity", "unit"]].round(1).values.tolist()
        [['demolish', 'G01', 1.0, 'piece'], ['demolish', 'W02', 67.8, 'm'], ['demolish', 'W02', 67.8, 'm2']]
        """
        from spatialreno.scenario.ledger import with_unmatched

        return with_unmatched(self, area)

    def unmatched(self, area: StudyArea, *, strict: bool = False, lang: str = "zh") -> list[str]:
        """Tell which of its interventions choose nothing in an area, and so change and cost nothing there.

        Parameters
        ----------
        area
            The area the scenario would be applied to.
        strict
            Refuse instead.
        lang
            Language of the lines, zh or en.

        Returns
        -------
        list of str
            A line for each, with the mend; ``expect = 0`` says that nothing is meant, and is not listed.

        Raises
        ------
        ScenarioError
            As ``apply``; with ``strict``, naming each of them.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> sr.Scenario("s", interventions=[sr.demolish("walls", between=["C01", "C09"])]).unmatched(today, lang="en")
        ["demolish walls (between = ['C01', 'C09']) in s chooses nothing. Correct it, or write expect = 0."]
        """
        from spatialreno.scenario.resolve import nothing_chosen, resolve

        found = resolve(self, area)
        if strict and found.unmatched:
            raise found.error([nothing_chosen(area.catalog, act, "en") for act in found.unmatched])
        return [nothing_chosen(area.catalog, act, lang) for act in found.unmatched]

    def without_effect(self, area: StudyArea, *, lang: str = "zh") -> list[str]:
        """Tell which of its interventions do nothing in an area: they choose nothing, or set what is so already.

        Parameters
        ----------
        area
            The area the scenario would be applied to.
        lang
            Language of the lines, zh or en.

        Returns
        -------
        list of str
            A line for each: first those of ``unmatched``, then those that set what is so already, which cost nothing
            and ask nobody. What is only recorded of a thing (a name, a cluster) and what is done again (a new surface)
            is no such act.

        Raises
        ------
        ScenarioError
            As ``apply``.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> plan = sr.Scenario("s", interventions=[sr.alter("gates", ids=["G01"], walkers="residents")])
        >>> plan.without_effect(today, lang="en")
        ["alter gates (ids = ['G01']) in s sets what is so already: it costs nothing and asks nobody. Leave it out."]
        """
        from spatialreno.scenario.resolve import resolve, without_effect

        return without_effect(area.catalog, resolve(self, area), lang)

    def bill(self, area: StudyArea) -> Bill:
        """Return what the scenario costs (投资估算): the lines of its ledger, design, supervision and reserve.

        Heat, one dig and lifts are planned by ``compare``, whose bill has their lines too.

        Parameters
        ----------
        area
            The area the scenario would be applied to.

        Returns
        -------
        Bill
            Of one option, under the scenario's name; ``total`` is missing where nothing has a price.

        Raises
        ------
        ScenarioError
            As ``apply``.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> bill = clear.bill(today)
        >>> bool(bill.total["clear"] == bill.lines["cost_yuan"].sum().round(2))
        True
        """
        from spatialreno.scenario.bill_lines import ledger_lines, make_bill
        from spatialreno.scenario.ledger import priced_acts

        return make_bill({self.name: [ledger_lines(priced_acts(self, area))]}, area.catalog, all_households(area))


def _checked(interventions: Iterable[Intervention], name: str) -> list[Intervention]:
    acts = list(interventions) if isinstance(interventions, Iterable) and not isinstance(interventions, str) else None
    if acts is None or not all(isinstance(act, Demolish | Alter | Build) for act in acts):
        raise ScenarioError(f"scenario {name}: interventions must be a list of what demolish, alter and build return.")
    return acts


def as_scenarios(given: object, *, what: str) -> list[Scenario]:
    """Take one scenario or several, and nothing else.

    Parameters
    ----------
    given
        A scenario, or any sequence of them.
    what
        Who asks, for the message.

    Returns
    -------
    list of Scenario
        As given.

    Raises
    ------
    ScenarioError
        Something else is among them: a name, a path, a single deed.

    Examples
    --------
    >>> from spatialreno.scenario import Scenario
    >>> [plan.name for plan in as_scenarios(Scenario("clear"), what="compare")]
    ['clear']
    """
    plans = [given] if isinstance(given, Scenario) else several(given)
    odd = list(dict.fromkeys(type(one).__name__ for one in plans if not isinstance(one, Scenario)))
    if odd:
        raise ScenarioError(f"{what}: {', '.join(odd)} is no scenario. Give what Scenario or read_scenario makes.")
    return plans
