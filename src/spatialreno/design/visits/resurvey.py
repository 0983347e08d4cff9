"""After the visits: the area as it was found, and the answer worked out again on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from spatialreno.design.question.goals import find_goal
from spatialreno.design.visits.held_options import HeldOptions, lines_of, made_design, plans_of
from spatialreno.errors import InputError
from spatialreno.scenario import Build

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.design.design import Design
    from spatialreno.scenario import Intervention, Scenario

_SHAPES = ("walls", "structures")
_HERE, _GONE = ("there", "在"), ("not there", "不在")
_PASS = ("public", "residents", "closed")
_PRICE = re.compile(r"\d+(\.\d+)?( .*)?")
_AGAIN = "again"


def resurveyed(area: StudyArea, form: pd.DataFrame | str | Path) -> StudyArea:
    """Write what visits found into the area; this one stays as it is.

    Parameters
    ----------
    area
        The area that the visits were listed for.
    form
        ``Visits.form()`` filled in, or its file (``.csv``, ``.xlsx``): columns layer, id, found. ``found`` is ``there``
        (在) or ``not there`` (不在) of a wall, structure or gate; who may pass a gate (``public``, ``residents``,
        ``closed``); how many residents a building has; the price of an item, in yuan. Rows left blank were not visited.

    Returns
    -------
    StudyArea
        What was found is no longer inferred or estimated.

    Raises
    ------
    InputError
        Something that is not there to be found, or a finding that is no such word or number: all faults at once.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> found = pd.DataFrame([{"layer": "gates", "id": "G02", "found": "closed"}])
    >>> sr.design.resurveyed(today, found).gates.at["G02", "walkers"]
    'closed'
    """
    rows = _rows(form)
    faults, after = [], area
    for layer, own in rows.groupby("layer", sort=True):
        told = dict(zip(own["id"].astype(str), own["found"].astype(str).str.strip(), strict=True))
        try:
            after = _priced(after, told) if layer == "costs" else _found(after, str(layer), told)
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("survey form: " + "; ".join(faults))
    return after


def choose_again(
    area: StudyArea, options: Sequence[Scenario] | Scenario | Design, form: pd.DataFrame | str | Path, *,
    goal: str | None = None, standard: str | Standard = "gb50180-2018", budget_yuan: float = float("inf"),
) -> pd.DataFrame:  # fmt: skip
    """Choose again after the visits: the same options, and for a design a new one, on the area as it was found.

    Parameters
    ----------
    area, options, goal, standard, budget_yuan
        As for :func:`survey_next`.
    form
        As for :func:`resurveyed`.

    Returns
    -------
    DataFrame
        Index option: value_assumed, cost_assumed, chosen_before; value, cost_yuan, chosen. Of a design the row
        ``again`` is the design made anew; it has nothing assumed.

    Raises
    ------
    InputError, ScenarioError
        As :func:`survey_next` and :func:`resurveyed`.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plan = sr.Scenario("p", interventions=[sr.alter("gates", ids="G02", walkers="public")])
    >>> found = pd.DataFrame([{"layer": "gates", "id": "G02", "found": "closed"}])
    >>> choose_again(today, plan, found, goal="covered:kindergarten").index.tolist()
    ['today', 'p']
    """
    plans, budget = plans_of(options, budget_yuan)
    aim = goal or (options.goal if made_design(options) else "basket")
    found = resurveyed(area, form)
    before = _held(area, plans, budget, aim, standard)
    now = {name: None if plan is None else still_there(plan, found) for name, plan in plans.items()}
    if made_design(options) and options.question is not None:
        now[_AGAIN] = options.question.again(found, options.budget_yuan).scenario(_AGAIN)
    after = _held(found, now, budget, aim, standard)
    was, choice = before.choice(), after.choice()
    rows = [
        {"option": name, **_told(before if name in plans else None, name, "_assumed"), "chosen_before": name == was,
         **_told(after, name, ""), "chosen": name == choice}
        for name in now
    ]  # fmt: skip
    return pd.DataFrame(rows).rename(columns={"cost": "cost_yuan"}).set_index("option")


def still_there(plan: Scenario, area: StudyArea) -> Scenario:
    """Leave out of a plan what it names and is not there any more."""
    acts: list[Intervention] = []
    for act in plan.interventions:
        if isinstance(act, Build) or act.chosen.ids is None:
            acts.append(act)
            continue
        left = tuple(one for one in act.chosen.ids if one in area.layer(act.layer).index)
        if left == act.chosen.ids:
            acts.append(act)
        elif left:
            acts.append(replace(act, chosen=replace(act.chosen, ids=left), expect=None))
    return type(plan)(plan.name, plan.title, acts)


def _held(
    area: StudyArea, plans: dict[str, Any], budget: float, goal: str, standard: str | Standard
) -> HeldOptions:
    lines = {name: lines_of(area, plan) for name, plan in plans.items()}
    return HeldOptions(area, find_goal(area, goal, standard), plans, budget, lines)


def _told(held: HeldOptions | None, name: str, suffix: str) -> dict[str, float]:
    known = (float("nan"), float("nan")) if held is None else (held.value(name), held.cost(name))
    return {f"value{suffix}": known[0], f"cost{suffix}": known[1]}


# ---- the form


def _rows(form: pd.DataFrame | str | Path) -> pd.DataFrame:
    from spatialreno.formats import read_rows

    rows = form if isinstance(form, pd.DataFrame) else pd.DataFrame(read_rows(Path(form)).columns)
    lacking = [column for column in ("layer", "id", "found") if column not in rows]
    if lacking:
        raise InputError(f"survey form: no column {', '.join(lacking)}. Fill in the form that survey -o wrote.")
    told = rows["found"].notna() & rows["found"].astype(str).str.strip().ne("")
    rows = rows.loc[told, ["layer", "id", "found"]]
    twice = rows[rows.duplicated(["layer", "id"]) & ~rows.duplicated()]
    if len(twice):
        raise InputError(f"survey form: {', '.join(twice['id'].astype(str))} found in two ways. Leave one row each.")
    return rows.drop_duplicates()


def _found(area: StudyArea, layer: str, told: dict[str, str]) -> StudyArea:
    frame = area.layer(layer)
    strange = [name for name in told if name not in frame.index]
    if strange or layer not in (*_SHAPES, "gates", "buildings"):
        raise InputError(f"{layer} {', '.join(strange or told)}: no such thing is on the list of visits")
    frame = pd.DataFrame(frame).copy()
    set_one = {"buildings": _of_building, "gates": _of_gate}.get(layer, _of_shape)
    wrong = [fault for name, word in told.items() if (fault := set_one(frame, name, word))]
    if wrong:
        raise InputError("; ".join(wrong))
    gone = [name for name, word in told.items() if word in _GONE and layer != "buildings"]
    return area.with_layer(layer, gpd.GeoDataFrame(frame.drop(index=gone), geometry="geometry", crs=area.crs))


def _of_shape(frame: pd.DataFrame, name: str, word: str) -> str:
    if word not in (*_HERE, *_GONE):
        return f"{name}: {word!r} is neither {_HERE[0]} ({_HERE[1]}) nor {_GONE[0]} ({_GONE[1]})"
    frame.loc[name, "inferred"] = False
    return ""


def _of_gate(frame: pd.DataFrame, name: str, word: str) -> str:
    if word not in (*_PASS, *_HERE, *_GONE):
        return f"{name}: {word!r} is none of {', '.join([*_PASS, _HERE[0], _GONE[0]])}"
    if word in _PASS:
        frame.loc[name, "walkers"] = word
    frame.loc[name, "inferred"] = False
    _sure(frame, name, ("walkers", "hours"))
    return ""


def _of_building(frame: pd.DataFrame, name: str, word: str) -> str:
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:residents|人)?", word)
    if number is None:
        return f"{name}: {word!r} is no number of residents"
    frame.loc[name, "residents"] = round(float(number[1]))
    _sure(frame, name, ("residents",))
    return ""


def _sure(frame: pd.DataFrame, name: str, columns: Sequence[str]) -> None:
    """Take columns off the list of what is estimated."""
    listed = frame.at[name, "estimated"]
    if isinstance(listed, str):
        left = [one.strip() for one in listed.split(",") if one.strip() not in columns]
        frame.loc[name, "estimated"] = ",".join(left) or None


def _priced(area: StudyArea, told: dict[str, str]) -> StudyArea:
    costs = area.catalog.costs
    strange = [item for item in told if item not in set(costs["item_zh"])]
    wrong = [f"{item}: {word!r} is no price" for item, word in told.items() if not _PRICE.fullmatch(word)]
    if strange or wrong:
        raise InputError("; ".join([*[f"costs {item}: no such item" for item in strange], *wrong]))
    rows = costs[costs["item_zh"].isin(list(told))]
    price = rows["item_zh"].map({item: float(word.split()[0]) for item, word in told.items()})
    quoted = rows.assign(price=price, low=price, high=price, confidence="own", source="survey")
    return area.with_catalog(costs=quoted, source="survey")
