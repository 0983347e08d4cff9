"""What the residents of one compound are told of an option: their buildings, changes, money, days and votes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import heated_share, is_home
from spatialreno.community import LiftPlan, LiftTerms, lift_ground, plan_lifts
from spatialreno.comparison import residents_pay, whole_shares
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea
    from spatialreno.comparison import Comparison

OUTSIDE = ""  # the place of homes that lie in no compound
_LIFT_COLUMNS = ["building_id", "verdict", "lowest_yuan", "highest_yuan", "households"]


@dataclass(frozen=True)
class Yard:
    """One compound, or all homes outside compounds.

    Attributes
    ----------
    place, name
        Id of the compound, ``OUTSIDE`` for homes in none; its name.
    homes
        Index building_id; see ``Book.homes``.
    ledger
        What the option does to things of this yard: rows of the ledger.
    votes
        Rows of the votes of its owners, with ``counts`` by ``matter:place``.
    parties
        Units whose own agreement its works need: name, and whether they have signed everything asked here.
    """

    place: str
    name: str
    homes: pd.DataFrame
    ledger: pd.DataFrame
    votes: pd.DataFrame
    parties: pd.DataFrame

    def sum(self, column: str) -> float:
        """Add up its homes; unknown where no home knows."""
        return float(self.homes[column].sum(min_count=1))


class Book:
    """All yards of one option with their figures; worked out once, read by every sheet."""

    def __init__(self, options: Comparison, option: str) -> None:
        names = [name for name in options.areas if name != "today"]
        if not names or (option and option not in names):
            known = f"Options: {', '.join(names)}." if names else "Compare at least one scenario."
            raise InputError(f"residents: {option or 'the area as it stands'} is no option. {known}")
        self.options, self.key = options, option or names[-1]
        self.today, self.then = options.today, options.areas[self.key]

    @cached_property
    def kinds(self) -> dict[str, dict[str, str]]:
        """The walks to tell, by kind of facility in the order of the catalog; what the norm does not know stays out."""
        rows = sorted(self.today.catalog.rows("resident_walks"), key=lambda row: (int(row["order"]), row["kind"]))
        known = set(self.options.evaluations["today"].access["kind"])
        return {row["kind"]: row for row in rows if row["kind"] in known}

    @cached_property
    def homes(self) -> pd.DataFrame:
        """Every home of today: what it gets and pays.

        Columns of ``residents_pay``, then name, heat_before and heat_after (share), heat_new (households), fire_before,
        fire_after, kinds_in, kinds_out, baskets_in, lifts_fit, stairs, lift_low, lift_high, and minutes
        ``KIND_before`` and ``KIND_after``.
        """
        frame = residents_pay(self.options, self.key)
        names = self.today.buildings["name"].reindex(frame.index)
        frame["name"] = names.where(names.notna() & (names != ""), frame.index.to_series())
        for column, area, found in (("before", self.today, "today"), ("after", self.then, self.key)):
            ground = self.options.evaluations[found].ground
            frame[f"heat_{column}"] = heated_share(area).reindex(frame.index)
            known = ground.fire.buildings["verdict"].astype("object").reindex(frame.index)
            frame[f"fire_{column}"] = "" if ground.fire.reason else known.where(known.notna(), "")
            minutes = self._access(found, "min_general").reindex(index=frame.index, columns=list(self.kinds))
            frame = frame.join(minutes.add_suffix(f"_{column}"))
        frame["heat_new"] = self._newly_heated(frame)
        gained = self.options.gained[self.key].reindex(frame.index)
        return frame.join(gained[["kinds_in", "kinds_out", "baskets_in"]]).join(self._lifts)

    def _newly_heated(self, frame: pd.DataFrame) -> pd.Series[float]:
        """Count by building the households that heat newly reaches; they add up to what the heat plan connects."""
        more = (frame["heat_after"].fillna(0.0) - frame["heat_before"].fillna(0.0)).clip(lower=0.0)
        new = (more * frame["households"].fillna(0.0)).where(more > 0, 0.0)
        works = self.options.works.get(self.key)
        if works is None or works.heat is None or not new.sum():
            return new.round()
        shares = whole_shares(int(works.heat.households_connected), frame["households"].fillna(0.0)[new > 0])
        return shares.reindex(frame.index, fill_value=0).astype("float64")

    def _access(self, option: str, column: str) -> pd.DataFrame:
        access = self.options.evaluations[option].access
        return access.pivot(index="building_id", columns="kind", values=column)

    @cached_property
    def came(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Kinds that came within their radius, and that fell out of it: homes × kinds, yes or no."""
        before, after = (self._access(k, "within").astype("float64") for k in ("today", self.key))
        before = before.reindex(index=after.index, columns=after.columns)
        return after > before, after < before

    @cached_property
    def lift_plan(self) -> LiftPlan:
        """Where a lift fits today, and what each household would pay."""
        ground = self.options.once("lift ground ", lambda: lift_ground(self.today, ""))
        return plan_lifts(self.today, LiftTerms(sun=""), register=self.options.register, ground=ground)

    @cached_property
    def _lifts(self) -> pd.DataFrame:
        table = pd.DataFrame(self.lift_plan.table[_LIFT_COLUMNS])
        fits = table[table["verdict"] == "fits"].groupby("building_id")
        return pd.DataFrame(
            {"stairs": table.groupby("building_id").size(), "lifts_fit": fits.size(),
             "lift_low": fits["lowest_yuan"].min(), "lift_high": fits["highest_yuan"].max()}
        )  # fmt: skip

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """What the option does, a row a thing, with the yards it stands in or between (a tuple)."""
        rows = self.options.ledgers[self.key]
        rows = rows[(rows["verb"] != "keep") & (rows["measure"] != "open_m2")].drop_duplicates(["verb", "layer", "id"])
        yards = [self._yards(str(r["layer"]), str(r["id"])) for r in rows.to_dict("records")]
        return rows.assign(yards=pd.Series(yards, index=rows.index, dtype="object"))

    def _yards(self, layer: str, thing: str) -> tuple[str, ...]:
        """Name the compounds of a thing: those its row names, else those that its shape lies in."""
        for area in (self.then, self.today):
            frame = area.layer(layer)
            if thing in frame.index:
                row: Any = frame.loc[thing]
                own = [row.get(c) for c in ("compound_id", "compound_a", "compound_b")]
                named = tuple(dict.fromkeys(y for y in own if isinstance(y, str)))
                return named or _within(area, row.get("geometry"))
        return ()

    def places(self) -> list[str]:
        """Compounds with homes, by id; last the homes outside compounds, if there are any."""
        found = self.homes["compound_id"]
        yards = [str(yard) for yard in self.today.compounds.index if yard in set(found.dropna())]
        return [*yards, OUTSIDE] if found.isna().any() else yards

    def yard(self, place: str, name: str) -> Yard:
        """Gather what one yard is told."""
        own = self.homes["compound_id"]
        homes = self.homes[own.isna() if place == OUTSIDE else own == place]
        ledger = self.ledger[[place in yards for yards in self.ledger["yards"]]]
        consents = self.options.consents[self.key]
        doors = self.today.entrances
        units = {place, *homes.index, *doors.index[doors["building_id"].isin(homes.index)]}
        votes = consents.votes[consents.votes["place"].isin(units - {OUTSIDE})]
        return Yard(place, name, homes, ledger, votes, _parties(consents.asked, ledger))


