"""The scenario file: the same scenario, written down as TOML; unknown keys are refused, nothing runs."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from spatialreno.errors import ScenarioError
from spatialreno.files import put_text
from spatialreno.scenario.interventions import Build, Intervention, alter, build, demolish
from spatialreno.scenario.scenario import Scenario
from spatialreno.scenario.text import scenario_text
from spatialreno.scenario.values import LONLAT_TEXT

Cell = str | int | float | bool
Position = tuple[float, float]
Ring = Annotated[list[Position], Field(min_length=3)]
_DEEPEST = 20
_BRACKETS = {"demolish": "[[demolish]]", "alter": "[[alter]]", "build": "[[build]]"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Range(_Strict):
    min: float | None = None
    max: float | None = None


class _Choice(_Strict):
    layer: str
    ids: list[str] | None = None
    where: dict[str, Cell | list[Cell] | _Range] | None = None
    between: list[str] | None = None
    within: str | None = None
    party: str | None = None
    street: str | None = None
    expect: int | None = Field(None, ge=0)
    reason: str = ""
    phase: int = Field(1, ge=1)

    def choices(self) -> dict[str, Any]:
        where = (
            None
            if self.where is None
            else {k: v.model_dump(exclude_none=True) if isinstance(v, _Range) else v for k, v in self.where.items()}
        )
        return {
            "ids": self.ids,
            "where": where,
            "between": self.between,
            "within": self.within,
            "party": self.party,
            "street": self.street,
            "expect": self.expect,
            "reason": self.reason,
            "phase": self.phase,
        }


class _Alter(_Choice):
    set: dict[str, Cell]


class _Build(BaseModel):
    """A built row: its place and, beside, any column of its layer (judged by the dictionary of the area)."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)
    layer: str
    id: str
    at: Position | None = None
    line: list[Position] | None = Field(None, min_length=2)
    outline: Ring | None = None
    holes: list[Ring] = []
    crs: str = LONLAT_TEXT
    reason: str = ""
    phase: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _is_in_one_place(self) -> _Build:
        if (self.at is not None) + (self.line is not None) + (self.outline is not None) != 1:
            raise ValueError("give exactly one of at, line and outline")
        if self.holes and self.outline is None:
            raise ValueError("holes need an outline")
        return self

    def shape(self) -> Any:
        if self.at is not None:
            return shapely.Point(self.at)
        return shapely.LineString(self.line) if self.line else shapely.Polygon(self.outline, self.holes)


