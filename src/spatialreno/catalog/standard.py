"""A planning standard as rows: services with radii, open space, baskets, weights of the circle score.

A local standard is a TOML file that names only what differs (``extends = "gb50180-2018"``); rows meet by key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    ValidationError,
    model_validator,
)

from spatialreno.catalog.read_only import ReadOnly
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

Confidence = Literal["read", "secondary", "memory", "memory-low", "derived", "assumed"]
Obligation = Literal["M", "O"]
_KEYS = {"services": ("kind",), "unjudged": ("kind", "level"), "open_spaces": ("kind", "level"), "baskets": ("id",)}
_MEND = "Correct the file; `spatialreno catalog` lists the standards that ship with the package."


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_Row):
    """One living circle: how far and how many minutes it reaches, and how many people make one."""

    title_zh: str
    title_en: str = ""
    minutes: PositiveFloat | None = None
    distance_m: PositiveFloat
    least_residents: NonNegativeFloat = 0.0
    clause: str
    confidence: Confidence


class Service(_Row):
    """One kind of facility at its level; without ``radius_m`` the level's distance stands in, as assumed."""

    kind: str
    level: str
    radius_m: PositiveFloat | None = None
    obligation: Obligation
    clause: str
    confidence: Confidence
    note: str = ""


class Unjudged(_Row):
    """A kind that shall be built at a level and is not judged here: nobody has read its distance, or it has none."""

    kind: str
    level: str
    clause: str
    confidence: Confidence


class OpenSpace(_Row):
    """The least open space of one kind at one level, for new building and for renewal."""

    kind: Literal["public_green", "cluster_green", "plaza", "sport"]
    level: str
    m2_per_person: PositiveFloat | None = None
    renewal_m2_per_person: PositiveFloat | None = None
    least_size_m2: PositiveFloat | None = None
    least_width_m: PositiveFloat | None = None
    clause: str
    confidence: Confidence


class Basket(_Row):
    """Needs that a resident has all at once; any kind of a need's list serves it."""

    id: str
    title_zh: str
    title_en: str = ""
    minutes: PositiveFloat
    needs: dict[str, tuple[str, ...]] = Field(min_length=1)


class Score(_Row):
    """How the 0-100 circle score weighs kinds and how it fades beyond the radius."""

    fade: PositiveFloat
    obligation: dict[Obligation, PositiveFloat]
    categories: dict[str, NonNegativeFloat]
    clause: str
    confidence: Confidence

    @model_validator(mode="after")
    def _complete(self) -> Score:
        if missing := sorted({"M", "O"} - set(self.obligation)):
            raise ValueError(f"obligation lacks a weight for {', '.join(missing)}")
        return self


