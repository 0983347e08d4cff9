"""The money plan (资金平衡表): the bill by payer after the rules of money, what is short, and what no rule covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import Finding, sentence
from spatialreno.comparison.money.budgets import Budgets, Given, as_budgets
from spatialreno.comparison.money.payments import Span, by_year, contracts, payments
from spatialreno.comparison.money.rules import Homes, Rule, funding_rules, homes_of
from spatialreno.scenario import funding_rule

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog
    from spatialreno.errors import Fault
    from spatialreno.scenario import Bill

PAYERS = ("central", "province", "city", "utility", "units", "residents", "society")
CLASSES = ("basic", "improved", "raised", "")
_KEPT = ["option", "part", "class", "phase", "verb", "layer", "kind", "item", "item_en", "ids"]


@dataclass(frozen=True, eq=False, repr=False)
class Funding:
    """Who pays for what of each option, and whether there is enough; sums are exact to the fen.

    Attributes
    ----------
    lines
        One row a line of the bill and payer: option, part, class, phase, verb, layer, kind, item, item_en, ids,
        payer, bill_payer (who stands in the price), rule (that put it on ``payer``; empty: the price did), allowed
        (the catalog's ``funding`` lets this payer pay for it; missing: no row covers it), cost_yuan, fen.
    table
        One row an option and payer: needed_yuan, basic_yuan, improved_yuan, raised_yuan, ineligible_yuan,
        available_yuan (missing: nobody stated it), short_yuan, heads (households of residents, owner units), and
        yuan_each.
    rules
        One row an option and rule: payer, eligible_yuan (what it is about), homes (households that are eligible),
        ceiling_yuan, taken_yuan, over_yuan (eligible beyond the ceiling), stated (whether the rule says how much
        there is), document, issued, source, confidence.
    budgets
        What was given.
    """

    lines: pd.DataFrame
    table: pd.DataFrame
    rules: pd.DataFrame
    budgets: pd.DataFrame
    catalog: Catalog = field(repr=False)
    faults: tuple[Fault, ...] = ()
    said: tuple[tuple[str, Finding], ...] = ()

    @property
    def total(self) -> pd.Series[float]:
        """What each option comes to: the bill's total."""
        return (self.lines.groupby("option", sort=False)["fen"].sum() / 100).rename("cost_yuan")

    def payments(self, spans: Mapping[int, Span]) -> pd.DataFrame:
        """Spread what is owed over quarters by the terms of payment (``spatialreno catalog payment_terms``).

        Parameters
        ----------
        spans
            Phase to its first and last day, such as ``{1: ("2026-03-01", "2026-04-30")}``.

        Returns
        -------
        DataFrame
            option, payer, phase, term, quarter (``2026Q2``), yuan; adds up to the bill.

        Raises
        ------
        InputError
            A phase of the bill without days, days that run backwards, or terms that do not add up to 1.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.funding()
        >>> spans = {1: ("2026-03-01", "2026-05-31"), 2: ("2026-06-01", "2026-09-30"), 3: ("2026-10-01", "2026-11-30")}
        >>> paid = plan.payments(spans)
        >>> float(paid["yuan"].sum().round(2)) == float(options.bill().total["opened"])
        True
        """
        return payments(self.lines, spans, self.catalog)

    def contracts(self, spans: Mapping[int, Span]) -> pd.DataFrame:
        """Tell what is put under contract in which quarter: option, payer, phase, quarter, yuan.

        Parameters
        ----------
        spans
            Phase to its first and last day, as for ``payments``.

        Returns
        -------
        DataFrame
            option, payer, phase, quarter (in which the phase begins), yuan; adds up to the bill.

        Raises
        ------
        InputError
            A phase of the bill without days, or days that run backwards.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.funding()
        >>> spans = {1: ("2026-03-01", "2026-05-31"), 2: ("2026-06-01", "2026-09-30"), 3: ("2026-10-01", "2026-11-30")}
        >>> plan.contracts(spans)[["quarter", "yuan"]].values.tolist()
        [['2026Q1', 21661.66]]
        """
        return contracts(self.lines, spans)

    def years(self, spans: Mapping[int, Span]) -> pd.DataFrame:
        """Hold each year's payments against its budget: option, payer, year, needed, available and short yuan.

        Parameters
        ----------
        spans
            Phase to its first and last day, as for ``payments``.

        Returns
        -------
        DataFrame
            option, payer, year, needed_yuan, available_yuan (missing: nobody stated it), short_yuan.

        Raises
        ------
        InputError
            As for ``payments``.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> plan = options.funding({"city": {"2026": 10_000}})
        >>> spans = {1: ("2026-03-01", "2026-05-31"), 2: ("2026-06-01", "2026-09-30"), 3: ("2026-10-01", "2026-11-30")}
        >>> plan.years(spans)[["year", "needed_yuan", "short_yuan"]].values.tolist()[0]
        [2026.0, 21011.81, 11011.81]
        """
        return by_year(self.payments(spans), self.budgets)

    def notes(self, *, lang: str = "zh") -> list[tuple[str, str]]:
        """List what no rule covers and what is not known, as (option, sentence), in Chinese or English.

        Parameters
        ----------
        lang
            ``zh`` or ``en``.

        Returns
        -------
        list of tuple of str
            Name of the option and a sentence.

        Examples
        --------
        >>> import spatialreno as sr
        >>> opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=["W02"])])
        >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [opened])
        >>> name, told = options.funding().notes(lang="en")[0]
        >>> name, told[:51]
        ('opened', 'Owner units: 19,278.80 yuan would be eligible, how ')
        """
        return [(option, sentence(self.catalog, found, lang)) for option, found in self.said]

    def __repr__(self) -> str:
        """Read the plan aloud."""
        told = []
        for option, own in self.table.groupby("option", sort=False):
            short = own["short_yuan"].sum(min_count=1)
            more = "" if short != short else f", short {short:,.2f}"
            told.append(f"{option} {self.total[option]:,.2f} by {len(own)} payers{more}")
        return f"<Funding in yuan: {'; '.join(told) or 'nothing to pay'}>"


def fund(areas: Mapping[str, StudyArea], bill: Bill, budgets: Budgets | Given | None = None) -> Funding:
    """Put every line of a bill on its payers by the catalog's rules of money.

    Parameters
    ----------
    areas
        By option; homes and their years are those of the first, today.
    bill
        Of all options.
    budgets
        Payer to yuan, payer to year to yuan, or what ``read_budgets`` gives.

    Returns
    -------
    Funding
    """
    today = next(iter(areas.values()))
    catalog, homes = today.catalog, homes_of(today)
    money = as_budgets(budgets, catalog)
    rules = funding_rules(catalog)
    lines, used = [], []
    said = [] if money.rows.empty else _without_budget(bill, money)
    for option in bill.options:
        own = bill.of(option).lines
        split = _Split(rules, homes, areas[option], today)
        lines += split.all([{str(k): v for k, v in row.items()} for row in own.to_dict("records")])
        used += split.told(option)
        said += _notes(option, own, homes, split) if len(own) else []
    frame = pd.DataFrame(lines, columns=[*_KEPT, "payer", "bill_payer", "rule", "allowed", "fen"])
    frame["allowed"] = frame["allowed"].astype("boolean")
    frame["phase"] = frame["phase"].astype("Int64")
    frame["cost_yuan"] = frame["fen"].astype("float64") / 100
    table = _table(frame, money.rows, _heads(today, bill))
    return Funding(frame, table, pd.DataFrame(used), money.rows, catalog, money.faults, tuple(said))


class _Split:
    """Puts the lines of one option on payers: basic works first, each rule up to its ceiling."""

    def __init__(self, rules: list[Rule], homes: Homes, area: StudyArea, today: StudyArea) -> None:
        self.rules, self.homes, self.area, self.today = rules, homes, area, today
        self.left = {rule.name: rule.ceiling(homes) for rule in rules}
        self.taken: dict[str, int] = defaultdict(int)
        self.eligible: dict[str, Fraction] = defaultdict(Fraction)
        self.uncovered: list[str] = []
        self._homes_of: dict[tuple[str, tuple[str, ...], bool], Homes] = {}

    def all(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        priced = [line for line in lines if line["cost_yuan"] == line["cost_yuan"]]
        return [row for line in sorted(priced, key=lambda r: CLASSES.index(r["class"])) for row in self._one(line)]

    def _one(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        found = funding_rule(self.area.catalog, line["layer"], line["verb"], line["kind"])
        eligible = line["payer"] if line["part"] == "fees" else found.get("eligible")
        if eligible is None:
            self.uncovered.append(f"{line['layer']} {line['verb']} {line['kind']}".strip())
        left = whole = round(line["cost_yuan"] * 100)
        parts = []
        for rule in self.rules:
            took = min(left, self._takes(rule, line, whole, eligible or ""))
            if took:
                self._spend(rule, took)
                parts.append((rule.payer, rule.name, took))
                left -= took
        if left or not parts:
            parts.append((line["payer"], "", left))
        kept = {key: line[key] for key in _KEPT}
        return [
            {**kept, "payer": payer, "bill_payer": line["payer"], "rule": rule, "fen": fen,
             "allowed": None if eligible is None else payer in eligible.split("|")}
            for payer, rule, fen in parts
        ]  # fmt: skip

    def _takes(self, rule: Rule, line: dict[str, Any], whole: int, eligible: str) -> int:
        """Say how many fen of a line a rule would pay, by its share, its homes and what is left of its ceiling."""
        if line["part"] == "fees" or not rule.takes(line, eligible):
            return 0
        part = rule.part(self._served(line)) if rule.by_year else Fraction(1)
        self.eligible[rule.name] += whole * part
        if not rule.stated or rule.payer == line["payer"]:
            return 0
        most = int(whole * part * (1 if rule.share is None else rule.share))
        left = self.left[rule.name]
        return most if left is None else min(most, left)

    def _served(self, line: dict[str, Any]) -> Homes:
        """Give the homes that a line serves, found once for all rules."""
        there = line["verb"] in ("demolish", "alter")
        key = (line["layer"], line["ids"], there)
        if key not in self._homes_of:
            area = self.today if there else self.area
            self._homes_of[key] = self.homes.of_line(line["layer"], line["ids"], area)
        return self._homes_of[key]

    def _spend(self, rule: Rule, fen: int) -> None:
        self.taken[rule.name] += fen
        left = self.left[rule.name]
        self.left[rule.name] = None if left is None else left - fen

    def told(self, option: str) -> list[dict[str, Any]]:
        if not self.eligible and not self.taken:
            return []
        return [self._rule(option, rule) for rule in self.rules]

    def _rule(self, option: str, rule: Rule) -> dict[str, Any]:
        ceiling, eligible = rule.ceiling(self.homes), int(self.eligible[rule.name])
        over = None if ceiling is None else max(0, int(eligible * (rule.share or 1)) - ceiling) / 100
        return {
            "option": option, "rule": rule.name, "title_zh": rule.row["title_zh"], "title_en": rule.row["title_en"],
            "payer": rule.payer, "eligible_yuan": eligible / 100, "homes": rule.built(self.homes),
            "ceiling_yuan": None if ceiling is None else ceiling / 100, "taken_yuan": self.taken[rule.name] / 100,
            "over_yuan": over, "stated": rule.stated,
            **{key: rule.row[key] for key in ("document", "issued", "source", "confidence")},
        }  # fmt: skip


def _notes(option: str, lines: pd.DataFrame, homes: Homes, split: _Split) -> list[tuple[str, Finding]]:
    """Say what no rule covers, and what is not known."""
    said = [Finding("no_funding", {"item": name}) for name in dict.fromkeys(split.uncovered)]
    for rule in split.rules:
        if not rule.stated and rule.payer not in rule.relieves and split.eligible[rule.name]:
            yuan = int(split.eligible[rule.name]) / 100
            told = {key: rule.row[key] for key in ("title_zh", "title_en", "document")}
            said.append(Finding("subsidy_unstated", told | {"yuan": yuan}))
    covered = [rule for rule in split.rules if rule.built_from or rule.built_to]
    year = homes.table["year"]
    late = homes.table[year.notna() & (year > max((r.built_to or 0 for r in covered), default=9999))]
    if len(late):
        said.append(Finding("homes_too_new", {"households": int(late["households"].sum())}))
    if homes.unknown:
        said.append(Finding("homes_unknown_year", {"households": homes.unknown}))
    bare = int(lines.loc[lines["cost_yuan"].isna(), "ids"].map(len).sum())
    said += [Finding("left_out_unpriced", {"count": bare})] if bare else []
    return [(option, found) for found in said]


def _without_budget(bill: Bill, money: Budgets) -> list[tuple[str, Finding]]:
    told = set(money.rows["payer"])
    found = bill.by("payer")
    left = {str(option): sorted(set(own["payer"]) - told) for option, own in found.groupby("option", sort=False)}
    return [(option, Finding("no_budget", {"payers": tuple(payers)})) for option, payers in left.items() if payers]


def _heads(today: StudyArea, bill: Bill) -> dict[str, float]:
    """Count who shares a payer's part out: households, and owner units that hold a right."""
    parties = today.parties
    units = parties.index[(parties["kind"] == "unit") & parties.index.isin(today.rights["party_id"])]
    return {"residents": bill.households, "units": float(len(units)) or float("nan")}


def _table(lines: pd.DataFrame, budgets: pd.DataFrame, heads: Mapping[str, float]) -> pd.DataFrame:
    sums = {
        "needed": lines, **{name: lines[lines["class"] == name] for name in CLASSES if name},
        "ineligible": lines[~lines["allowed"].fillna(True)],
    }  # fmt: skip
    keys = ["option", "payer"]
    table = pd.DataFrame({f"{name}_yuan": own.groupby(keys)["fen"].sum() for name, own in sums.items()})
    options = list(dict.fromkeys(lines["option"]))
    given = budgets.groupby("payer")["yuan"].sum()
    others = sorted({*lines["payer"], *given.index} - set(PAYERS))  # payers that an area's own catalog adds
    wanted = [(o, p) for o in options for p in (*PAYERS, *others) if (o, p) in table.index or p in given.index]
    table = table.reindex(pd.MultiIndex.from_tuples(wanted, names=keys)).fillna(0.0) / 100
    payer = table.index.get_level_values("payer")
    table["available_yuan"] = given.reindex(payer).to_numpy(dtype="float64")
    table["short_yuan"] = (table["needed_yuan"] - table["available_yuan"]).clip(lower=0).round(2)
    table["heads"] = [heads.get(p, float("nan")) for p in payer]
    table["yuan_each"] = (table["needed_yuan"] / table["heads"]).round(2)
    return table.reset_index()

