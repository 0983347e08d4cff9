"""Fire access: which lanes an engine can drive, which stairwells a hose reaches, and what is in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Bools, Indices
from spatialreno.area import lasting, refuse_unknown
from spatialreno.land.fire.drive import Drive, drive
from spatialreno.land.fire.high_rise import long_sides
from spatialreno.land.fire.hose import Hoses, read_doors, read_hoses
from spatialreno.land.fire.net import Net, fire_net

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

#: What is found of a lane: an engine passes; ask the authority; wide enough but cut off, or a dead end too
#: long; too narrow.
LANE_WORDS = ("pass", "ask", "dead_end", "cut_off", "narrow")
_PEOPLE = ("residents", "households")
_LANE_COLUMNS = ["path_id", "verdict", "from_m", "to_m", "clear_m", "cause", "geometry"]
NORMS = (
    "fire_width_m", "fire_width_ask_m", "fire_height_m", "fire_radius_m", "fire_dead_end_m", "fire_turning_m",
    "fire_high_rise_m", "fire_operation_m", "fire_operation_near_m", "fire_operation_far_m", "hose_reach_m",
)  # fmt: skip


@dataclass(frozen=True, repr=False, eq=False)
class FireAccess:
    """What a fire engine reaches.

    Attributes
    ----------
    lanes
        Stretches of drivable path, index ``id``: ``path_id, verdict`` (``pass``; ``ask``: only by asking the
        fire authority; ``dead_end``; ``cut_off``; ``narrow``), ``from_m, to_m, clear_m`` (least), ``cause``
        (``layer:id`` on both sides of the least width), ``geometry``.
    doors
        Stairwells: ``building_id, households, estimated, verdict`` (pass, ask, fail), ``hose_m``, ``geometry``.
    buildings
        Index building id: ``households, residents, height_m, doors, long_side`` (of high-rises: has one a lane
        beside it), ``verdict`` (pass when every stairwell is reached), ``geometry``.
    unknown
        How many gates have no known height and how many trees no known height of crown: not judged.
    norms
        The figures used, with source and confidence.
    """

    lanes: gpd.GeoDataFrame
    doors: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    unknown: dict[str, int]
    norms: pd.DataFrame
    net: Net = field(repr=False)
    hoses: Hoses = field(repr=False)

    def share(self, column: str = "", *, ask: bool = False) -> float:
        """Give the share of buildings (or of their ``residents`` or ``households``) with access.

        Parameters
        ----------
        column
            What to weigh buildings by, ``residents`` or ``households``; empty: each counts one.
        ask
            Whether what the fire authority must be asked for counts.

        Returns
        -------
        float
            From 0 to 1; NaN where there is nothing to weigh.

        Raises
        ------
        InputError
            There is no such column of people.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.fire_access(today)
        >>> found.share() <= found.share(ask=True), 0 < found.share("residents") < 1
        (True, True)
        """
        refuse_unknown([column] if column else [], _PEOPLE, what="share", noun="column of people")
        weight = self.buildings[column].astype("float64").fillna(0.0) if column else self.buildings["doors"] * 0 + 1.0
        reached = self.buildings["verdict"].isin(["pass", "ask"] if ask else ["pass"])
        total = float(weight.sum())
        return float(weight[reached].sum()) / total if total > 0 else float("nan")

    @property
    def reason(self) -> str:
        """Say why nobody can be reached, where the survey does not let anybody know; else nothing."""
        if bool(self.net.street.any()):
            return ""
        return "no public street to drive from: set kind = street on the paths where an engine comes in"

    def __repr__(self) -> str:
        """Read the finding aloud."""
        if self.reason:
            return f"<FireAccess: not known; {self.reason}>"
        count = self.buildings["verdict"].value_counts()
        words = [f"{count.get(word, 0)} {word}" for word in ("pass", "ask", "fail")]
        return f"<FireAccess: of {len(self.buildings)} buildings {', '.join(words)}>"


def fire_access(area: StudyArea, *, parked: bool = True) -> FireAccess:
    """Tell which lanes a fire engine can drive and which stairwells a hose then reaches.

    An engine starts on public streets and drives on streets, lanes, service roads and tracks that are at
    least ``fire_width_m`` clear (what is narrower but not below ``fire_width_ask_m`` is never a pass but
    ``ask``). It stops at gates shut in an emergency, at beams and crowns known to be lower than
    ``fire_height_m``, and at turns where no arc of ``fire_radius_m`` finds room. A dead end counts up to
    ``fire_dead_end_m`` unless a turning place lies at its end. From where it stands a hose runs
    ``hose_reach_m`` along paths and straight where no wall or body stands between.

    Parameters
    ----------
    area
        The study area.
    parked
        Whether cars stand on the parking there is.

    Returns
    -------
    FireAccess

    Notes
    -----
    Grades and bearing capacity are not surveyed and not judged. An engine keeps to mapped paths. Every
    figure stands in ``.norms`` with its clause and confidence.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> 0 < fire_access(today).share() < 1
    True
    """
    return area.derive(_past_cars) if parked else _served(area, parked=False)


@lasting
def _past_cars(area: StudyArea) -> FireAccess:
    """Judge with cars on the parking there is, once an area."""
    return _served(area, parked=True)


def _served(area: StudyArea, *, parked: bool) -> FireAccess:
    net = fire_net(area, parked=parked)
    doors = read_doors(area)
    hoses = read_hoses(area, net, doors)
    none = np.zeros(len(net.survey.obstacles.layer), bool)
    passing, asking = drives(area, net, none)
    doors = with_verdicts(area, doors, hoses, net, (passing, asking), none)
    return FireAccess(
        lanes=_lanes(area, net, passing, asking),
        doors=doors,
        buildings=_buildings(area, doors, net, passing, asking),
        unknown=_unknown(area),
        norms=_norms(area),
        net=net,
        hoses=hoses,
    )


def drives(area: StudyArea, net: Net, gone: Bools) -> tuple[Drive, Drive]:
    """Drive once over what passes, and once over what might when the authority agrees."""
    constants = area.catalog.constants
    passing = drive(area, net, gone, width_m=constants["fire_width_m"])
    return passing, drive(area, net, gone, width_m=constants["fire_width_ask_m"])


def with_verdicts(
    area: StudyArea, doors: gpd.GeoDataFrame, hoses: Hoses, net: Net, found: tuple[Drive, Drive], gone: Bools
) -> gpd.GeoDataFrame:
    """Tell of every door whether a hose reaches it, and how long it is."""
    reach = area.catalog.constants["hose_reach_m"]
    sure, maybe = (hoses.distances(net, gone, d.stands, doors=len(doors), reach_m=reach) for d in found)
    verdict = np.where(np.isfinite(sure), "pass", np.where(np.isfinite(maybe), "ask", "fail"))
    length = np.where(np.isfinite(sure), sure, maybe)
    return doors.assign(verdict=verdict, hose_m=np.where(np.isfinite(length), length, np.nan).round(1))


def building_verdicts(doors: pd.DataFrame) -> pd.Series:
    """Judge a building by its stairwells: the worst mapped one, or the best of estimated ones."""
    rank = doors["verdict"].map({"pass": 0, "ask": 1, "fail": 2})
    by = doors["building_id"].to_numpy()
    worst, best = rank.groupby(by).max(), rank.groupby(by).min()
    guessed = doors["estimated"].groupby(by).all()
    words: pd.Series = worst.where(~guessed, best).map({0: "pass", 1: "ask", 2: "fail"})
    return words


def _buildings(area: StudyArea, doors: gpd.GeoDataFrame, net: Net, passing: Drive, asking: Drive) -> gpd.GeoDataFrame:
    buildings, constants = area.buildings, area.catalog.constants
    guess = buildings["storeys"].fillna(constants["default_storeys"]) * constants["storey_height_m"]
    height = buildings["height_m"].fillna(guess).astype(float)
    tall = buildings[height > constants["fire_high_rise_m"]]
    verdict = building_verdicts(doors).reindex(buildings.index).fillna("fail")
    beside = long_sides(tall.geometry, net, passing.stands, constants)
    perhaps = long_sides(tall.geometry, net, asking.stands, constants)
    verdict = verdict.mask(verdict.index.isin(perhaps.index[~perhaps]), "fail")
    verdict = verdict.mask(verdict.eq("pass") & verdict.index.isin(beside.index[~beside]), "ask")
    data = {
        "households": buildings["households"],
        "residents": buildings["residents"],
        "height_m": height,
        "doors": doors["building_id"].value_counts().reindex(buildings.index).fillna(0).astype(int),
        "long_side": beside.reindex(buildings.index).astype("boolean"),
        "verdict": verdict.astype("str"),
    }
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=buildings.geometry, crs=area.crs)


def _lanes(area: StudyArea, net: Net, passing: Drive, asking: Drive) -> gpd.GeoDataFrame:
    """Join neighbouring pieces of one verdict to stretches."""
    clear, stations = passing.clear_m, net.survey.stations
    least = area.catalog.constants["fire_width_ask_m"] - area.catalog.constants["fire_rounding_m"]
    word = np.select(
        [passing.stands, asking.stands, passing.connected | asking.connected, clear >= least],
        ["pass", "ask", "dead_end", "cut_off"],
        "narrow",
    )
    path, rows = stations.path, np.flatnonzero(net.drivable)
    new = np.ones(len(rows), bool)
    new[1:] = (path[rows][1:] != path[rows][:-1]) | (word[rows][1:] != word[rows][:-1])
    run = np.cumsum(new) - 1
    half = net.length_m / 2
    table = pd.DataFrame(
        {
            "run": run,
            "piece": rows,
            "path_id": net.paths.index.to_numpy()[path[rows]],
            "verdict": word[rows],
            "from_m": (stations.along_m - half)[rows].round(3),
            "to_m": (stations.along_m + half)[rows].round(3),
            "clear_m": clear[rows],
        }
    )
    grouped = table.groupby("run")
    told = grouped.agg({"path_id": "first", "verdict": "first", "from_m": "first", "to_m": "last", "clear_m": "min"})
    narrowest = table.loc[grouped["clear_m"].idxmin(), "piece"].to_numpy(np.intp) if len(table) else rows
    told["cause"] = causes(net, narrowest)
    shapes = shapely.multilinestrings(stations.lines[rows], indices=run) if len(rows) else np.array([], object)
    count = told.groupby("path_id").cumcount() + 1
    told.index = pd.Index([f"{p}/{n}" for p, n in zip(told["path_id"], count, strict=True)], dtype="str", name="id")
    merged = shapely.line_merge(shapes)
    return gpd.GeoDataFrame(told.astype({"cause": "str"}), geometry=merged, crs=area.crs)[_LANE_COLUMNS]


def causes(net: Net, pieces: Indices) -> list[str]:
    """Name what stands nearest on both sides of pieces, each once."""
    which = net.survey.widths()[1][pieces]
    names = np.array([*net.survey.obstacles.names, ""], object)
    return [", ".join(dict.fromkeys(name for name in pair if name)) for pair in names[which].tolist()]


def _unknown(area: StudyArea) -> dict[str, int]:
    return {
        "gates_height": int(area.gates["clear_height_m"].isna().sum()),
        "crowns_height": int(area.trees["crown_base_m"].isna().sum()),
    }


def _norms(area: StudyArea) -> pd.DataFrame:
    rows = {row["key"]: row for row in area.catalog.rows("constants")}
    columns = ["value", "unit", "title_zh", "title_en", "source", "confidence"]
    table = pd.DataFrame([{c: rows[key][c] for c in columns} for key in NORMS], index=pd.Index(NORMS, name="key"))
    # The figure that was used is the area's own, which may differ from the shipped one.
    return table.assign(value=[area.catalog.constants[key] for key in NORMS])