class _File(_Strict):
    name: str
    title: str = ""
    order: Annotated[float, Field(strict=True)] | None = None
    base: str | None = None
    demolish: list[_Choice] = []
    alter: list[_Alter] = []
    build: list[_Build] = []

    def scenario(self) -> Scenario:
        acts: list[Intervention] = [demolish(d.layer, **d.choices()) for d in self.demolish]
        acts += [alter(a.layer, set=a.set, **a.choices()) for a in self.alter]
        acts += [
            build(b.layer, b.id, geometry=b.shape(), crs=b.crs, reason=b.reason, phase=b.phase, **(b.model_extra or {}))
            for b in self.build
        ]
        return Scenario(self.name, self.title, acts)


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario file; its ``base``, another file of the folder, lies underneath.

    Parameters
    ----------
    path
        A ``.toml`` file as in the README's "Scenario file".

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        Unreadable TOML, unknown keys or columns, a missing or circular base: all faults, with their place.

    Examples
    --------
    >>> read_scenario("data/geo/xigongdi/scenarios/clear.toml").title
    '拆违'
    """
    return _read(Path(path), (), {})


def read_scenarios(folder: str | Path) -> list[Scenario]:
    """Read all scenario files of a folder, in the order of their author.

    Parameters
    ----------
    folder
        Holds ``.toml`` files. First come those that say their place: the key ``order`` of the file (any number), or
        else the number its name begins with (``02-opened.toml``); of two at one place, and after them all others,
        the smaller stands first, as a report tells them: by acts, by the things they name, by name.

    Returns
    -------
    list of Scenario
        Empty where the folder holds none.

    Raises
    ------
    ScenarioError
        As :func:`read_scenario`.

    Examples
    --------
    >>> [one.name for one in read_scenarios("data/geo/xigongdi/scenarios")]
    ['clear', 'partial', 'opened', 'full']
    """
    found, opened = [], dict[Path, _File]()
    for path in sorted(Path(folder).glob("*.toml")):
        one = _read(path, (), opened)
        place = _place_told(path, opened[path.resolve()].order)
        found.append((place, len(one.interventions), _named(one), path.name, one))
    return [one for *_, one in sorted(found, key=lambda row: row[:-1])]


def _place_told(path: Path, order: float | None) -> float:
    number = re.match(r"\d+", path.name)
    if order is not None:
        return order
    return float(number[0]) if number else math.inf


def _named(scenario: Scenario) -> int:
    """Count what a scenario names: of two with as many acts the one that opens fewer compounds stands first."""
    chosen = [act.chosen for act in scenario.interventions if not isinstance(act, Build)]
    return sum(len(one.ids or ()) + len(one.between or ()) for one in chosen)


def write_scenario(scenario: Scenario, path: str | Path) -> Path:
    """Write a scenario as TOML that ``read_scenario`` reads back to an equal scenario.

    Parameters
    ----------
    scenario
        What to write; a base it was made from is written out in full.
    path
        The file; it is replaced only when it is written whole.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        The file cannot be written there.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from spatialreno.scenario import read_scenario
    >>> plan = read_scenario("data/geo/xigongdi/scenarios/opened.toml")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_scenario(write_scenario(plan, Path(folder) / "opened.toml")) == plan
    True
    """
    return put_text(Path(path), scenario_text(scenario))


def _read(path: Path, seen: tuple[Path, ...], opened: dict[Path, _File]) -> Scenario:
    """Read a file and what lies underneath; ``opened`` keeps the documents, so that none is read twice."""
    if path.resolve() in seen or len(seen) > _DEEPEST:
        names = " → ".join(p.name for p in (*seen, path))
        how = "goes in a circle" if path.resolve() in seen else f"stands on more than {_DEEPEST} others"
        raise ScenarioError(f"{path}: the base {how} ({names}). Take one base out.")
    document = opened[path.resolve()] = opened.get(path.resolve()) or _document(path)
    scenario = _scenario(document, path)
    if document.base is None:
        return scenario
    if Path(document.base).name != document.base or document.base[:1] in ("", ".") or "\\" in document.base:
        raise ScenarioError(f"{path}: base = {document.base!r} must be the plain name of a file in the same folder.")
    base = path.parent / f"{document.base.removesuffix('.toml')}.toml"
    if not base.is_file():
        raise ScenarioError(f"{path}: base = {document.base!r}, but there is no {base.name} beside it.")
    return _read(base, (*seen, path.resolve()), opened) | scenario


def _scenario(document: _File, path: Path) -> Scenario:
    try:
        return document.scenario()
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from error


def _document(path: Path) -> _File:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return _File.model_validate(tomllib.loads(text))
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror}). Give the path of a scenario file.") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from error
    except RecursionError as error:
        raise ScenarioError(f"{path}: brackets are nested too deeply. Write a scenario's tables only.") from error
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: is not whole TOML: {error}. Correct the line it names.") from error
    except ValidationError as error:
        lines = "\n- ".join(dict.fromkeys(_fault_line(e["loc"], e["type"], e["msg"]) for e in error.errors()))
        raise ScenarioError(f"{path}: does not read as a scenario:\n- {lines}") from error


def _fault_line(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    """Say in the file's own words where and what: ``[[demolish]] 2, where.height_m: …``."""
    said = {"extra_forbidden": "there is no such key", "missing": "is missing"}.get(kind, message)
    if len(loc) == 1 and loc[0] in _BRACKETS and kind == "list_type":
        return f"{loc[0]}: write {_BRACKETS[str(loc[0])]}, with two brackets on each side"
    if len(loc) < 2 or loc[0] not in _BRACKETS:
        return f"{'.'.join(map(str, loc)) or 'file'}: {said}"
    keys = [str(key) for key in loc[2:]]
    if len(keys) > 2 and keys[0] in ("where", "set"):  # below the column pydantic names the types it tried
        choice = ", a list of these, or { min = number, max = number }" if keys[0] == "where" else ""
        keys, said = keys[:2], f"give text, a finite number or true/false{choice}"
    place = f"{_BRACKETS[str(loc[0])]} {int(loc[1]) + 1}"
    return f"{', '.join(filter(None, [place, '.'.join(keys)]))}: {said.removeprefix('Value error, ')}"
