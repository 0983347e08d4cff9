"""Comparison: today and the options side by side, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

import pandas as pd

from spatialreno._version import __version__
from spatialreno.area import STATION, Shown, heat_demand
from spatialreno.catalog import Finding
from spatialreno.community import Consents, Register, answer_checkup
from spatialreno.comparison.leaders import Figures, LeaderRow
from spatialreno.comparison.money.budgets import Budgets, Given
from spatialreno.comparison.money.funding import Funding, fund
from spatialreno.comparison.review import fire_findings, gate_findings, lane_findings, review, told, vote_findings
from spatialreno.comparison.sheet import Sheet
from spatialreno.comparison.works import Works, works_findings
from spatialreno.comparison.write import write_comparison
from spatialreno.comparison.year.schedule import Schedule, plan_year
from spatialreno.errors import Fault, InputError, nearest, refuse_other_languages
from spatialreno.indicators import Evaluation, indicator_title
from spatialreno.land import Removals, built_conflicts, fewest_removals, fire_blockers, lane_sections
from spatialreno.scenario import Bill, Scenario

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

TODAY = "today"
T = TypeVar("T")


class Shelf(Protocol):
    """Where answers about a comparison are kept between commands."""

    def take(self, name: str, make: Callable[[], T]) -> T:
        """Give what is kept under a name, or work it out and keep it."""


Lang = Literal["zh", "en"]


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Shown):
    """Today and the options, evaluated alike; everything by option name, ``today`` first.

    Attributes
    ----------
    areas, evaluations, blocks
        By option, today included.
    ledgers, freed, gained
        By option; empty tables for today. ``ledgers``: what an option touches; what its works lay (part ``works``)
        has its price in the bill. ``gained``: every home before and after (``who_gains``).
    isochrones
        By option: walks from the home nearest the residents' centre, or from the origins asked for.
    consents
        By option, without today: who must agree, what is in hand, the smallest set still to be won.
    register
        Homes and ballots of today; ballots that were refused stand in its ``faults`` and in ``notes()``.
    scenarios
        The options whole: as given, with what their works build.
    works
        By option, heat and one dig (``.heat``, ``.dig``), where they are part of it.
    money
        The one bill of all options (``bill()``).
    shelf
        Where answers are kept between commands (``once``); None: only as long as the comparison lives.
    before
        Today alone, where it was compared before; then its answers are not worked out once more.
    """

    areas: Mapping[str, StudyArea]
    scenarios: tuple[Scenario, ...]
    evaluations: Mapping[str, Evaluation]
    ledgers: Mapping[str, pd.DataFrame]
    blocks: Mapping[str, gpd.GeoDataFrame]
    freed: Mapping[str, gpd.GeoDataFrame]
    gained: Mapping[str, pd.DataFrame]
    isochrones: Mapping[str, gpd.GeoDataFrame]
    consents: Mapping[str, Consents]
    register: Register
    money: Bill
    plans: pd.DataFrame
    works: Mapping[str, Works] = field(default_factory=dict)
    shelf: Shelf | None = None
    before: Comparison | None = None

    @property
    def today(self) -> StudyArea:
        """The area as it is (现状)."""
        return self.areas[TODAY]

    @property
    def titles(self) -> dict[str, str]:
        """Name each option for people."""
        return {TODAY: "现状", **{s.name: s.title for s in self.scenarios}}

    @property
    def standard(self) -> str:
        """Name of the standard all were held to."""
        return str(self.evaluations[TODAY].standard.name)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What these numbers rest on: area, scenarios, standard, version."""
        return {
            "area": self.today.name,
            "title": self.today.title,
            "fingerprint": self.today.fingerprint,
            "catalog": self.today.catalog.digest,
            "own_rows": self.today.catalog.own_rows.to_dict("records"),
            "source": str(self.today.meta.get("source", "")),
            "licence": str(self.today.meta.get("licence", "")),
            "date": str(self.today.meta.get("date", "")),
            "invented": bool(self.today.meta.get("invented", False)),
            "standard": self.standard,
            "version": __version__,
            "options": {
                s.name: {
                    "title": s.title,
                    "fingerprint": self.areas[s.name].fingerprint,
                    "scenario": s.placed(self.today).fingerprint,
                }
                for s in self.scenarios
            },
        }

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Work something out once for this comparison, between commands too where it is kept.

        Parameters
        ----------
        name
            Of the answer, with all that it rests on besides the comparison.
        make
            Works it out. Nothing personal may be in it (ballots, rights, contacts): it may be written to disk.

        Returns
        -------
        object
            What ``make`` gave, now or before.

        Examples
        --------
        >>> import spatialreno as sr
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [])
        >>> options.once("metres of wall", lambda: round(options.today.walls.length.sum()))
        2560
        """
        if name not in self._made:
            self._made[name] = make() if self.shelf is None else self.shelf.take(name, make)
        return cast(T, self._made[name])

    @cached_property
    def _made(self) -> dict[str, Any]:
        return {}

    def table(self, *, rounded: bool = False) -> pd.DataFrame:
        """Return every finding of every option.

        Parameters
        ----------
        rounded
            Round each to what it bears (the decimals of the catalog's ``indicators``), as it is written out.

        Returns
        -------
        DataFrame
            Index option, level, place, indicator; columns value, unit, target, meets, source, mark. Rows at
            level ``plan`` are what the plan itself does: metres, areas, people who gain, cost.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> round(float(options.table().loc[("opened", "area", "xigongdi", "wall_length_m"), "value"]), 1)
        2492.1
        """
        found = pd.concat({k: e.table for k, e in self.evaluations.items()}, names=["option"])
        table = pd.concat([found, self.plans])
        return _borne(table, self._decimals(table.index.get_level_values("indicator"))) if rounded else table

    def change(
        self, base: str = TODAY, *, lang: Lang = "zh", rounded: bool = False, codes: bool = False
    ) -> pd.DataFrame:
        """Return what each option changes: indicators down, options across, against ``base``.

        Parameters
        ----------
        base
            Option to measure from.
        lang
            Language of the titles.
        rounded
            Round each to what it bears, as it is written out.
        codes
            Name the rows by the indicators' codes, as ``table()`` does, for scripts.

        Returns
        -------
        DataFrame
            Index indicator (title, or code with ``codes``); columns unit, the base's value, then each option's
            difference from it.

        Raises
        ------
        InputError
            There is no option ``base`` (the nearest names are told), or the language is neither zh nor en.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> round(float(options.change(lang="en").loc["Length of walls", "opened"]), 1)
        -67.8
        >>> round(float(options.change(codes=True).loc["wall_length_m", "opened"]), 1)
        -67.8
        """
        values = self._values()
        if base not in values:
            near = nearest(base, values.columns)
            raise InputError(f"{base}: no such option. Options: {', '.join(values.columns)}.{near}")
        others = [c for c in values.columns if c != base]
        counted = self._invested(values)
        change = pd.concat([values[base], counted[others].sub(counted[base], axis=0)], axis=1)
        told = self._titled(_borne(change, self._decimals(change.index)) if rounded else change, lang)
        return told.set_axis(change.index.rename("indicator"), axis=0) if codes else told

    def leaders(self, *, lang: Lang = "zh", codes: bool = False) -> pd.DataFrame:
        """Return the leaders' table (汇报一张表): fourteen rows in six groups 拆 · 腾 · 建 · 人 · 钱 · 难.

        The rows are the catalog's ``leaders``; without options they tell what stands, in the groups 现 and 人. Every
        figure is rounded to what it bears; what is not known is ``—``, and today invests nothing. The same rows stand
        on the page, in reports and workbooks, in ``leaders.csv`` and on the command line; exact values are in
        ``table()``.

        Parameters
        ----------
        lang
            Language of titles and units.
        codes
            Name the rows as the catalog's ``leaders`` does (``walls``, ``cost`` …), for scripts.

        Returns
        -------
        DataFrame
            Index indicator (title), or row with ``codes``; columns group, unit and one cell for each option, today
            first: a number, or a text where a row tells several figures (``0 / 11 / 5``).

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> options.leaders(lang="en").iloc[:2][["unit", "opened"]].values.tolist()
        [['m', 68], ['m²', 0]]
        >>> options.leaders(codes=True).loc["walls", "opened"]
        68
        """
        return Figures(self._values(), self.today, self.evaluations[TODAY].standard, lang).table(codes=codes)

    def leader_rows(self, *, lang: Lang = "zh") -> list[LeaderRow]:
        """Return the leaders' table with its figures one by one: value, text, and what is told beside.

        Parameters
        ----------
        lang
            Language of titles and units.

        Returns
        -------
        list of LeaderRow
            Each with ``group``, ``title``, ``unit``, ``stem`` and ``figures``; a figure has a ``Told`` for each option.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> row = options.leader_rows(lang="en")[0]
        >>> row.title, row.figures[0].told[1].text
        ('Walls demolished', '68')
        """
        return Figures(self._values(), self.today, self.evaluations[TODAY].standard, lang).rows()

    def rank(self, weights: Mapping[str, float]) -> pd.DataFrame:
        """Rank the options by weighted indicators; the unweighted values stand beside.

        Each indicator is scaled linearly so that the worst option is 0 and the best 1 (all 1 when
        equal); the score is the weighted mean.

        Parameters
        ----------
        weights
            Indicator to weight; there is no default.

        Returns
        -------
        DataFrame
            Index option; the values of the indicators weighed, score (0 to 1) and rank (ties share one).

        Raises
        ------
        InputError
            No weights, negative ones, unknown indicators, or one that has no better direction.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> options.rank({"score": 2, "wall_length_m": 1})[["score", "rank"]].values.tolist()
        [[1.0, 1.0], [0.0, 2.0]]
        """
        values = self._invested(self._values())
        signs = self._signs(weights, values)
        chosen = values.loc[list(signs.index)].T.astype("float64")
        gaps = [str(c) for c in chosen.columns if chosen[c].isna().any()]
        if gaps:
            raise InputError(f"rank: {', '.join(gaps)} is missing for some option. Leave it out of the weights.")
        scaled = (chosen - chosen.min()) / (chosen.max() - chosen.min()).where(lambda span: span > 0)
        scaled = (0.5 + (scaled - 0.5) * signs).fillna(1.0)  # less is better: the other way round
        share = pd.Series(dict(weights), dtype="float64") / sum(weights.values())
        chosen["score"] = (scaled * share).sum(axis=1)
        chosen["rank"] = chosen["score"].round(9).rank(ascending=False, method="min").astype(int)
        return chosen.sort_values(["rank"], kind="stable").rename_axis("option")

    def bill(self) -> Bill:
        """Return the one bill (投资估算) of all options: every line with payer, class and phase; all estimates.

        Returns
        -------
        Bill
            ``.lines``, ``.total`` and ``.per_household`` by option, ``.by("payer", …)``, ``.unpriced``. The lines of
            an option add up to its total, to the fen; today has none.
        """
        return self.money

    def funding(self, budgets: Budgets | Given | None = None) -> Funding:
        """Return the money plan (资金平衡): who pays for what by the catalog's rules, and what is short.

        Basic works come first; each rule of ``spatialreno catalog funding_rules`` takes what it may, up to its
        ceiling, for homes built when it asks for. A rule that states neither share nor ceiling takes nothing and is
        told in ``.notes()``, with everything else that no rule covers.

        Parameters
        ----------
        budgets
            Payer to yuan, or payer to year to yuan, or what ``sr.comparison.read_budgets`` gives.

        Returns
        -------
        Funding
            ``.table`` by payer, ``.lines``, ``.rules``, ``.payments(spans)`` by quarter; the sum is the bill.

        Raises
        ------
        InputError
            An unknown payer, a year that is none, negative money, a payer's year given twice: all at once.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.funding({"city": 10_000})
        >>> plan.table[["payer", "needed_yuan", "available_yuan", "short_yuan"]].values.tolist()
        [['city', 21661.66, 10000.0, 11661.66]]
        """
        if budgets is None:
            return self.once("funding", lambda: fund(self.areas, self.money, None))
        return fund(self.areas, self.money, budgets)

    def schedule(
        self,
        option: str,
        *,
        start: str,
        by: str | None = None,
        crews: Mapping[str, int] | None = None,
        late: Mapping[str, int] | None = None,
        work: float | None = None,
    ) -> Schedule:
        """Plan the year of one option (进度计划): the shortest plan of its works, with a bound.

        Works become tasks by stage, lane and yard (``spatialreno catalog work_rates``): 拆违 → 拆墙 → 管网 → 路面 →
        绿化与楼本体; approvals, votes that have not passed and signatures not in hand come before; a lane's pavement
        waits for its pipes and those of the yards beside it; of the lanes at a yard's gates one stays open; noisy works
        in a lane at a school wait for holidays, wet works and planting rest in winter; heat is due before the heating
        season. Crews are limited.

        Parameters
        ----------
        option
            Its name.
        start
            First day (YYYY-MM-DD).
        by
            Day by which it should be done; ``.over_days`` tells by how much it is not.
        crews
            How many crews of a kind there are, instead of the catalog's ``crews``.
        late
            Task to the days after ``start`` before which it cannot begin.
        work
            Deterministic time of the solver; default is the catalog's ``schedule_work``.

        Returns
        -------
        Schedule
            ``.tasks`` by start with their slack, ``.end``, ``.bound``, ``.curve()``, ``.notes()``.

        Raises
        ------
        InputError
            No such option, or one that does nothing; days that are none or run backwards; unknown crews or tasks; or
            OR-Tools is not installed (``pip install 'spatialreno[schedule]'``).

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.schedule("opened", start="2026-03-01")
        >>> plan.tasks.tail(2)[["title_en", "days"]].values.tolist()
        [['Tender', 30], ['Walls down · 市委西院', 3]]
        """
        if option not in self.ledgers or option == TODAY:
            raise InputError(f"schedule: {option} is no option. Options: {', '.join(s.name for s in self.scenarios)}.")
        asked = {"start": start, "by": by, "crews": crews or {}, "late": late or {}, "work": work}
        consents, title = self.consents.get(option), self.titles[option]
        return plan_year(
            self.areas[option], self.ledgers[option], self.money.of(option), consents, title=title, asked=asked
        )

    def findings(self) -> list[tuple[str, Finding]]:
        """List what a reviewer should know of each option, as (option, finding): a key of ``findings`` and values."""
        before = self.evaluations[TODAY].ground.lanes
        found: list[tuple[str, Finding]] = []
        for name in self.areas:
            if name != TODAY:
                found += [(name, one) for one in review(self.today, self.ledgers[name], self.money.of(name))]
                found += [(name, one) for one in vote_findings(self.consents[name])]
                found += [(name, one) for one in gate_findings(self.today, self.areas[name])]
                lanes = self.evaluations[name].ground.lanes
                found += [(name, one) for one in lane_findings(self.today, before, lanes)]
            found += [(name, one) for one in fire_findings(self.blockers[name])]
        return found

    def notes(self, *, lang: Lang = "zh") -> list[tuple[str, str]]:
        """List what a reviewer should know of each option, as (option, sentence), in Chinese or English.

        Parameters
        ----------
        lang
            ``zh`` or ``en``.

        Returns
        -------
        list of tuple of str
            Name of the option and a sentence; what an option chooses and is not there comes first.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> name, told = options.notes(lang="en")[0]
        >>> name, told[:52]
        ('today', 'Fire engines: Gates G13 keeps them from 50 household')
        """
        refuse_other_languages(lang, "notes")
        empty = [(name, text) for name, told in self.idle.items() for text in told[lang]]
        found = [*empty, *told(self.today, self.findings(), self.conflicts, lang)]
        for name, works in self.works.items():
            found += [(name, text) for text in works_findings(works, self.areas[name], lang)]
        return [*found, *((TODAY, str(fault)) for fault in self.faults)]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Ballots and rights that were refused or do not add up; the rest stands."""
        rights = next((c.faults for c in self.consents.values()), ())
        return (*self.register.faults, *rights)

    @cached_property
    def idle(self) -> dict[str, dict[str, list[str]]]:
        """By option, without today, what it asks for in vain, in each language (``Scenario.without_effect``)."""
        both = ("zh", "en")
        return {s.name: {lang: s.without_effect(self.today, lang=lang) for lang in both} for s in self.scenarios}

    @cached_property
    def blockers(self) -> dict[str, gpd.GeoDataFrame]:
        """By option, the obstacles that keep a fire engine from homes (``fire_blockers``)."""
        return self._each("blockers", lambda name: fire_blockers(self.areas[name], self.evaluations[name].ground.fire))

    @cached_property
    def conflicts(self) -> dict[str, gpd.GeoDataFrame]:
        """By option, without today: what it builds where something stands or passes (``built_conflicts``)."""
        return {s.name: built_conflicts(self.today, s) for s in self.scenarios}

    @cached_property
    def checkups(self) -> dict[str, pd.DataFrame]:
        """By option, without today: what each compound lacks, measured with the option (``answer_checkup``)."""
        return {s.name: answer_checkup(self.today, s, after=self.areas[s.name]) for s in self.scenarios}

    @cached_property
    def sections(self) -> dict[str, gpd.GeoDataFrame]:
        """By option, the clear width of every path station by station (``lane_sections``)."""
        return self._each("sections", lambda name: lane_sections(self.areas[name]))

    @cached_property
    def reach_changes(self) -> dict[str, gpd.GeoDataFrame]:
        """By option, what it adds to the drawn walks of today and what it takes from them."""
        from spatialreno.walk import change_of  # the walks' kernels only where walks are drawn

        return {name: change_of(self.isochrones[TODAY], walks) for name, walks in self.isochrones.items()}

    @cached_property
    def room(self) -> Removals | None:
        """The fewest removals that would make room today for the station the load asks for; None: none waits."""
        if self.before is not None:
            return self.before.room
        return fewest_removals(self.today, STATION) if len(heat_demand(self.today)) else None

    def _each(self, what: str, make: Callable[[str], T]) -> dict[str, T]:
        """Work something out for each option; today's is taken where it is known."""
        known: dict[str, T] = {} if self.before is None else getattr(self.before, what)
        return {name: known[name] if name in known else make(name) for name in self.areas}

    def write(self, folder: str | Path) -> list[Path]:
        """Write tables (CSV that Excel opens), a GeoPackage of all options, scenarios and provenance.

        Parameters
        ----------
        folder
            Created when it is not there; files are replaced only when all are written whole.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        InputError
            Something cannot be written; then nothing has changed.

        Examples
        --------
        >>> import tempfile
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sorted({file.suffix for file in options.write(folder)})
        ['.csv', '.gpkg', '.json', '.toml']
        """
        return write_comparison(self, Path(folder))

    def __repr__(self) -> str:
        """Read the comparison aloud."""
        told = {k: e.value("score") for k, e in self.evaluations.items()}
        scores = [f"{k} {score:.1f}" if score == score else f"{k} —" for k, score in told.items()]
        unread = next(iter(self.evaluations.values())).value("score_unread")
        head = f"circle score ({unread:.0%} of its weight on norms unread in print)"
        return f"Comparison of {self.today.name} by {self.standard}, {head}: {', '.join(scores)}"

    def _invested(self, values: pd.DataFrame) -> pd.DataFrame:
        """Count what today invests as 0, so that options can be compared with it."""
        units = self.today.catalog.indicators["unit"].reindex(values.index)
        filled = values.copy()
        filled[TODAY] = values[TODAY].mask(units.isin(["yuan"]) & values[TODAY].isna(), 0.0)
        return filled

    def _values(self) -> pd.DataFrame:
        """Pivot the rows about the whole area: indicators down, options across."""
        table = self.table().reset_index()
        whole = table[table["level"].isin(["area", "plan"])]
        wide = whole.pivot(index="indicator", columns="option", values="value")
        order = dict.fromkeys([*whole["indicator"]])
        return wide.reindex(index=list(order), columns=list(self.areas))

    def _titled(self, values: pd.DataFrame, lang: Lang) -> pd.DataFrame:
        refuse_other_languages(lang, "options")
        units = self.table().reset_index().drop_duplicates("indicator").set_index("indicator")["unit"]
        norm = self.evaluations[TODAY].standard
        titles = [indicator_title(self.today.catalog, str(k), lang=lang, norm=norm) for k in values.index]
        result = values.copy()
        result.insert(0, "unit", units.reindex(values.index))
        result.index = pd.Index(titles, name="指标" if lang == "zh" else "indicator")
        return Sheet(result)

    def _decimals(self, keys: pd.Index[str]) -> list[int]:
        """Say how many decimals each indicator bears; money is told in whole yuan."""
        known = self.today.catalog.indicators["decimals"].astype(int).to_dict()
        return [known.get(key, known.get(str(key).partition(":")[0], 6)) for key in keys]

    def _signs(self, weights: Mapping[str, float], values: pd.DataFrame) -> pd.Series[int]:
        if not isinstance(weights, Mapping):
            raise InputError(f"rank: {type(weights).__name__} gives no weights. Give {{'score': 1}} or such.")
        if not weights or any(not w >= 0 for w in weights.values()) or not sum(weights.values()) > 0:
            raise InputError("rank: give weights of 0 or more, at least one above 0; there are no default weights.")
        better = self.today.catalog.indicators["better"]
        stems = {k: k if k in better.index else k.partition(":")[0] for k in weights}
        wrong = [k for k, stem in stems.items() if k not in values.index or better.get(stem, "none") == "none"]
        if wrong:
            known = [k for k in values.index if better.get(k.partition(":")[0], "none") != "none"]
            raise InputError(
                f"rank: {', '.join(wrong)} cannot be ranked (unknown, or neither more nor less is better). "
                f"Choose from: {', '.join(known)}."
            )
        return pd.Series({k: 1 if better[stem] == "up" else -1 for k, stem in stems.items()})


def _borne(table: pd.DataFrame, decimals: Sequence[int]) -> pd.DataFrame:
    """Round each row's numbers to its own decimals."""
    scale = pd.Series([10.0**count for count in decimals], table.index)
    floats = [c for c in table.columns if pd.api.types.is_float_dtype(table[c])]
    return table.assign(**{c: (table[c] * scale).round() / scale for c in floats})


def as_comparison(given: object, *, what: str) -> Comparison:
    """Take what ``compare`` gives, and nothing else.

    Parameters
    ----------
    given
        Options side by side.
    what
        Who asks, for the message.

    Returns
    -------
    Comparison
        As given.

    Raises
    ------
    InputError
        It is something else, such as a study area.

    Examples
    --------
    >>> as_comparison("today", what="draw")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: draw: str is no comparison. Give what compare(area, …) returns.
    """
    if not isinstance(given, Comparison):
        raise InputError(f"{what}: {type(given).__name__} is no comparison. Give what compare(area, …) returns.")
    return given
