"""Rules about what lies where, and marks that nobody should overlook; most of them only warn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.area.facts.homes import is_home
from spatialreno.area.place.gate_spans import gap_widths, spans_of_gates, walls_of_gates
from spatialreno.area.place.relate import owners
from spatialreno.area.place.sides import lineage
from spatialreno.area.rules.checked import Checked, Rule
from spatialreno.area.rules.checked import fault as _fault
from spatialreno.errors import Fault

if TYPE_CHECKING:
    import geopandas as gpd


def compounds_do_not_overlap(checked: Checked) -> Iterator[Fault]:
    """Two compounds may overlap by the drawing tolerance, not more."""
    compounds = checked.layers["compounds"]
    allowed = checked.constant("tolerance_m") + checked.constant("snap_m")
    core = shapely.buffer(compounds.geometry.to_numpy(), -allowed / 2)
    a, b = shapely.STRtree(core).query(core, predicate="intersects")
    pairs = [(compounds.index[i], compounds.index[j]) for i, j in zip(a, b, strict=True) if i < j]
    if pairs:
        names = ", ".join(f"{x} with {y}" for x, y in sorted(pairs)[:5])
        shapes = compounds.geometry
        common = [shapes[x].intersection(shapes[y]).point_on_surface() for x, y in sorted(pairs)]
        at = [(p.x, p.y) for p in common if not p.is_empty]
        yield _fault(
            "compounds",
            sorted({i for pair in pairs for i in pair}),
            "overlap",
            f"compounds overlap: {names}",
            "Redraw the shared boundary",
            at=at,
        )


def gates_are_on_walls(checked: Checked) -> Iterator[Fault]:
    """A gate off every wall, and in no gap of one that it fills, opens and closes nothing."""
    gates, walls, buildings = (checked.layers[name] for name in ("gates", "walls", "buildings"))
    if not len(gates):
        return
    constants, reach = checked.catalog.constants, checked.constant("gate_snap_m")
    off = walls_of_gates(gates, walls, buildings.geometry, constants).isna().to_numpy()
    gaps = gap_widths(gates[off], walls, buildings.geometry, constants)
    narrow, astray = gaps.dropna(), gates.geometry[off][gaps.isna().to_numpy()]
    if len(narrow):
        widths = ", ".join(f"{gate}: {width:.2f} m" for gate, width in list(narrow.items())[:3])
        yield _fault(
            "gates",
            narrow.index,
            "gate in a gap",
            f"{len(narrow)} gates are narrower than the gap they stand in and close nothing ({widths})",
            "Set width_m to the width of the gap, or draw the walls up to the gate",
            "warning",
            [(p.x, p.y) for p in gates.geometry[narrow.index]],
        )
    if len(astray):
        yield _fault(
            "gates",
            astray.index,
            "gate on a wall",
            f"{len(astray)} gates lie farther than {reach:g} m from any wall and in no gap of one, and open nothing",
            "Move them onto their wall, or between the two ends of it",
            "warning",
            [(p.x, p.y) for p in astray],
        )


def gates_open_their_wall(checked: Checked) -> Iterator[Fault]:
    """Of two walls drawn along one another a gate opens both: right for one boundary drawn twice, else worth a look."""
    gates, walls, buildings = (checked.layers[name] for name in ("gates", "walls", "buildings"))
    if not len(gates):
        return
    own = walls_of_gates(gates, walls, buildings.geometry, checked.catalog.constants)
    spans = spans_of_gates(gates.assign(wall_id=own), walls, buildings.geometry, checked.catalog.constants)
    beside = spans[spans["beside"]].sort_values(["wall", "gate"])
    if len(beside):
        named = ", ".join(f"{row.gate} in {row.wall} along {own[row.gate]}" for row in beside.head(3).itertuples())
        yield _fault(
            "gates",
            beside["gate"].unique(),
            "gate in two walls",
            f"{beside['gate'].nunique()} gates also open a wall drawn along their own ({named})",
            "Nothing to do where both are one wall; else move one of them, or close the gate",
            "note",
            [(p.x, p.y) for p in gates.geometry[beside["gate"].unique()]],
        )


def gates_fit_their_walls(checked: Checked) -> Iterator[Fault]:
    """What is wider than a gate, or than the wall it stands in, is an opening and no gate."""
    gates, walls = checked.layers["gates"], checked.layers["walls"]
    wide = too_wide_gates(gates, walls, checked.catalog.constants)
    if len(wide):
        yield _fault(
            "gates",
            wide.index,
            "gate too wide",
            f"{len(wide)} gates are wider than a gate or than their wall",
            "Correct width_m, or draw the wall as open there",
            "warning",
            [(p.x, p.y) for p in gates.geometry[wide.index]],
        )


def too_wide_gates(
    gates: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, constants: Mapping[str, float]
) -> pd.Series[float]:
    """Give the width that each gate that is too wide may have at most, in metres.

    Parameters
    ----------
    gates, walls
        Layers of one CRS in metres; the pieces of a wall (``W12/1``, ``W12/2``) count as one wall.
    constants
        ``gate_width_max_m``, ``gate_snap_m`` and ``snap_m``.

    Returns
    -------
    Series of float
        Metres by id of gates that are too wide: the length of their wall, or ``gate_width_max_m`` where that is less.

    Examples
    --------
    >>> import shapely
    >>> import geopandas as gpd
    >>> from spatialreno.area import too_wide_gates
    >>> wall = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (3, 0)])], index=["W1"], crs="EPSG:4546")
    >>> gate = gpd.GeoDataFrame({"width_m": [4.5]}, geometry=[shapely.Point(1, 0)], index=["G1"], crs="EPSG:4546")
    >>> too_wide_gates(gate, wall, {"gate_width_max_m": 20.0, "gate_snap_m": 2.0, "snap_m": 0.01}).to_dict()
    {'G1': 3.0}
    """
    widest = constants["gate_width_max_m"]
    whole = pd.Series([lineage(str(i))[0] for i in walls.index], index=walls.index, dtype="str")
    metres = pd.Series(shapely.length(walls.geometry.to_numpy()), index=walls.index).groupby(whole).sum()
    wall = owners(gates.geometry, walls.geometry, constants["gate_snap_m"])
    most: pd.Series[float] = wall.map(whole).map(metres).astype("float64").fillna(widest).clip(upper=widest)
    found: pd.Series[float] = most[gates["width_m"].astype("float64") > most + constants["snap_m"]]
    return found


def homes_are_in_compounds(checked: Checked) -> Iterator[Fault]:
    """A home outside every compound belongs to no block."""
    buildings, compounds = checked.layers["buildings"], checked.layers["compounds"]
    homes = buildings[is_home(buildings)]
    out = owners(homes.geometry, compounds.geometry, checked.constant("tolerance_m")).isna().to_numpy()
    if out.any():
        yield _fault(
            "buildings",
            homes.index[out],
            "home in a compound",
            f"{out.sum()} homes lie in no compound",
            "Extend the compound, or leave them as they are: they count for the area only",
            "warning",
        )


def people_are_known(checked: Checked) -> Iterator[Fault]:
    """Homes without residents weigh nothing in any indicator."""
    buildings = checked.layers["buildings"]
    unknown = is_home(buildings) & buildings["residents"].isna()
    if unknown.any():
        yield _fault(
            "buildings",
            buildings.index[unknown],
            "residents",
            f"{unknown.sum()} homes have no residents",
            "Fill residents or households; until then they weigh nothing",
            "warning",
        )


def ledgers_agree(checked: Checked) -> Iterator[Fault]:
    """A compound's own households and the sum of its buildings should be one number."""
    compounds, buildings = checked.layers["compounds"], checked.layers["buildings"]
    own = compounds["households"].astype("float64")
    where = owners(buildings.geometry, compounds.geometry, checked.constant("tolerance_m"))
    summed = buildings["households"].astype("float64").groupby(where.to_numpy()).sum(min_count=1)
    gap = (own - summed.reindex(own.index).fillna(0.0)).abs() > checked.constant("people_gap_share") * own
    if gap.any():
        yield _fault(
            "compounds",
            own.index[gap],
            "households",
            f"households of {gap.sum()} compounds differ from the sum of their buildings",
            "Settle which figure is right; buildings are used",
            "warning",
        )


