"""What OpenStreetMap tags mean here: the catalog's table of kinds, numbers, and who may pass."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Tags = Mapping[str, str]
PUBLIC = frozenset({"yes", "permissive", "designated", "public", "customers", "destination", "none", "official"})
CLOSED = frozenset({"no", "locked"})
_POI_KEYS = ("amenity", "shop", "leisure", "healthcare", "social_facility", "office", "landuse", "barrier")
_FEET_M, _INCH_M = 0.3048, 0.0254


@dataclass(frozen=True)
class Kind:
    """One row of the table: what a tag stands for; for buildings also how storeys and homes are guessed."""

    layer: str
    kind: str
    storeys: str
    homes: str


class Kinds:
    """The table ``osm_kinds.csv``, asked tag by tag.

    A key may name two tags joined by ``/``: ``leisure/sport`` with ``pitch/tennis`` asks for both.
    ``*`` in a value stands for any text. Where several rows hold, rows without ``*`` come first.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self._exact: dict[tuple[str, str], list[Kind]] = defaultdict(list)
        self._joint: dict[str, list[tuple[str, Kind]]] = defaultdict(list)
        for row in table.itertuples(index=False):
            kind = Kind(str(row.layer), str(row.kind), str(row.storeys), str(row.homes))
            if "/" in str(row.key) or "*" in str(row.value):
                self._joint[str(row.key)].append((str(row.value), kind))
            else:
                self._exact[str(row.key), str(row.value)].append(kind)
        self.keys = frozenset(key.split("/")[0] for key in [*self._joint, *(k for k, _ in self._exact)])

    def of(self, tags: Tags, layer: str) -> list[Kind]:
        """List the kinds of one layer that these tags stand for, each once; the plainest first."""
        plain = ((key, value) for key, text in tags.items() for value in _values(text))
        found = [kind for pair in plain for kind in self._exact.get(pair, ())]
        for key, rows in self._joint.items():
            first, _, second = key.partition("/")
            if first not in tags or (second and second not in tags):
                continue
            others = _values(tags[second]) if second else [""]
            pairs = [f"{a}/{b}" if second else a for a in _values(tags[first]) for b in others]
            found += [kind for pattern, kind in rows if any(fnmatchcase(pair, pattern) for pair in pairs)]
        return list(dict.fromkeys(kind for kind in found if kind.layer == layer))

    def leaves_out(self, key: str, tags: Tags) -> bool:
        """Tell whether the table says by an empty layer that this value is to be left out."""
        return any(kind.layer == "" for kind in self._exact.get((key, tags.get(key, "")), []))

    def unmatched(self, tags: Tags, counter: Counter[str]) -> None:
        """Count tags that look like a facility, a land use or a barrier but are in no row."""
        for key in _POI_KEYS:
            if key in tags and not self._knows(key, tags):
                counter[f"{key}={tags[key]}"] += 1

    def _knows(self, key: str, tags: Tags) -> bool:
        if any((key, value) in self._exact for value in _values(tags[key])):
            return True
        only = {k: v for k, v in tags.items() if k == key or k not in _POI_KEYS}
        return any(self.of(only, layer) for layer in ("facilities", "open_spaces"))


def number(text: str | None) -> float | None:
    """Read the first number of a tag in metres or storeys; None when there is none above zero.

    Examples
    --------
    >>> number("18 m"), number("6;18"), number("about six"), number("10'")
    (18.0, 6.0, None, 3.048)
    """
    found = re.match(r"\s*(\d+(?:[.,]\d+)?)\s*(ft|'|\"|cm|km)?", text or "")
    if not found:
        return None
    factor = {"ft": _FEET_M, "'": _FEET_M, '"': _INCH_M, "cm": 0.01, "km": 1000.0}.get(found[2] or "", 1.0)
    value = float(found[1].replace(",", ".")) * factor
    return value if value > 0 else None


def state(*values: str | None) -> str | None:
    """Return ``public``, ``residents`` or ``closed`` for the first access tag that is given.

    Unknown values, such as ``private``, ``permit`` or ``delivery``, mean the people of the place.
    """
    given = next((value for value in values if value), None)
    if given is None or given == "unknown":
        return None
    if given in PUBLIC:
        return "public"
    return "closed" if given in CLOSED else "residents"


def walkers(tags: Tags) -> str | None:
    """Tell whom a barrier lets through on foot; None when its tags are silent."""
    if tags.get("locked") == "yes" and "foot" not in tags:
        return "closed"
    return state(tags.get("foot"), tags.get("access"))


def vehicles(tags: Tags) -> str | None:
    """Tell whom a barrier lets through in a car; None when its tags are silent."""
    if tags.get("locked") == "yes":
        return "closed"
    return state(tags.get("motorcar"), tags.get("motor_vehicle"), tags.get("vehicle"), tags.get("access"))


def hours(tags: Tags) -> str | None:
    """Return opening hours that can be read and say more than always; conditional access says them too.

    Examples
    --------
    >>> hours({"access:conditional": "no @ (22:00-06:00)"}), hours({"opening_hours": "Mo-Su 06:00-22:00"})
    ('06:00-22:00', '06:00-22:00')
    """
    from opening_hours import validate

    text = tags.get("opening_hours", "").removeprefix("Mo-Su ").strip()
    if text and text != "24/7" and validate(text):
        return text
    return next((open_ for key in _CONDITIONS if (open_ := _open_by(tags.get(key, "")))), None)


def unread_conditions(tags: Tags) -> list[str]:
    """List conditional access, and opening hours, that cannot be read as hours."""
    odd = [f"{key}={tags[key]}" for key in _CONDITIONS if tags.get(key) and not _open_by(tags[key])]
    text = tags.get("opening_hours", "")
    return odd + ([f"opening_hours={text}"] if text and text != "24/7" and not hours({"opening_hours": text}) else [])


_CONDITIONS = ("foot:conditional", "access:conditional")
_CONDITION = re.compile(r"^\s*([\w-]+)\s*@\s*\(?\s*(?:Mo-Su\s+)?(\d\d:\d\d)\s*-\s*(\d\d:\d\d)\s*\)?\s*$")


def _open_by(text: str) -> str | None:
    """Read one condition as hours in which a gate is open: open then, or shut the rest of the day."""
    found = _CONDITION.match(text)
    if not found:
        return None
    first, last = (found[3], found[2]) if found[1] in CLOSED | {"private"} else (found[2], found[3])
    return f"{first}-{last}"


def level(tags: Tags) -> int:
    """Return the level a path runs at: above ground for bridges, below for tunnels, else 0."""
    if tags.get("tunnel") in {"building_passage", "no", None}:
        lift = 1 if tags.get("bridge", "no") != "no" else 0
    else:
        lift = -1
    layer = tags.get("layer", "")
    return int(layer) if re.fullmatch(r"[+-]?\d+", layer) and int(layer) != 0 and lift else lift


def _values(text: str) -> list[str]:
    return [part.strip() for part in text.split(";")]
