"""Parts of an evaluation: which indicators come out of which measure, so that only what is asked for is worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from spatialreno.area import refuse_unknown
from spatialreno.indicators.circle import circle_sources
from spatialreno.indicators.declared import declared_rows
from spatialreno.indicators.lanes import fire_rows, land_rows, lane_rows
from spatialreno.indicators.measures import (
    block_rows,
    facility_rows,
    illegal_rows,
    listed_rows,
    parking_rows,
    wall_rows,
)
from spatialreno.indicators.open_space import block_green_rows, open_space_rows
from spatialreno.indicators.people import head_counts, resident_means
from spatialreno.indicators.rows import Row, marks

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.catalog import Catalog
    from spatialreno.indicators.workings import Workings

_LOCAL = ("score", "basket")  # told for blocks and compounds too
_CIRCLE = (
    *("covered", "covered_straight", "covered_elderly", "detour_loss", "level_all", "level_mean"),
    *("basket", "basket_general", "basket_elderly", "kinds_general", "kinds_elderly", "score"),
)
_OPEN = ("open_space_m2", "open_space_person", "open_space_renewal")


class Part(NamedTuple):
    """Indicators, by what stands before the colon, and what measures them."""

    stems: tuple[str, ...]
    rows: Callable[[Workings], list[Row]]


def _heads(work: Workings) -> list[Row]:
    return [row for level, of in work.places.items() for row in head_counts(work.people, of, level=level)]


def _circle(work: Workings) -> list[Row]:
    values, people = work.circle, work.people
    inferred = bool(work.area.walls["inferred"].any())
    local = values[[c for c in values if str(c).startswith(_LOCAL)]]
    sources = circle_sources(work.norm)
    sources["score"] += f"; {work.unread:.0%} of its weight rests on norms unread in print"
    rows = []
    for level, of in work.places.items():
        told = values if level == "area" else local
        rows += resident_means(told, people, of, level=level, inferred=inferred, sources=sources)
    mark, source = marks(inferred=inferred), sources["score"]
    own = (
        Row("building", str(home), "score", float(score), source=source, mark=mark)
        for home, score in values["score"].items()
    )
    return [*rows, *own]


def _heated(work: Workings) -> list[Row]:
    heated = work.people[["heated"]].rename(columns={"heated": "heated_share"})
    return resident_means(heated, work.people, work.places["area"], level="area")


def _whole(people: pd.Series[float]) -> float:
    """Add up people whom something is shared out over; missing where one home's number is not known."""
    return float(people.astype("float64").sum(skipna=False)) if len(people) else float("nan")


def _parking(work: Workings) -> list[Row]:
    households = _whole(work.people["households"])
    return parking_rows(work.area, households, estimated=bool(work.people["households_estimated"].any()))


def _open_spaces(work: Workings) -> list[Row]:
    residents, guessed = _whole(work.people["residents"]), bool(work.people["estimated"].any())
    return open_space_rows(work.area, work.norm, residents, estimated=guessed)


def _block_green(work: Workings) -> list[Row]:
    people = work.people.assign(block=work.places["block"])
    return block_green_rows(work.area, work.norm, work.blocks, people)


def _unread(work: Workings) -> list[Row]:
    return [Row("area", work.area.name, "score_unread", work.unread, source=work.norm.name)]


PARTS = (
    Part(("residents", "households", "homes"), _heads),
    Part(_CIRCLE, _circle),
    Part(("heated_share",), _heated),
    Part(("buildings", "compounds", "blocks", "largest_block_m2"), lambda work: block_rows(work.area, work.blocks)),
    Part(("wall_length_m",), lambda work: wall_rows(work.area)),
    Part(("illegal_m2", "illegal_count"), lambda work: illegal_rows(work.area)),
    Part(("listed_m2", "listed_count"), lambda work: listed_rows(work.area)),
    Part(("facilities",), lambda work: facility_rows(work.area)),
    Part(("parking", "parking_household"), _parking),
    Part((*_OPEN, "largest_park_m2"), _open_spaces),
    Part(_OPEN, _block_green),
    Part(("usable_land_m2",), lambda work: land_rows(work.area, work.free)),
    Part(("narrowest_lane_m",), lambda work: lane_rows(work.area, work.lanes)),
    Part(
        ("fire_homes", "fire_households", "fire_residents"),
        lambda work: fire_rows(work.area, work.fire, work.area.buildings["compound_id"].map(work.merged)),
    ),
    Part(("score_unread",), _unread),
)


def known_indicators(catalog: Catalog) -> list[str]:
    """List what an area is measured by: indicators of the package without those of plans, and one's own rows.

    Parameters
    ----------
    catalog
        Its ``indicators`` with a ``measure`` are one's own.

    Returns
    -------
    list of str
        What stands before the colon (``covered`` of ``covered:pharmacy``), sorted.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> known = known_indicators(read_catalog())
    >>> "covered" in known, "cost_yuan" in known  # what a plan costs is no measure of an area
    (True, False)
    """
    own = catalog.indicators.index[catalog.indicators["measure"] != ""]
    return sorted({*(stem for part in PARTS for stem in part.stems), *map(str, own)})


def asked_stems(catalog: Catalog, only: Iterable[str] | str, *, what: str) -> list[str]:
    """Take names of indicators, whole (``covered:pharmacy``) or for all they speak of (``covered``).

    Raises
    ------
    InputError
        What stands before the colon is no indicator of an area; the nearest are named.
    """
    names = [only] if isinstance(only, str) else [str(name) for name in only]
    known = known_indicators(catalog)
    stems = [name if name in known else name.partition(":")[0] for name in names]
    refuse_unknown(stems, known, what=what, noun="indicator of an area")
    return names


def found_rows(work: Workings, names: list[str] | None) -> list[Row]:
    """Measure what is asked for, or everything; what nobody asked for is not worked out.

    Raises
    ------
    InputError
        An indicator has no such kind, level or basket; the nearest that were found are named.
    """
    stems = None if names is None else {*names, *(name.partition(":")[0] for name in names)}
    rows = [row for part in PARTS if stems is None or stems & {*part.stems} for row in part.rows(work)]
    rows += declared_rows(work.area, work.people, only=stems, group=work.group, at=work.at)
    if names is None:
        return rows
    found = {row.indicator for row in rows} | set(known_indicators(work.area.catalog))
    refuse_unknown(names, found, what="only", noun="indicator of this area")
    return [row for row in rows if row.indicator in names or row.indicator.partition(":")[0] in names]