def marks_are_told(checked: Checked) -> Iterator[Fault]:
    """What was inferred or estimated is told, so that nobody takes it for surveyed."""
    for name, frame in checked.filled():
        if "inferred" not in frame.columns:
            continue
        inferred = frame["inferred"].fillna(False).to_numpy(dtype=bool)
        if inferred.any():
            yield _fault(
                name,
                frame.index[inferred],
                "inferred",
                f"{inferred.sum()} rows are inferred, not surveyed",
                "Replace them by surveyed ones where it matters",
                "note",
            )
        for column, rows in _estimated(frame["estimated"]).items():
            yield _fault(
                name,
                rows,
                "estimated",
                f"{column} is estimated in {len(rows)} rows",
                "Replace it by surveyed figures where it matters",
                "note",
            )


def _estimated(marks: pd.Series[Any]) -> dict[str, list[str]]:
    marks = marks.dropna()
    if not len(marks):
        return {}
    rows = marks.str.split(",").explode().str.strip()
    return {str(column): list(ids) for column, ids in rows.groupby(rows).groups.items()}


RULES: tuple[Rule, ...] = (
    compounds_do_not_overlap,
    gates_are_on_walls,
    gates_fit_their_walls,
    gates_open_their_wall,
    homes_are_in_compounds,
    people_are_known,
    ledgers_agree,
    marks_are_told,
)