def tells_nobody(options: Comparison) -> bool:
    """Tell whether there is no option, or nobody lives in the area."""
    return list(options.areas)[-1] == "today" or not is_home(options.today.buildings).any()


def _within(area: StudyArea, shape: BaseGeometry | None) -> tuple[str, ...]:
    if shape is None:
        return ()
    yards = area.compounds
    return tuple(map(str, yards.index[yards.geometry.intersection(shape).length.to_numpy() > 0.5]))


def _parties(asked: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """List the units whose own agreement the works of a yard need; households stay unnamed."""
    things = set(zip(ledger["layer"], ledger["id"], strict=True))
    own = asked[[pair in things for pair in zip(asked["layer"], asked["id"], strict=True)]]
    own = own[(own["basis"] == "owner") & own["party"].notna() & ~own["party_kind"].isin(["household", "all_owners"])]
    signed = (own["state"] == "in_hand").groupby(own["party"]).all()
    return pd.DataFrame({"name": signed.index.astype("str"), "signed": signed.to_numpy()})


def ranged(values: Sequence[float]) -> tuple[float, float]:
    """Give the least and the most that is known."""
    known = pd.Series(values, dtype="float64").dropna()
    return (float(known.min()), float(known.max())) if len(known) else (float("nan"), float("nan"))


def summary(yards: Mapping[str, Yard]) -> pd.DataFrame:
    """Sum every yard up in a row: households, residents, newly heated, what residents pay, votes."""
    rows = {place: _summed(yard) for place, yard in yards.items()}
    columns = ["name", "households", "residents", "newly_heated", "pays_yuan", "votes_open", "votes_missing"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("compound_id")


def _summed(yard: Yard) -> list[Any]:
    open_ = yard.votes[yard.votes["state"] != "passed"]
    missing = float("nan") if open_["state"].eq("uncounted").any() else int(open_["to_win"].sum())
    return [yard.name, yard.sum("households"), yard.sum("residents"), yard.sum("heat_new"),
            yard.sum("pays_yuan"), len(open_), missing]  # fmt: skip
