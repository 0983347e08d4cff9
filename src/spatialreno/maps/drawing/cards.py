"""What a click tells: walks before and after, owners, costs, which options take a thing, and in which stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from spatialreno.maps.content.indicator_tables import option_titles, unit_text
from spatialreno.maps.content.owners import owners
from spatialreno.maps.content.stage_names import stage_names
from spatialreno.maps.drawing.features import Told
from spatialreno.maps.drawing.style import gain_class
from spatialreno.maps.words.numbers import bracketed, facility_title, number, ten_thousands
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno._types import Floats
    from spatialreno.comparison import Comparison

# Above this many homes only the walks that some option changes are written into the page.
_ALL_WALKS_TO = 3000
_CARDS = ("owner", "cost", "taken_by", "reason")


class _Act(NamedTuple):
    """What an option does to a thing, in one line of its ledger."""

    layer: str
    id: str
    phase: int
    reason: str
    cost: float


@dataclass(frozen=True)
class Stories:
    """Everything the page tells about a thing beyond its own columns, in one language."""

    options: Comparison
    lang: Lang

    @property
    def card_titles(self) -> list[str]:
        """Titles of the lines of a card."""
        return [word(key, self.lang) for key in _CARDS]

    @cached_property
    def kinds(self) -> list[str]:
        """Kinds of facility that walks lead to, in the order of the tables."""
        return sorted({str(kind) for e in self.options.evaluations.values() for kind in e.access["kind"]})

    @property
    def kind_titles(self) -> list[str]:
        """Kinds for people."""
        catalog = self.options.areas["today"].catalog
        return [facility_title(kind, catalog, self.lang) for kind in self.kinds]

    def of(self, told: Told) -> dict[str, Any]:
        """Tell what the page knows of one thing by its layer and id."""
        more: dict[str, Any] = {}
        if told.key in self._phases:
            more["phase"] = self._phases[told.key]
        if told.layer == "buildings" and told.id in self._walks:
            more |= self._walks[told.id]
        elif told.layer in {"walls", "structures", "gates"}:
            more["card"] = self._card(told)
        return more

    @cached_property
    def last_removal(self) -> list[int]:
        """By option, the stage after which everything that comes down has gone."""
        found = []
        for key in self.options.areas:
            bill = self.options.ledgers.get(key)
            gone = bill[bill["verb"] == "demolish"] if bill is not None and len(bill) else None
            found.append(int(gone["phase"].max()) if gone is not None and len(gone) else 0)
        return found

    @cached_property
    def _phases(self) -> dict[tuple[str, str], list[int]]:
        keys = list(self.options.areas)
        found: dict[tuple[str, str], list[int]] = {}
        for place, key in enumerate(keys):
            for act in self._acts[key]:
                found.setdefault((act.layer, act.id), [0] * len(keys))[place] = act.phase
        return found

    @cached_property
    def _acts(self) -> dict[str, list[_Act]]:
        return {key: _acts_of(self.options.ledgers.get(key)) for key in self.options.areas}

    # ---- cards ------------------------------------------------------------------------------------------------
    def _card(self, told: Told) -> list[list[Any]]:
        known = self._taken.get(told.key, {})
        names = "、" if self.lang == "zh" else ", "
        said = {
            "owner": self._owners.get(told.key, ""),
            "cost": self._yuan(known.get("cost")),
            "taken_by": names.join(known.get("options", [])) or word("by_none", self.lang),
            "reason": known.get("reason", ""),
        }
        return [[place, said[key]] for place, key in enumerate(_CARDS) if said[key]]

    @cached_property
    def _owners(self) -> dict[tuple[str, str], str]:
        return owners(self.options.areas["today"], "、" if self.lang == "zh" else ", ")

    @cached_property
    def _taken(self) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        titles = dict(zip(self.options.areas, option_titles(self.options, self.lang), strict=True))
        for key in self.options.areas:
            costs: dict[tuple[str, str], float] = {}
            for act in self._acts[key]:
                name = (act.layer, act.id)
                one = found.setdefault(name, {"options": [], "reason": str(act.reason or ""), "cost": float("nan")})
                if titles[key] not in one["options"]:
                    one["options"].append(titles[key])
                costs[name] = costs.get(name, 0.0) + act.cost
            for name, cost in costs.items():
                found[name]["cost"] = cost
        return found

    def _yuan(self, cost: float | None) -> str:
        if cost is None:
            return ""
        if pd.isna(cost):
            return word("no_price", self.lang)
        return f"{number(cost, 0)} {unit_text('yuan', self.lang)}{bracketed(word('estimate', self.lang), self.lang)}"

    # ---- walks ------------------------------------------------------------------------------------------------
    @cached_property
    def _walks(self) -> dict[str, dict[str, Any]]:
        """By home: whole metres to each kind in each option, its mean change as a class and as a line."""
        frames = [self._metres(key) for key in self.options.areas]
        homes = sorted(set().union(*(frame.index for frame in frames)))
        metres = np.stack([f.reindex(index=homes, columns=self.kinds).to_numpy(float) for f in frames], axis=2)
        whole = np.where(np.isnan(metres), -1, np.rint(metres)).astype(np.int64)
        change = _mean_change(metres)
        keep = np.ones(whole.shape[:2], bool)
        if len(homes) > _ALL_WALKS_TO:
            keep = (whole != whole[:, :, :1]).any(axis=2)
        return {
            home: {
                "kinds": int((whole[row] >= 0).any(axis=1).sum()),
                "walks": [[int(k), *whole[row, k].tolist()] for k in np.flatnonzero(keep[row])],
                "gain": _shared([gain_class(value) for value in change[row]]),
                "gains": _shared([self._gain_line(value) for value in change[row]]),
            }
            for row, home in enumerate(homes)
        }

    def _metres(self, key: str) -> pd.DataFrame:
        access = self.options.evaluations[key].access
        return access.pivot(index="building_id", columns="kind", values="distance_m").astype(float)

    def _gain_line(self, change: float) -> list[str]:
        if np.isnan(change):
            said = word("missing", self.lang)
        elif abs(change) < 0.5:
            said = word("no_change", self.lang)
        else:
            said = f"{'▼' if change < 0 else '▲'} {number(abs(change), 0)} m"
        return [word("mean_change", self.lang), said]


def _acts_of(bill: pd.DataFrame | None) -> list[_Act]:
    if bill is None or not len(bill):
        return []
    own = bill[bill["verb"] != "keep"]
    columns = [own[name].tolist() for name in ("layer", "id", "phase", "reason", "cost_yuan")]
    return [_Act(layer, i, int(phase), why, float(cost)) for layer, i, phase, why, cost in zip(*columns, strict=True)]


def _mean_change(metres: Floats) -> Any:
    """Average, over the kinds reached today and then, how much longer the walk is; shape (home, option)."""
    change = metres - metres[:, :, :1]
    reached = ~np.isnan(change)
    total = np.where(reached, change, 0.0).sum(axis=1)
    count = reached.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _shared(values: list[Any]) -> Any:
    return values[0] if all(value == values[0] for value in values) else {"by": values}


def stages(options: Comparison, lang: Lang) -> list[list[dict[str, Any]]]:
    """Tell the works of each option stage by stage: title, what is done, and the cost so far."""
    return [_stages(key, options, lang) for key in options.areas]


def _stages(key: str, options: Comparison, lang: Lang) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    acts = options.ledgers.get(key)
    if acts is None or not len(acts):
        return found
    costs = options.bill().of(key).by("phase").set_index("phase")["cost_yuan"]
    cost, names = 0.0, stage_names(options, lang, key)
    for phase, rows in acts[acts["verb"] != "keep"].groupby("phase", sort=True):
        cost += float(costs.get(phase, 0.0))
        found.append(
            {
                "phase": int(str(phase)),
                "title": names[int(str(phase))],
                "works": ("；" if lang == "zh" else "; ").join(said_works(rows, options, lang)),
                "sum": word("so_far", lang).format(sum=ten_thousands(cost)),
            }
        )
    return found


def said_works(rows: pd.DataFrame, options: Comparison, lang: Lang) -> list[str]:
    """Tell rows of a ledger by what is done to which layer: how many things, and how much where it is one unit."""
    layers: Mapping[str, Any] = options.areas["today"].catalog.layers
    verbs = {"demolish": "gone", "alter": "altered", "build": "built"}
    order = {"demolish": 0, "alter": 1, "build": 2}
    once = rows[rows["measure"] != "open_m2"].drop_duplicates(["verb", "layer", "id"])
    said = []
    groups = {(str(key[0]), str(key[1])): own for key, own in once.groupby(["verb", "layer"])}
    for verb, layer in sorted(groups, key=lambda key: (order[key[0]], key[1])):
        own = groups[verb, layer]
        metres = own.loc[own["unit"].isin(["m", "m2"])]
        size = ""
        if len(metres) == len(own) and metres["unit"].nunique() == 1:
            size = f"，{number(float(own['quantity'].sum()), 0)} {unit_text(str(own['unit'].iloc[0]), lang)}"
        count = word("pieces", lang).format(n=len(own))
        said.append(f"{word(verbs[verb], lang)} {layers[layer].title(lang)} {count}{size}")
    return said