class Standard(_Row):
    """A planning standard, complete and checked.

    Attributes
    ----------
    levels
        Living circles by key, such as ``15min``; they are not nested.
    services
        One row a facility kind.
    unjudged
        Kinds that shall be built at a level and are not judged.
    open_spaces
        One row an open-space kind and level.
    baskets
        Sets of needs reported as one share of residents.
    score
        Parameters of the circle score.
    """

    name: str
    title_zh: str
    title_en: str = ""
    levels: dict[str, Level] = Field(min_length=1)
    services: tuple[Service, ...] = Field(min_length=1)
    unjudged: tuple[Unjudged, ...] = ()
    open_spaces: tuple[OpenSpace, ...] = ()
    baskets: tuple[Basket, ...] = ()
    score: Score

    def __str__(self) -> str:
        """Name the standard and say how many kinds it judges."""
        return f"{self.title_zh} ({self.name}): {len(self.services)} kinds at {len(self.levels)} levels"

    @model_validator(mode="after")
    def _agrees(self) -> Standard:
        kinds = [s.kind for s in self.services]
        needed = [kind for b in self.baskets for need in b.needs.values() for kind in need]
        found = [
            *_unknown("services", [s.level for s in self.services], self.levels, "level"),
            *_unknown("unjudged", [u.level for u in self.unjudged], self.levels, "level"),
            *_unknown("open_spaces", [o.level for o in self.open_spaces], self.levels, "level"),
            *_unknown("baskets", needed, kinds, "kind"),
            *_twice("services", kinds),
            *_twice("open_spaces", [f"{o.kind} {o.level}" for o in self.open_spaces]),
            *_twice("baskets", [b.id for b in self.baskets]),
        ]
        if found:
            raise ValueError("; ".join(found))
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """List the facility kinds it judges, sorted."""
        return tuple(sorted(s.kind for s in self.services))

    def due(self, level: str) -> tuple[int, int]:
        """Tell how many kinds that shall be built at a level are judged, and how many there are.

        Parameters
        ----------
        level
            Such as ``15min``, ``10min``, ``5min`` or ``block``: a key of ``levels``.

        Returns
        -------
        tuple of int
            Judged, and all.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> norm = read_catalog().standard("gb50180-2018")
        >>> norm.due("15min"), norm.due("10min"), norm.due("block")
        ((6, 17), (5, 8), (4, 8))
        """
        judged = sum(s.level == level and s.obligation == "M" for s in self.services)
        return judged, judged + sum(u.level == level for u in self.unjudged)

    @property
    def minutes(self) -> dict[str, float]:
        """Give the minutes of the levels that have any."""
        return {key: level.minutes for key, level in self.levels.items() if level.minutes is not None}

    @property
    def table(self) -> pd.DataFrame:
        """Lay the services out as a table with every radius filled.

        Returns
        -------
        pandas.DataFrame
            Index ``kind`` (sorted); columns level, radius_m, obligation, clause, confidence. A kind without a
            radius of its own has its level's distance and confidence ``assumed``.
        """
        import pandas as pd

        rows = [
            {
                "kind": s.kind,
                "level": s.level,
                "radius_m": s.radius_m or self.levels[s.level].distance_m,
                "obligation": s.obligation,
                "clause": s.clause,
                "confidence": s.confidence if s.radius_m else "assumed",
            }
            for s in self.services
        ]
        return pd.DataFrame(rows).set_index("kind").sort_index()

    @property
    def reach_m(self) -> float:
        """Tell the walking distance in metres beyond which no facility adds to the score."""
        return float(self.table["radius_m"].max() * (1.0 + self.score.fade))


@dataclass(frozen=True, slots=True)
class _Found:
    """One standard's text: its file's name for messages, and the folder its neighbours lie in."""

    name: str
    text: str
    folder: Path | None = None


def read_standard(name_or_path: str | Path, *, own: Mapping[str, str] = ReadOnly({})) -> Standard:
    """Read a planning standard by its name in the package or from a TOML file.

    Parameters
    ----------
    name_or_path
        Such as ``gb50180-2018``, or the path of a ``.toml`` file. With ``extends``, a file holds only what
        differs from the standard it names (looked for beside the file, then in the package): services and
        baskets replace rows of the same kind or id field by field, open spaces those of the same kind and
        level; ``drop = ["market"]`` takes kinds of service away.
    own
        Standards of an area's own catalog: TOML by name, looked for before the package.

    Returns
    -------
    Standard
        Frozen and complete.

    Raises
    ------
    InputError
        Unknown name, unreadable file, unknown or missing key, or standards that extend in a circle.

    Examples
    --------
    >>> read_standard("gb50180-2018").table.loc["kindergarten", "radius_m"].item()
    300.0
    """
    found = _locate(name_or_path, None, own)
    try:
        return Standard.model_validate(_merged(found, (), own))
    except ValidationError as error:
        raise InputError.of(_faults(found.name, error)) from None


def standard_names() -> list[str]:
    """List the standards that ship with the package.

    Returns
    -------
    list of str
        Sorted; each is read by ``Catalog.standard``.

    Examples
    --------
    >>> "gb50180-2018" in standard_names()
    True
    """
    return sorted(path.stem for path in _shipped().glob("*.toml"))


def _shipped() -> Path:
    return Path(str(files("spatialreno.catalog").joinpath("standards")))


