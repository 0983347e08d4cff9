"""The residents' menu (群众点菜): items, ballots, what a budget chooses by a known rule, why the rest is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from spatialreno.catalog import Catalog, read_catalog
from spatialreno.community.budget import choose_items
from spatialreno.community.voting.ballots import MENU, Register
from spatialreno.errors import Fault, InputError
from spatialreno.files import read_table

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_COLUMNS = {"item": ("项目编号", "id"), "title": ("项目", "名称"), "class": ("类别",), "cost_yuan": ("造价", "费用"),
            "needs": ("前置", "依赖")}  # fmt: skip
_NEEDS = ";"


@dataclass(frozen=True, repr=False)
class MenuChoice:
    """What a menu vote chooses under a budget.

    Attributes
    ----------
    table
        Index item, by class and votes; title, class, cost_yuan, needs, votes (households), area_m2 (of those who
        want it), chosen, reason (why it is left out; empty when chosen), stable (share of re-drawn votes in
        which the item comes out the same).
    budget_yuan, spent_yuan
        Given and used.
    rule, by
        Rule of the catalog ``menu_rules``; votes count by ``households`` or by ``area``.
    voters
        Households that named at least one item.
    trials
        Re-drawn votes behind ``stable``.
    """

    table: pd.DataFrame
    budget_yuan: float
    rule: str
    by: str
    voters: int
    trials: int

    @property
    def chosen(self) -> list[str]:
        """Items chosen, in the order of the table."""
        return [str(i) for i in self.table.index[self.table["chosen"]]]

    @property
    def spent_yuan(self) -> float:
        """Money used."""
        return float(self.table.loc[self.table["chosen"], "cost_yuan"].sum())

    def __repr__(self) -> str:
        """Read the choice aloud."""
        return (
            f"Menu by {self.rule}, votes by {self.by}: {len(self.chosen)} of {len(self.table)} items for "
            f"{self.spent_yuan:,.0f} of {self.budget_yuan:,.0f} yuan, {self.voters} households voted"
        )


def read_menu(path: str | Path, *, catalog: Catalog | None = None) -> pd.DataFrame:
    """Read a menu of works from a CSV file.

    Parameters
    ----------
    path
        Columns item, title, class (``basic`` 基础类, ``improved`` 完善类, ``raised`` 提升类), cost_yuan, needs
        (items that must come first, joined by ``;``).
    catalog
        Names of the classes; default is the package's.

    Returns
    -------
    DataFrame
        Index item; title, class, cost_yuan, needs (tuple).

    Raises
    ------
    InputError
        Every fault at once: missing columns, an item given twice, an unknown class, a cost that is not above 0,
        a need that is no item, needs that go in a circle.

    Examples
    --------
    >>> read_menu("data/geo/xigongdi/community/menu.csv").loc["paving", "needs"]
    ('drain', 'water')
    """
    path = Path(path)
    names = {alias: column for column, aliases in _COLUMNS.items() for alias in (column, *aliases)}
    raw = read_table(path).rename(columns=names)
    missing = [c for c in ("item", "class", "cost_yuan") if c not in raw]
    if missing:
        told = f"columns are missing: {', '.join(missing)}"
        raise InputError.of([Fault("menu", (), "columns", told, f"Columns: {', '.join(_COLUMNS)}", file=path.name)])
    catalog = catalog or read_catalog()
    words = {a: r["class"] for r in catalog.rows("menu_classes")
             for a in (r["class"], *r["aliases"].split("|"))}  # fmt: skip
    raw = raw.reindex(columns=list(_COLUMNS)).astype("str")
    menu = pd.DataFrame(
        {
            "item": raw["item"],
            "title": raw["title"].fillna(raw["item"]),
            "class": raw["class"].map(lambda c: words.get(c, c), na_action="ignore"),
            "cost_yuan": pd.to_numeric(raw["cost_yuan"], errors="coerce").astype("float64"),
            "needs": [tuple(filter(None, (n.strip() for n in str(cell).split(_NEEDS)))) if cell == cell else ()
                      for cell in raw["needs"]],
        }
    )  # fmt: skip
    faults = _faults(menu, set(words.values()), catalog.constants["yuan_most"], path.name)
    if faults:
        raise InputError.of(faults)
    return menu.set_index("item")


def choose_works(
    register: Register,
    menu: pd.DataFrame,
    budget_yuan: float,
    *,
    rule: str = "equal_shares",
    by: Literal["households", "area"] = "households",
    trials: int = 0,
) -> MenuChoice:
    """Choose from the menu what the ballots want and a budget pays, basic items first.

    The classes are decided one after another (基础类, 完善类, 提升类), each by the rule with the money the ones
    before it left. An item whose needs are not chosen is put aside and offered again once they are. How stable
    the choice is, is counted: the households' ballots are drawn again at random, with replacement, ``trials``
    times (seeded: the same input gives the same answer), and ``stable`` is the share in which an item comes out
    the same.

    Parameters
    ----------
    register
        Homes and their ballots; a row of matter ``menu`` wants one item.
    menu
        As ``read_menu`` gives it.
    budget_yuan
        Money there is.
    rule
        ``equal_shares`` or ``greedy`` (catalog ``menu_rules``).
    by
        ``households``: each counts one; ``area``: each counts its private area.
    trials
        Re-drawn votes; 0 leaves ``stable`` empty.

    Returns
    -------
    MenuChoice

    Raises
    ------
    InputError
        Ballots for items that are not on the menu, a budget that is not above 0, an unknown rule.

    References
    ----------
    Peters, D., Pierczyński, G., Skowron, P. (2021). Proportional participatory budgeting with additive
    utilities. NeurIPS 34.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.community import read_register
    >>> from spatialreno.community import read_menu
    >>> menu = read_menu("data/geo/xigongdi/community/menu.csv")
    >>> "drain" in choose_works(read_register(sr.read_area("data/geo/xigongdi")), menu, 8e6, rule="greedy").chosen
    True
    """
    ballots = _ballots(register, menu)
    weights = _weights(register, ballots, by)
    _check(register.area, budget_yuan, rule, by)
    order = [row["class"] for row in sorted(register.area.catalog.rows("menu_classes"), key=lambda r: int(r["order"]))]
    outcome = choose_items(menu, ballots, weights, budget_yuan, rule=rule, classes=order)
    votes = pd.Series({i: sum(i in wanted for wanted in ballots.values()) for i in menu.index})
    area = {str(h): float(m2) for h, m2 in register.homes["area_m2"].items()}
    table = menu.assign(
        votes=votes,
        area_m2=[round(sum(area[h] for h, wanted in ballots.items() if i in wanted), 2) for i in menu.index],
        chosen=[i in outcome.chosen for i in menu.index],
        reason=[outcome.reasons.get(i, "") for i in menu.index],
        stable=_stability(
            menu, ballots, weights, budget_yuan, rule=rule, classes=order, trials=trials, chosen=outcome.chosen
        ),
    )
    table = table.sort_values("votes", ascending=False, kind="stable")
    table = table.sort_values("class", key=lambda c: c.map({n: k for k, n in enumerate(order)}), kind="stable")
    return MenuChoice(table, budget_yuan, rule, by, len(ballots), trials)


def _ballots(register: Register, menu: pd.DataFrame) -> dict[str, frozenset[str]]:
    votes = register.votes[register.votes["kind"] == MENU]
    strange = sorted(set(votes["choice"]) - set(menu.index))
    if strange:
        told, mend = "ballots want items that are not on the menu", f"Items: {', '.join(menu.index)}"
        raise InputError.of([Fault("ballots", tuple(strange), "menu", told, mend, file="ballots.csv")])
    return {str(h): frozenset(own) for h, own in votes.groupby("household", sort=True)["choice"]}


def _weights(register: Register, ballots: Mapping[str, Any], by: str) -> dict[str, int]:
    """Count each household once, or by its private area in whole hundredths of a square metre."""
    if by == "area":
        return {str(h): round(float(m2) * 100) for h, m2 in register.homes["area_m2"].items() if h in ballots}
    return dict.fromkeys(ballots, 1)


def _stability(
    menu: pd.DataFrame,
    ballots: Mapping[str, frozenset[str]],
    weights: Mapping[str, int],
    budget: float,
    *,
    rule: str,
    classes: list[str],
    trials: int,
    chosen: frozenset[str],
) -> list[float]:
    """Draw the households again and count how often each item comes out the same."""
    import numpy as np

    if not trials or not ballots:
        return [float("nan")] * len(menu)
    dice, names = np.random.default_rng(0), sorted(ballots)
    same = dict.fromkeys(menu.index, 0)
    for _ in range(trials):
        drawn, times = np.unique(dice.integers(len(names), size=len(names)), return_counts=True)
        again = {names[k]: weights[names[k]] * int(n) for k, n in zip(drawn, times, strict=True)}
        kept = {h: ballots[h] for h in again}
        found = choose_items(menu, kept, again, budget, rule=rule, classes=classes).chosen
        for i in menu.index:
            same[i] += (i in found) == (i in chosen)
    return [same[i] / trials for i in menu.index]


def _check(area: StudyArea, budget: float, rule: str, by: str) -> None:
    rules = [row["rule"] for row in area.catalog.rows("menu_rules")]
    if rule not in rules:
        raise InputError(f"menu: no rule {rule!r}. Choose one of {', '.join(rules)}.")
    if by not in ("households", "area"):
        raise InputError(f"menu: votes count by households or by area, not {by!r}.")
    if not 0 < budget <= area.catalog.constants["yuan_most"]:
        raise InputError(f"menu: a budget of {budget:,.0f} yuan chooses nothing. Give an amount above 0, in yuan.")


def _faults(menu: pd.DataFrame, classes: set[str], most: float, file: str) -> list[Fault]:
    items = menu["item"]
    known = set(items.dropna())
    strange = menu["needs"].map(lambda needs: bool(set(needs) - known))
    rules = (
        ("item", items.isna(), "rows without an item", "Name it"),
        ("twice", items.notna() & items.duplicated(keep=False), "items given twice", "Keep one row an item"),
        ("class", ~menu["class"].isin(classes), "class is not known", f"Use one of {', '.join(sorted(classes))}"),
        ("cost", ~(menu["cost_yuan"] > 0), "cost is missing or not above 0", "Give the cost in yuan"),
        ("cost", menu["cost_yuan"] > most, "cost is beyond all money", f"Give at most {most:,.0f} yuan"),
        ("needs", strange, "needs something that is no item", "Correct needs"),
    )
    faults = [
        Fault("menu", tuple(items[bad].fillna("?")), rule, told, mend, file=file)
        for rule, bad, told, mend in rules
        if bad.any()
    ]
    return faults or _circles(dict(zip(items, menu["needs"], strict=True)), file)


def _circles(needs: Mapping[str, tuple[str, ...]], file: str) -> list[Fault]:
    """Name the items that wait for themselves."""
    free: set[str] = set()
    while ready := {i for i in needs if i not in free and set(needs[i]) <= free}:
        free |= ready
    stuck = tuple(sorted(set(needs) - free))
    told = "items that wait for one another in a circle"
    return [Fault("menu", stuck, "circle", told, "Take one of the needs away", file=file)] if stuck else []
