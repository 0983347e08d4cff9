"""The rules a study area must pass: one rule, one function; all faults are gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.area.relate import owners
from spatialreno.catalog import Catalog
from spatialreno.errors import Fault, Severity

_NEVER_NEGATIVE = frozenset({"m", "m2", "mm", "yuan", "person", "household", "storey", "unit", "place", "share"})
_RIGHTS_OVER = ("compounds", "buildings", "walls", "structures", "facilities", "open_spaces", "paths", "pipes")


@dataclass(frozen=True)
class Checked:
    """What a rule may look at: conformed layers in one metric CRS, and the catalog."""

    layers: Mapping[str, pd.DataFrame]
    catalog: Catalog

    def constant(self, key: str) -> float:
        """Look up a tolerance, in the unit of its row."""
        return self.catalog.constants[key]

    def mapped(self) -> Iterator[tuple[str, Any]]:
        """Go through the layers that have rows and geometry."""
        for name, frame in self.layers.items():
            if len(frame) and not self.catalog.layers[name].is_table:
                yield name, frame


Rule = Callable[[Checked], Iterator[Fault]]


def check_layers(layers: Mapping[str, pd.DataFrame], catalog: Catalog) -> list[Fault]:
    """Apply every rule and return all findings; shapes that are broken keep the later rules out.

    Parameters
    ----------
    layers
        Conformed layers in one metric CRS.
    catalog
        Dictionaries and tolerances.
    """
    checked = Checked(layers, catalog)
    found = [fault for rule in _SHAPE_RULES for fault in rule(checked)]
    if any(f.severity == "error" for f in found):
        return found + [fault for rule in _CELL_RULES for fault in rule(checked)]
    return found + [fault for rule in (*_CELL_RULES, *_PLACE_RULES) for fault in rule(checked)]


def rows_are_there(checked: Checked) -> Iterator[Fault]:
    """Compounds and buildings must not be empty."""
    for name in ("compounds", "buildings"):
        if not len(checked.layers[name]):
            yield Fault(name, (), "empty layer", "has no rows", f"Give at least one row in {name}")


def geometry_is_there(checked: Checked) -> Iterator[Fault]:
    """Every row has a geometry that is not empty."""
    for name, frame in checked.mapped():
        shapes = frame.geometry.to_numpy()
        gone = shapely.is_missing(shapes) | shapely.is_empty(shapes)
        if gone.any():
            yield _fault(
                name,
                frame.index[gone],
                "geometry",
                f"{gone.sum()} rows have no geometry",
                "Draw them, or take the rows out",
            )


def geometry_is_of_its_type(checked: Checked) -> Iterator[Fault]:
    """Every geometry is of a type the dictionary names."""
    for name, frame in checked.mapped():
        allowed = checked.catalog.layers[name].geometry
        types = frame.geometry.geom_type.fillna("")
        wrong = ~types.isin(allowed) & (types != "")
        if wrong.any():
            seen = ", ".join(sorted(types[wrong].unique()))
            yield _fault(
                name,
                frame.index[wrong],
                "geometry type",
                f"{wrong.sum()} rows are {seen}, expected {' or '.join(allowed)}",
                "Split or redraw them, one part a row",
            )


def geometry_is_valid(checked: Checked) -> Iterator[Fault]:
    """No polygon crosses itself; no coordinate is missing; no line has no length."""
    for name, frame in checked.mapped():
        shapes = frame.geometry.to_numpy()
        bad = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
        if bad.any():
            where = "; ".join(
                f"{i}: {r}" for i, r in zip(frame.index[bad][:3], shapely.is_valid_reason(shapes[bad][:3]), strict=True)
            )
            yield _fault(
                name,
                frame.index[bad],
                "valid geometry",
                f"{bad.sum()} shapes are invalid [{where}]",
                "Redraw the ring so that it does not cross itself",
            )
        flat = ~bad & (shapely.get_dimensions(shapes) == 1) & (shapely.length(shapes) < checked.constant("snap_m"))
        flat |= ~bad & (shapely.get_dimensions(shapes) == 2) & (shapely.area(shapes) < checked.constant("snap_m") ** 2)
        if flat.any():
            yield _fault(
                name,
                frame.index[flat],
                "size",
                f"{flat.sum()} shapes have no length or area",
                "Draw them in full, or take the rows out",
            )


def layers_lie_together(checked: Checked) -> Iterator[Fault]:
    """No layer lies far from the compounds: the sign of a wrong coordinate system."""
    compounds = checked.layers["compounds"]
    if not len(compounds):
        return
    west, south, east, north = compounds.total_bounds
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        yield _fault(
            "compounds",
            (),
            "degrees in metres",
            "coordinates look like degrees, but the system is in metres",
            "State the system the file is really in",
        )
        return
    home = shapely.box(west, south, east, north)
    for name, frame in checked.mapped():
        away = shapely.distance(frame.geometry.to_numpy(), home)
        far = away > checked.constant("far_m")
        if far.any():
            yield _fault(
                name,
                frame.index[far],
                "coordinate system",
                f"{far.sum()} rows lie up to {away.max() / 1000:.0f} km from the compounds",
                "Check the coordinate system of this layer",
            )


def words_are_known(checked: Checked) -> Iterator[Fault]:
    """Closed vocabularies hold only their words; required cells are filled."""
    for name, frame in checked.layers.items():
        for column in checked.catalog.layers[name].columns.values():
            if column.status == "derived" or column.column not in frame.columns:
                continue
            cells = frame[column.column]
            if column.status == "required" and cells.isna().any():
                yield _fault(
                    name,
                    _names(frame, cells.isna()),
                    "required cell",
                    f"{column.column} is empty",
                    f"Fill {column.column} ({column.title_zh})",
                )
            wrong = cells.notna() & ~cells.isin(column.allowed) if column.allowed else cells.isna() & False
            if wrong.any():
                seen = ", ".join(repr(v) for v in sorted(cells[wrong].unique())[:3])
                yield _fault(
                    name,
                    _names(frame, wrong),
                    "known words",
                    f"{column.column} holds {seen}, expected one of {', '.join(column.allowed)}",
                    f"Correct {column.column}",
                )


def numbers_are_possible(checked: Checked) -> Iterator[Fault]:
    """Lengths, areas, people and money are not negative; shares lie between 0 and 1."""
    for name, frame in checked.layers.items():
        for column in checked.catalog.layers[name].columns.values():
            if column.unit not in _NEVER_NEGATIVE or column.status == "derived":
                continue
            cells = pd.to_numeric(frame[column.column]).astype("float64")
            wrong = cells < 0
            if column.unit == "share":
                wrong |= cells > 1
            if wrong.any():
                yield _fault(
                    name,
                    _names(frame, wrong),
                    "possible numbers",
                    f"{column.column} is {cells[wrong].iloc[0]:g}, expected "
                    f"{'0 to 1' if column.unit == 'share' else '0 or more'}",
                    f"Correct {column.column}",
                )


def references_are_filled(checked: Checked) -> Iterator[Fault]:
    """What one row says of another row exists."""
    for name, frame in checked.layers.items():
        for column in checked.catalog.layers[name].columns.values():
            if not column.refers_to or column.status == "derived":
                continue
            cells = frame[column.column]
            lost = cells.notna() & ~cells.isin(_targets(column.refers_to, checked))
            if lost.any():
                seen = ", ".join(sorted(cells[lost].unique())[:5])
                yield _fault(
                    name,
                    _names(frame, lost),
                    "references",
                    f"{column.column} names {seen}, which is not in {_target_name(column.refers_to)}",
                    f"Correct {column.column}, or add the row it names",
                )


def shares_do_not_exceed_one(checked: Checked) -> Iterator[Fault]:
    """The shares of one right in one feature sum to at most 1."""
    rights = checked.layers["rights"]
    total = rights.groupby(["feature_id", "right"], observed=True)["share"].sum()
    over = total[total > 1 + 1e-6]
    if len(over):
        ids = sorted({feature for feature, _ in over.index})
        yield _fault(
            "rights",
            ids,
            "shares",
            f"shares of one right sum to {over.iloc[0]:g}, expected at most 1",
            "Correct the shares",
        )


def compounds_do_not_overlap(checked: Checked) -> Iterator[Fault]:
    """Two compounds may overlap by the drawing tolerance, not more."""
    compounds = checked.layers["compounds"]
    core = shapely.buffer(compounds.geometry.to_numpy(), -checked.constant("tolerance_m") / 2)
    a, b = shapely.STRtree(core).query(core, predicate="intersects")
    pairs = [(compounds.index[i], compounds.index[j]) for i, j in zip(a, b, strict=True) if i < j]
    if pairs:
        names = ", ".join(f"{x} with {y}" for x, y in sorted(pairs)[:5])
        yield _fault(
            "compounds",
            sorted({i for pair in pairs for i in pair}),
            "overlap",
            f"compounds overlap: {names}",
            "Redraw the shared boundary",
        )


def gates_are_on_walls(checked: Checked) -> Iterator[Fault]:
    """A gate off every wall opens nothing."""
    gates, walls = checked.layers["gates"], checked.layers["walls"]
    if len(gates):
        reach = checked.constant("gate_snap_m")
        off = owners(gates.geometry, walls.geometry, reach).isna().to_numpy()
        if off.any():
            yield _fault(
                "gates",
                gates.index[off],
                "gate on a wall",
                f"{off.sum()} gates lie farther than {reach:g} m from any wall and open nothing",
                "Move them onto their wall",
                "warning",
            )


def homes_are_in_compounds(checked: Checked) -> Iterator[Fault]:
    """A home outside every compound belongs to no block."""
    buildings, compounds = checked.layers["buildings"], checked.layers["compounds"]
    homes = buildings[buildings["use"].isin(["residential", "mixed"])]
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
    homes = buildings["use"].isin(["residential", "mixed"])
    unknown = homes & buildings["residents"].isna()
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
    gap = (own - summed.reindex(own.index)).abs() > checked.constant("people_gap_share") * own
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
    for name, frame in checked.layers.items():
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
    rows = marks.dropna().str.split(",").explode().str.strip()
    return {str(column): list(ids) for column, ids in rows.groupby(rows).groups.items()}


def _targets(target: str, checked: Checked) -> set[str]:
    if target == "catalog:facilities":
        return set(checked.catalog.facilities.index)
    names = _RIGHTS_OVER if target == "any" else (target,)
    return {key for name in names for key in _stems(checked.layers[name].index)}


def _stems(index: pd.Index) -> set[str]:
    """Let W12 stand for all pieces W12/1, W12/2 that it was cut into."""
    return set(index) | {str(key).rsplit("/", 1)[0] for key in index}


def _target_name(target: str) -> str:
    special = {"any": "any layer", "catalog:facilities": "the catalog (spatialreno catalog facilities)"}
    return special.get(target, target)


def _names(frame: pd.DataFrame, rows: Any) -> list[str]:
    if frame.index.name == "id":
        return list(frame.index[rows])
    return [f"row {i + 1}" for i in np.flatnonzero(np.asarray(rows, dtype=bool))]


def _fault(layer: str, ids: Any, rule: str, message: str, mend: str, severity: Severity = "error") -> Fault:
    return Fault(layer, tuple(map(str, ids)), rule, message, mend, severity)


_SHAPE_RULES: tuple[Rule, ...] = (
    rows_are_there,
    geometry_is_there,
    geometry_is_of_its_type,
    geometry_is_valid,
    layers_lie_together,
)
_CELL_RULES: tuple[Rule, ...] = (
    words_are_known,
    numbers_are_possible,
    references_are_filled,
    shares_do_not_exceed_one,
)
_PLACE_RULES: tuple[Rule, ...] = (
    compounds_do_not_overlap,
    gates_are_on_walls,
    homes_are_in_compounds,
    people_are_known,
    ledgers_agree,
    marks_are_told,
)