def _locate(name: str | Path, beside: Path | None, own: Mapping[str, str]) -> _Found:
    text = str(name)
    if text.endswith(".toml"):
        path = (beside / text) if beside else Path(text)
        if path.is_file():
            return _read(path.resolve())
        raise InputError(f"standard: no file {text}. Give the path of a standard's .toml file.")
    if beside and (path := beside / f"{text}.toml").is_file():
        return _read(path.resolve())
    if text in own:
        return _Found(f"{text}.toml", own[text])
    if text in standard_names():
        return _read(_shipped() / f"{text}.toml")
    known = ", ".join([*own, *standard_names()])
    raise InputError(f"standard: {text!r} is not known. Choose one of {known}, or give a .toml file.")


def _read(path: Path) -> _Found:
    try:
        return _Found(path.name, path.read_text(encoding="utf-8-sig"), path.parent)
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(f"{path.name}: not readable as UTF-8 TOML ({error}). {_MEND}") from None


def _merged(found: _Found, seen: tuple[_Found, ...], own: Mapping[str, str]) -> dict[str, Any]:
    if found in seen:
        circle = " > ".join(f.name.removesuffix(".toml") for f in (*seen, found))
        raise InputError(f"{found.name}: standards extend in a circle ({circle}). Remove one extends.")
    mine = _toml(found)
    base, dropped = mine.pop("extends", None), mine.pop("drop", [])
    if base is None:
        if dropped:
            raise InputError(f"{found.name}: drop needs extends. Name the standard to take kinds from.")
        return mine
    if not isinstance(base, str) or not isinstance(dropped, list):
        raise InputError(f"{found.name}: extends must be a name and drop a list of kinds. {_MEND}")
    parent = _merged(_locate(base, found.folder, own), (*seen, found), own)
    return _overlay(_without(parent, dropped, found.name) if dropped else parent, mine)


def _toml(found: _Found) -> dict[str, Any]:
    try:
        return tomllib.loads(found.text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{found.name}: not readable as UTF-8 TOML ({error}). {_MEND}") from None


def _without(parent: dict[str, Any], dropped: list[Any], file: str) -> dict[str, Any]:
    services = [s for s in parent.get("services", []) if isinstance(s, dict)]
    if strange := sorted({str(kind) for kind in dropped} - {str(s.get("kind")) for s in services}):
        raise InputError(f"{file}: drop names kinds that are not judged ({', '.join(strange)}). {_MEND}")
    return {**parent, "services": [s for s in services if s.get("kind") not in dropped]}


def _overlay(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Lay a standard's own entries over those it extends: tables key by key, rows by their key columns."""
    result = dict(base)
    for key, value in own.items():
        old = base.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = _overlay(old, value)
        elif key in _KEYS and isinstance(old, list) and isinstance(value, list):
            result[key] = _overlay_rows(old, value, _KEYS[key])
        else:
            result[key] = value
    return result


def _overlay_rows(base: list[Any], own: list[Any], columns: tuple[str, ...]) -> list[Any]:
    def key(row: object) -> tuple[str, ...]:
        return tuple(str(row.get(c)) for c in columns) if isinstance(row, dict) else (repr(row),)

    parents, mine = {key(row): row for row in base}, [key(row) for row in own]
    pairs = zip(mine, own, strict=True)
    changed = [{**parents.get(k, {}), **row} if isinstance(row, dict) else row for k, row in pairs]
    return [row for k, row in parents.items() if k not in mine] + changed


def _unknown(where: str, used: list[str], known: Iterable[str], what: str) -> list[str]:
    strange = sorted(set(used) - set(known))
    return [f"{where} name a {what} that is not there: {', '.join(strange)}"] if strange else []


def _twice(where: str, keys: list[str]) -> list[str]:
    again = sorted({k for k in keys if keys.count(k) > 1})
    return [f"{where} has more than one row for {', '.join(again)}"] if again else []


def _faults(file: str, error: ValidationError) -> list[Fault]:
    return [
        Fault(
            layer=".".join(str(part) for part in e["loc"]) or "standard",
            ids=(),
            rule="standard",
            message=e["msg"],
            mend=_MEND,
            file=file,
        )
        for e in error.errors()
    ]
