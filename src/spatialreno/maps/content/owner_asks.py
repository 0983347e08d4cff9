"""What an option asks of each party: its own share of metres and money, notices apart, its homes, its papers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from spatialreno.area import lineage
from spatialreno.comparison import as_comparison
from spatialreno.errors import InputError
from spatialreno.maps.content.owners import party_names

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

#: Whose purse a payer of the catalog is: only then does a party pay its own share.
_PURSES = {"units": "unit", "residents": "all_owners", "utility": "utility"}
_HOLDS = ("ownership", "land_use")
_YARDS = ("compound_a", "compound_b", "compound_id")
ROWS = ["verb", "layer", "id", "item", "item_en", "measure", "quantity", "unit", "share", "own_quantity", "own_yuan",
        "pays_yuan", "payer", "phase"]  # fmt: skip
INDEX = ["party", "kind", "asked", "notices", "walls_m", "structures_m2", "own_yuan", "pays_yuan", "buildings",
         "households", "phases", "state"]  # fmt: skip

#: What options ask, as long as they live: sheets and their index tell the same.
_known = WeakKeyDictionary["Comparison", dict[str, list["OwnerAsks"]]]()


@dataclass(frozen=True)
class OwnerAsks:
    """One party of an option.

    Attributes
    ----------
    party, name, kind
        Id, name and kind of the party.
    asked, notices
        What it is asked for, and what is taken down by enforcement and not asked: columns ``ROWS``. ``own_quantity``
        and ``own_yuan`` are its share; what is built on its land is not its own and has neither. ``pays_yuan`` is
        what it pays itself.
    homes
        Index building_id: share, households, residents (of its share), score_before, score_after, change_m of walks.
    papers
        Keys of the catalog's ``papers``.
    votes
        Matters on which its owners vote: matter, place, state, to_win.
    state
        How it stands to what is asked (``parties.state`` of the consents); empty where it is not asked itself.
    """

    party: str
    name: str
    kind: str
    asked: pd.DataFrame
    notices: pd.DataFrame
    homes: pd.DataFrame
    papers: tuple[str, ...]
    votes: pd.DataFrame
    state: str

    def own(self, layer: str, unit: str, rows: pd.DataFrame | None = None) -> float:
        """Add up its share of what is taken down of a layer; the ground made good after it is no more of it."""
        rows = self.asked if rows is None else rows
        fits = (rows["layer"] == layer) & (rows["unit"] == unit) & (rows["verb"] == "demolish")
        fits &= rows["measure"] != "open_m2"
        return float(rows.loc[fits, "own_quantity"].sum())

    @property
    def phases(self) -> list[int]:
        """The stages in which something of it is touched."""
        return sorted({int(p) for p in [*self.asked["phase"], *self.notices["phase"]]})


def find_asks(options: Comparison, option: str = "") -> list[OwnerAsks]:
    """Tell what an option asks of each party that it touches, in the order of their names.

    Parameters
    ----------
    options
        What ``compare`` gives.
    option
        Name of the option; by default the last.

    Raises
    ------
    InputError
        The option is unknown, or no owner is known of what it touches.
    """
    key = option or list(options.areas)[-1]
    if key not in options.areas or key == "today":
        known = ", ".join(name for name in options.areas if name != "today")
        raise InputError(f"sheets: {key} is no option. Options: {known}.")
    found = _known.setdefault(options, {})
    if key not in found:
        found[key] = _asks(options, key)
    return list(found[key])


def _asks(options: Comparison, key: str) -> list[OwnerAsks]:
    book = _Book(options, key)
    found = [book.party(party) for party in sorted(book.touched)]
    if not found:
        raise InputError(f"sheets: {key} asks nobody: no owner is known of what it touches. Fill parties and rights.")
    return sorted(found, key=lambda one: (one.name, one.party))


def asks_nobody(options: Comparison) -> bool:
    """Tell whether there is no option, or no owner is known of what the last one touches."""
    key = list(options.areas)[-1]
    return key == "today" or not _Book(options, key).touched


def owner_index(options: Comparison, option: str = "") -> pd.DataFrame:
    """List the parties that an option touches, with their own share of it, a row for each sheet.

    Parameters
    ----------
    options
        What ``compare`` gives.
    option
        Name of the option; by default the last.

    Returns
    -------
    DataFrame
        Index party_id, by name: party, kind; asked, notices (how many things it is asked for, and how many are taken
        down by enforcement); walls_m, structures_m2 and own_yuan (its share of what is taken down and altered),
        pays_yuan (what it pays of it); buildings and households (its homes, by its share in them); phases; state (of
        its own agreement; empty where it votes or is only told).

    Raises
    ------
    InputError
        The option is unknown, or no owner is known of what it touches.

    Examples
    --------
    It is the first page of ``owner_sheets``.

    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import LineString, box
    >>> from spatialreno import Scenario, assemble, compare, demolish
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["院"], geometry=[box(x, y, x + 60, y + 60)]),
    ...         "buildings": layer(id=["B1"], households=[12], geometry=[box(x + 5, y + 5, x + 25, y + 15)]),
    ...         "walls": layer(id=["W1"], geometry=[LineString([(x, y), (x, y + 60)])]),
    ...         "parties": pd.DataFrame({"id": ["P1"], "name": ["第一毛纺厂"]}),
    ...         "rights": pd.DataFrame({"feature_id": ["W1"], "party_id": ["P1"], "right": ["ownership"]}),
    ...     },
    ...     name="yard",
    ... )
    >>> opened = compare(area, [Scenario("opened", interventions=[demolish("walls", ids="W1")])])
    >>> owner_index(opened)[["party", "walls_m"]].to_numpy().tolist()
    [['第一毛纺厂', 60.0]]
    """
    as_comparison(options, what="owner_index")
    rows = {one.party: _index_row(one) for one in find_asks(options, option)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=INDEX).rename_axis("party_id")


def _index_row(one: OwnerAsks) -> list[Any]:
    own, pays = one.asked["own_yuan"].sum(), one.asked["pays_yuan"].sum()
    return [one.name, one.kind, len(one.asked.drop_duplicates(["layer", "id"])), one.notices["id"].nunique(),
            round(one.own("walls", "m"), 2), round(one.own("structures", "m2"), 2), round(float(own), 2),
            round(float(pays), 2), len(one.homes), round(float(one.homes["households"].sum()), 1),
            ", ".join(map(str, one.phases)), one.state]  # fmt: skip


class _Book:
    """Who holds which share of what, of one area and option."""

    def __init__(self, options: Comparison, key: str) -> None:
        self.options, self.key, self.area = options, key, options.areas["today"]
        self.names, self.kinds = party_names(self.area), self.area.parties["kind"].to_dict()
        self.rights: dict[str, list[dict[Any, Any]]] = {}
        for row in self.area.rights.to_dict("records"):
            self.rights.setdefault(str(row["feature_id"]), []).append(row)
        asked = options.consents[key].asked
        self.enforced = set(zip(*(asked.loc[asked["basis"] == "enforcement", c] for c in ("layer", "id")), strict=True))
        rows = options.ledgers[key]
        rows = rows[rows["verb"] != "keep"]
        self.rows = rows[rows["part"] != "works"] if "part" in rows else rows
        self.touched: dict[str, list[tuple[dict[Any, Any], float]]] = {}
        for row in self.rows.to_dict("records"):
            for party, share in self.holders(row).items():
                self.touched.setdefault(party, []).append((row, share))

    def holders(self, row: dict[Any, Any]) -> dict[str, float]:
        """Shares in a thing: by the rights in it; if there are none, by those in the yards it stands in or between."""
        own = self._shares(lineage(str(row["id"])))
        if own:
            return own
        frame = self._frame(row)
        if row["id"] not in frame.index:
            return {}
        yards = [y for y in (frame.at[row["id"], c] for c in _YARDS if c in frame) if isinstance(y, str)]
        found: dict[str, float] = {}
        for yard in dict.fromkeys(yards):
            for party, share in self._shares([yard]).items():
                found[party] = found.get(party, 0.0) + share / len(set(yards))
        return found

    def _frame(self, row: dict[Any, Any]) -> pd.DataFrame:
        place = self.key if row["verb"] == "build" else "today"
        frame: pd.DataFrame = self.options.areas[place].layer(str(row["layer"]))
        return frame

    def _shares(self, names: Iterable[str]) -> dict[str, float]:
        """Split one thing: stated shares as they are, the rest equally; who only manages it has no share of it."""
        rows = [r for name in names for r in self.rights.get(name, [])]
        holds = [r for r in rows if r["right"] in _HOLDS]
        stated: dict[str, float] = {}
        blank: list[str] = []
        for r in holds:
            if pd.notna(r["share"]):
                stated[str(r["party_id"])] = stated.get(str(r["party_id"]), 0.0) + float(r["share"])
            else:
                blank.append(str(r["party_id"]))
        blank = [party for party in dict.fromkeys(blank) if party not in stated]
        rest = max(0.0, 1.0 - sum(stated.values()))
        managers = {str(r["party_id"]): 0.0 for r in rows if r["right"] not in _HOLDS}
        return managers | stated | {party: rest / len(blank) for party in blank}

    def party(self, party: str) -> OwnerAsks:
        rows = [self._row(row, share, party) for row, share in self.touched[party]]
        table = pd.DataFrame(rows, columns=ROWS)
        told = np.array([(r["layer"], r["id"]) in self.enforced for r in rows], dtype=bool)
        consents, homes = self.options.consents[self.key], self.homes(party)
        yards = set(self.area.rights.loc[self.area.rights["party_id"] == party, "feature_id"])
        yards |= set(self.area.buildings.loc[homes.index, "compound_id"].dropna())
        votes = consents.votes[consents.votes["place"].isin(yards)] if self._kind(party) == "all_owners" else None
        parties = consents.parties
        return OwnerAsks(
            party=party, name=self.names.get(party, party), kind=self._kind(party),
            asked=table[~told], notices=table[told], homes=homes,
            papers=self.papers(party, table),
            votes=(consents.votes.iloc[:0] if votes is None else votes)[["matter", "place", "state", "to_win"]],
            state=str(parties["state"].get(party, "")),
        )  # fmt: skip

    def _kind(self, party: str) -> str:
        kind = self.kinds.get(party)
        return kind if isinstance(kind, str) else ""

    def _row(self, row: dict[Any, Any], share: float, party: str) -> dict[str, Any]:
        mine = float("nan") if row["verb"] == "build" else share
        pays = self._kind(party) == _PURSES.get(str(row["payer"]))
        own = mine * float(row["cost_yuan"])
        money = {"own_quantity": mine * float(row["quantity"]), "own_yuan": own, "pays_yuan": own if pays else 0.0}
        return {c: row[c] for c in ROWS if c in row} | {"share": mine} | money

    def homes(self, party: str) -> pd.DataFrame:
        """Its homes: buildings it holds, by its share, and those of its yards in which nobody holds a right."""
        share = pd.Series(self._homes.get(party, {}), dtype="float64", name="share")
        gained = self.options.gained[self.key]
        found = gained.loc[share.index, ["households", "residents", "score_before", "score_after"]].astype("float64")
        found["households"], found["residents"] = found["households"] * share, found["residents"] * share
        before, after = self._walks
        change = (after.reindex(share.index) - before.reindex(share.index)).mean(axis=1)
        return found.assign(share=share, change_m=change).rename_axis("building_id")

    @cached_property
    def _homes(self) -> dict[str, dict[str, float]]:
        """Share of each party in each building whose residents are told of."""
        buildings = self.area.buildings
        found: dict[str, dict[str, float]] = {}
        for name in self.options.gained[self.key].index.intersection(buildings.index):
            held = self._shares([str(name)]) or self._shares([str(buildings.at[name, "compound_id"])])
            for party, share in held.items():
                if share > 0:
                    found.setdefault(party, {})[str(name)] = share
        return found

    @cached_property
    def _walks(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Metres from each building to each kind of facility, today and then."""
        today, then = (
            self.options.evaluations[k].access.pivot(index="building_id", columns="kind", values="distance_m")
            for k in ("today", self.key)
        )
        return today, then

    def papers(self, party: str, rows: pd.DataFrame) -> tuple[str, ...]:
        """Which papers to bring: by kind of party, and by its rights in what is touched and in its yards and homes."""
        own = self.area.rights[self.area.rights["party_id"] == party]
        touched = {name for i in rows["id"] for name in lineage(str(i))}
        layers = {str(i): layer for layer, i in zip(rows["layer"], rows["id"], strict=True)}
        held = set()
        for row in own.to_dict("records"):
            name = str(row["feature_id"])
            layer = next((layers[i] for i in layers if name in lineage(i)), "") if name in touched else ""
            layer = layer or ("compounds" if name in self.area.compounds.index else "")
            layer = layer or ("buildings" if name in self.area.buildings.index else "")
            held.add((str(row["right"]), layer))
        return tuple(row["paper"] for row in self.area.catalog.rows("papers") if _brings(row, self._kind(party), held))


def _brings(row: dict[str, Any], kind: str, held: set[tuple[str, str]]) -> bool:
    kinds, layers = _listed(row["party_kinds"]), _listed(row["layers"])
    if kinds and kind not in kinds:
        return False
    return not row["right"] or any(right == row["right"] and (not layers or layer in layers) for right, layer in held)


def _listed(cell: object) -> list[str]:
    return [part for part in (cell if isinstance(cell, list | tuple) else str(cell or "").split("|")) if part]
