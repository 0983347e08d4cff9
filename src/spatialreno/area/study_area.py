"""StudyArea: the frozen set of checked layers that everything else is a function of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.area.shown import Shown
from spatialreno.area.under_catalog import freeze, replace_layers, under_catalog
from spatialreno.errors import InputError, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

    from spatialreno.catalog import Catalog


T = TypeVar("T")


class Plan(Protocol):
    """What can be applied to an area: a scenario."""

    def apply(self, area: StudyArea) -> StudyArea:
        """Return the area as it would be."""


def _layer(name: str, told: str) -> Any:
    def get(self: StudyArea) -> gpd.GeoDataFrame:
        return self.layer(name)

    get.__qualname__, get.__doc__ = f"StudyArea.{name}", f"{told} A shallow copy, ids as index."
    return property(get)


@dataclass(frozen=True, eq=False, repr=False)
class StudyArea(Shown):
    """A quarter as surveyed or as a plan would leave it; made by ``assemble`` or ``read_area``.

    Every layer and table of the catalog is there (empty when nothing is known), with every column of
    its dictionary, ids as index, one projected CRS in metres, valid geometry and filled foreign keys.

    Attributes
    ----------
    name, title
        Short name, and name for people.
    crs
        Projected CRS in metres.
    catalog
        Norms, prices and words that hold here.
    meta
        What ``area.toml`` says: source, licence, date, invented, note.
    survey
        The area as surveyed; the area itself when nothing was changed.
    """

    name: str
    title: str
    crs: CRS
    catalog: Catalog
    meta: Mapping[str, Any]
    _layers: Mapping[str, pd.DataFrame]
    _acts: tuple[Mapping[str, Any], ...] = ()
    _survey: StudyArea | None = field(default=None)

    compounds = _layer("compounds", "Old compounds (小区、院落), polygons in the area's CRS; area_m2 is worked out.")
    buildings = _layer("buildings", "Buildings (楼栋), polygons; compound_id and footprint_m2 are worked out.")
    walls = _layer("walls", "Walls and fences, lines; length_m and the compounds on both sides are worked out.")
    gates = _layer("gates", "Gates, points; wall_id and compound_id are worked out.")
    structures = _layer("structures", "Sheds, annexes …, polygons; compound_id and area_m2 are worked out.")
    paths = _layer("paths", "Streets, lanes and paths, lines; length_m and clear_width_m are worked out.")
    facilities = _layer("facilities", "Facilities (配套设施), points or polygons; compound_id is worked out.")
    open_spaces = _layer("open_spaces", "Greens and squares, polygons; area_m2 is worked out.")
    trees = _layer("trees", "Trees, points; compound_id is worked out.")
    parking = _layer("parking", "Parking, polygons or points; compound_id is worked out.")
    pipes = _layer("pipes", "Pipes and cables, lines; length_m is worked out.")
    entrances = _layer("entrances", "Entrances of buildings (单元入口), points; compound_id is worked out.")
    parties = _layer("parties", "Who holds rights, a table without geometry.")
    rights = _layer("rights", "Which party holds which right in what: feature_id, party_id, right.")
    ballots = _layer("ballots", "How owners voted, one row a ballot.")
    listed = _layer("listed", "Structures that a list names and nobody has drawn (未落图违建清单), a table.")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> gpd.GeoDataFrame:
            """Give a layer that the area's own catalog adds: ``area.street_lamps``."""
            if name.startswith("_") or name not in self._layers:  # what begins with _ may not be set yet
                near = "" if name.startswith("_") else nearest(name, self._layers)
                raise AttributeError(f"a study area has no {name!r}.{near}")
            return self.layer(name)

    def with_catalog(
        self, *folders: str | Path, source: str = "given in a script", date: str = "", **tables: Any
    ) -> StudyArea:
        """Return the area under other prices, kinds, norms or constants; this one stays as it is.

        What was estimated from a constant (residents from households) is estimated anew; walls stay cut as they
        were when the area was read.

        Parameters
        ----------
        folders
            Folders of tables as ``read_catalog`` takes them, laid over the area's own catalog in turn.
        source, date
            Where the rows come from, when they do not say so themselves.
        tables
            By table (``costs``, ``facilities``, ``closers`` …) a DataFrame or a list of rows with its columns, each
            replacing the row of the same key or joining; ``constants`` also as key to value.

        Returns
        -------
        StudyArea
            With a fingerprint of its own; ``catalog.own_rows`` tells what differs from the package.

        Raises
        ------
        InputError
            Every unknown table or column, impossible value and duplicate key, by table and row.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> dear = today.with_catalog(
        ...     costs=[{"layer": "walls", "verb": "demolish", "quantity": "length_m", "price": 140}],
        ...     constants={"persons_per_household": 2.6},
        ...     source="2025 询价",
        ...     date="2025-06",
        ... )
        >>> float(today.catalog.costs["price"][0]), float(dear.catalog.costs["price"][0])
        (105.0, 140.0)
        >>> dear == today
        False
        """
        catalog = self.catalog
        for folder in folders:
            catalog = catalog.with_folder(folder)
        return under_catalog(self, catalog.with_rows(tables, source=source, date=date) if tables else catalog)

    def with_layer(self, name: str, frame: pd.DataFrame) -> StudyArea:
        """Return the area with one layer replaced, checked and related again; this one stays as it is.

        Parameters
        ----------
        name
            A layer of the catalog, e.g. ``"walls"``.
        frame
            Its rows, ids as index or in a column ``id``, in any CRS that it states; derived columns are worked out.

        Returns
        -------
        StudyArea
            A correction of the survey is a survey; of an area after a plan the survey stays.

        Raises
        ------
        InputError
            When there is no such layer, or the rows break a rule: all faults at once.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> low = today.with_layer("walls", today.walls.assign(height_m=1.2))
        >>> float(low.walls["height_m"].max()), low.survey is low
        (1.2, True)
        """
        if not isinstance(frame, pd.DataFrame):
            raise InputError(f"{name}: {type(frame).__name__} is no table. Give a GeoDataFrame (rights … a DataFrame).")
        if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None and frame.crs != self.crs:
            frame = frame.to_crs(self.crs)
        self.layer(name)  # says which layers there are
        changed = replace_layers(self, {name: frame})
        return changed if self._survey is not None else replace(changed, _survey=None)

    def apply(self, scenario: Plan) -> StudyArea:
        """Return the area as a plan would leave it: ``scenario.apply(area)``, as it reads from the area's side.

        Parameters
        ----------
        scenario
            A ``Scenario``, or whatever else has ``apply``.

        Returns
        -------
        StudyArea
            With this one's survey; this one stays as it is.

        Raises
        ------
        InputError
            When what is given is no plan.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> opened = today.apply(sr.Scenario("opened", interventions=[sr.demolish("walls", ids=["W02"])]))
        >>> len(today.walls) - len(opened.walls), opened.survey == today
        (1, True)
        """
        if isinstance(scenario, StudyArea) or not hasattr(scenario, "apply"):
            mend = "Give a Scenario; single deeds become one by Scenario('name', interventions=[…])."
            raise InputError(f"apply: {type(scenario).__name__} is no plan. {mend}")
        return scenario.apply(self)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return one layer or table as a shallow copy.

        Parameters
        ----------
        name
            A layer of the catalog, e.g. ``"walls"``.

        Returns
        -------
        GeoDataFrame
            Ids as index, in the area's CRS; of a table (``parties``, ``rights``, ``ballots``, ``listed``) a DataFrame.

        Raises
        ------
        InputError
            When there is no such layer.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> round(float(today.layer("walls")["length_m"].sum()))
        2560
        """
        if name not in self._layers:
            near = nearest(name, self._layers)
            raise InputError(f"{name}: no such layer. Layers: {', '.join(self._layers)}.{near}")
        return self._layers[name].copy(deep=False)

    @property
    def report(self) -> pd.DataFrame:
        """What was repaired, filled, split or left out on reading: columns layer, id, rule, reason."""
        told = pd.DataFrame(list(self._acts), columns=["layer", "id", "rule", "reason"])
        return told.assign(id=[i if isinstance(i, str) else ", ".join(i) for i in told["id"]])

    @property
    def survey(self) -> StudyArea:
        """The area as it was surveyed."""
        return self._survey if self._survey is not None else self

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change when any cell or coordinate changes, or any row of the catalog."""
        digest = hashlib.sha256(f"{self.name}|{self.crs.to_string()}|{self.catalog.digest}".encode())
        for name in sorted(self._layers):
            digest.update(name.encode())
            digest.update(_layer_bytes(self._layers[name]))
        return digest.hexdigest()[:16]

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of all layers and tables, in the order of the catalog."""
        return tuple(self._layers)

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        """Return one layer or table: ``area["walls"]`` is ``area.walls``."""
        return self.layer(name)

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the layers."""
        return iter(self._layers)

    def __len__(self) -> int:
        """Count the layers."""
        return len(self._layers)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a layer."""
        return name in self._layers

    def derive(self, function: Callable[[StudyArea], T]) -> T:
        """Work something out of this area once, and remember it as long as the area lives.

        What is remembered takes no part in equality, fingerprint or pickling.

        Parameters
        ----------
        function
            A pure function of an area; it is remembered by its identity, so give a named one.

        Returns
        -------
        object
            What the function gives; a table as a shallow copy, so that nobody edits it for the next.

        Examples
        --------
        >>> import spatialreno as sr
        >>> def wall_metres(area):
        ...     return float(area.walls.length.sum())
        >>> round(sr.read_area("data/geo/xigongdi").derive(wall_metres))
        2560
        """
        if function not in self._derived:
            name = _full_name(function) if hasattr(function, "lasting") else ""
            self._derived[function] = self._taken.pop(name) if name in self._taken else function(self)
        found = self._derived[function]
        return cast(T, found.copy(deep=False)) if isinstance(found, pd.DataFrame) else cast(T, found)

    @property
    def lasting(self) -> dict[str, Any]:
        """What was worked out by functions marked ``lasting`` (nothing personal in it), by their full name."""
        made = {_full_name(made): value for made, value in self._derived.items() if hasattr(made, "lasting")}
        return {**self._taken, **made}

    def take_lasting(self, known: Mapping[str, Any]) -> None:
        """Take what was worked out before of the very same area, as ``lasting`` gave it.

        Parameters
        ----------
        known
            By full name of a function marked ``lasting``. The caller answers for it that the area is the same.

        Examples
        --------
        >>> import spatialreno as sr
        >>> @sr.area.lasting
        ... def wall_metres(area):
        ...     return float(area.walls.length.sum())
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> again = today.with_layer("gates", today.gates)  # equal, and nothing is worked out of it yet
        >>> name = f"{wall_metres.__module__}:wall_metres"
        >>> again.take_lasting({name: 2560.0})
        >>> again.derive(wall_metres)
        2560.0
        """
        for made in [made for made in self._derived if _full_name(made) in known]:
            del self._derived[made]
        self._taken.update(known)

    @cached_property
    def _taken(self) -> dict[str, Any]:
        """What was taken and nobody has asked for yet, so that no room is opened before."""
        return {}

    @cached_property
    def _derived(self) -> dict[Callable[[StudyArea], Any], Any]:
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """Give what is stored, and nothing that was worked out, to be pickled or copied."""
        state = {f.name: getattr(self, f.name) for f in fields(self)}
        acts = tuple(dict(act) for act in self._acts)
        return state | {"meta": dict(self.meta), "_layers": dict(self._layers), "_acts": acts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what was stored back, frozen again: pickling loses the flags of geometry arrays."""
        closed = {"meta": MappingProxyType(state["meta"]), "_layers": freeze(state["_layers"])}
        for name, value in (state | closed).items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        """Two areas are equal when their layers and their catalogs are."""
        return isinstance(other, StudyArea) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        """Hash by fingerprint."""
        return int(self.fingerprint, 16)

    def __repr__(self) -> str:
        """Read the area aloud."""
        counts = [f"{len(frame)} {name}" for name, frame in self._layers.items() if len(frame)]
        invented = ", invented example" if self.meta.get("invented") else ""
        from spatialreno.area.place.crs import crs_name

        return f"StudyArea {self.name} {self.title} ({crs_name(self.crs)}{invented}): {', '.join(counts)}"


