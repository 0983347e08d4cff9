"""Rules of money (资金补助规则) as rows: who relieves whom of what, for homes built when, up to which ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.area import built_years, inhabited_buildings

if TYPE_CHECKING:
    from spatialreno._types import Floats, Indices
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog


@dataclass(frozen=True)
class Homes:
    """Households by the year their building was built; a year that is not known is missing."""

    table: pd.DataFrame  # index building; compound_id, year, households

    @cached_property
    def households(self) -> int:
        """All of them."""
        return int(self.table["households"].sum())

    @cached_property
    def by_year(self) -> tuple[Floats, Indices]:
        """The year of each building, and its households."""
        return self.table["year"].to_numpy(float, na_value=np.nan), self.table["households"].to_numpy(np.intp)

    @property
    def unknown(self) -> int:
        """Households whose year of building nobody stated."""
        return int(self.table.loc[self.table["year"].isna(), "households"].sum())

    def of_line(self, layer: str, ids: tuple[str, ...], area: StudyArea) -> Homes:
        """Take the homes that a line serves: its buildings, or those of its compounds; else of the whole area."""
        if layer == "buildings" and set(ids) <= set(self.table.index):
            return Homes(self.table.loc[list(dict.fromkeys(ids))])
        frame = area.layer(layer) if layer in area.catalog.layers else None
        if frame is None or "compound_id" not in frame or not ids or not set(ids) <= set(frame.index):
            return self
        compounds = frame.loc[list(ids), "compound_id"]
        own = self.table[self.table["compound_id"].isin(compounds)]
        return Homes(own) if compounds.notna().all() and own["households"].sum() else self


@dataclass(frozen=True)
class Rule:
    """One row of the catalog's ``funding_rules``; what is empty there is None here."""

    name: str
    payer: str
    relieves: tuple[str, ...]
    classes: tuple[str, ...]
    layers: tuple[str, ...]
    built_from: int | None
    built_to: int | None
    share: Fraction | None
    ceiling_fen: int | None
    per: str
    row: dict[str, str]

    @property
    def stated(self) -> bool:
        """Whether the row says how much there is: a share or a ceiling."""
        return self.share is not None or self.ceiling_fen is not None

    @property
    def by_year(self) -> bool:
        """Whether it asks when homes were built."""
        return self.built_from is not None or self.built_to is not None

    def takes(self, line: dict[str, Any], eligible: str) -> bool:
        """Tell whether the rule is about this line at all, whenever its homes were built."""
        return (
            line["payer"] in self.relieves
            and (not self.classes or line["class"] in self.classes)
            and (not self.layers or line["layer"] in self.layers)
            and self.payer in eligible.split("|")
        )

    def built(self, homes: Homes) -> int:
        """Count the households of homes that were built when the rule asks for."""
        if not self.by_year:
            return homes.households
        year, households = homes.by_year
        return int(households[(year >= (self.built_from or 0)) & (year <= (self.built_to or 9999))].sum())

    def part(self, homes: Homes) -> Fraction:
        """Give the share of a line that is eligible, by the households of the homes it serves."""
        if not self.by_year:
            return Fraction(1)
        return Fraction(self.built(homes), homes.households) if homes.households else Fraction(0)

    def ceiling(self, homes: Homes) -> int | None:
        """Give the most it pays for these homes, in fen; None: no ceiling is stated."""
        if self.ceiling_fen is None:
            return None
        return self.ceiling_fen * (self.built(homes) if self.per == "household" else 1)


def funding_rules(catalog: Catalog) -> list[Rule]:
    """Read the rules in their order."""
    rows = sorted(catalog.rows("funding_rules"), key=lambda row: (int(row["order"]), row["rule"]))
    return [_rule(row) for row in rows]


def _rule(row: dict[str, str]) -> Rule:
    ceiling = row["ceiling_yuan"]
    return Rule(
        name=row["rule"], payer=row["payer"], relieves=_listed(row["relieves"]), classes=_listed(row["classes"]),
        layers=_listed(row["layers"]), built_from=int(row["built_from"]) if row["built_from"] else None,
        built_to=int(row["built_to"]) if row["built_to"] else None,
        share=Fraction(row["share"]) if row["share"] else None,
        ceiling_fen=round(Fraction(ceiling) * 100) if ceiling else None, per=row["per"] or "project", row=row,
    )  # fmt: skip


def homes_of(area: StudyArea) -> Homes:
    """List where people live, with the year each was built: the building's own, else its compound's."""
    buildings = inhabited_buildings(area)
    table = pd.DataFrame({
        "compound_id": buildings["compound_id"],
        "year": built_years(area).reindex(buildings.index),
        "households": buildings["households"].fillna(0).astype("int64"),
    })  # fmt: skip
    return Homes(table)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)