def _full_name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__qualname__}"


def overlaid(area: StudyArea, changed: Mapping[str, pd.DataFrame], **constants: float) -> StudyArea:
    """Return the area as somebody meets it: some layers and constants stand in for its own, unchecked.

    For cells on which neither a rule nor a foreign key rests, such as who may pass a gate; the survey's layers stay.

    Parameters
    ----------
    area
        The area, which stays as it is.
    changed
        Tables by layer name, with all columns of the layer, ids as index, in the area's CRS.
    **constants
        Constants of the catalog by name, in their own units: ``walk_speed_m_min=60``.

    Returns
    -------
    StudyArea
        With ``changed`` for its layers; a constant holds in its survey, too.

    Raises
    ------
    InputError
        A constant is unknown or its value impossible.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> at_night = sr.area.overlaid(today, {"gates": today.gates.assign(walkers="closed")})
    >>> set(at_night.gates["walkers"]), at_night.survey.gates.equals(today.gates)
    ({'closed'}, True)
    """
    catalog = area.catalog.with_rows({"constants": constants}, source="asked for") if constants else area.catalog
    survey = replace(area.survey, catalog=catalog) if constants else area.survey
    return replace(area, catalog=catalog, _layers=freeze({**area._layers, **changed}), _survey=survey)


def _layer_bytes(frame: pd.DataFrame) -> bytes:
    columns = sorted(c for c in frame.columns if c != "geometry")
    if not len(frame):
        return _heading_bytes(tuple(columns), frame.index.name)
    text = frame[columns].to_csv(lineterminator="\n")
    shape = b""
    if isinstance(frame, gpd.GeoDataFrame):
        shape = b"".join(shapely.to_wkb(frame.geometry.to_numpy(), byte_order=1))
    return text.encode() + shape


@lru_cache(maxsize=256)
def _heading_bytes(columns: tuple[str, ...], index: str | None) -> bytes:
    """Give what a layer without rows says: its heading, the same in every area."""
    heading = pd.DataFrame(columns=list(columns), index=pd.Index([], name=index))
    return heading.to_csv(lineterminator="\n").encode()
