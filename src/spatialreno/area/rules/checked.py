"""What every rule is given, and how a rule tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import Catalog, Layer
from spatialreno.errors import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Checked:
    """What a rule may look at: conformed layers in one metric CRS, and the catalog.

    ``unplaced`` names the layers that could not be brought into that CRS; their fault is already known.
    ``valid`` says of layers whose shapes were asked already which of them are valid. ``passed`` names the layers that
    are as they were when they last passed.
    """

    layers: Mapping[str, pd.DataFrame]
    catalog: Catalog
    unplaced: frozenset[str] = frozenset()
    valid: Mapping[str, Any] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()

    def constant(self, key: str) -> float:
        """Look up a tolerance, in the unit of its row."""
        return self.catalog.constants[key]

    def filled(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Go through the layers and tables that have rows, as plain tables, whose cells are quicker to look at."""
        yield from self._plain.items()

    @cached_property
    def _plain(self) -> dict[str, pd.DataFrame]:
        return {name: pd.DataFrame(frame) for name, frame in self.layers.items() if len(frame)}

    def fresh(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Go through those of ``filled`` that have not passed yet: for rules that look at one layer by itself."""
        return ((name, frame) for name, frame in self.filled() if name not in self.passed)

    def mapped(self) -> Iterator[tuple[str, Any]]:
        """Go through the layers that have rows and geometry."""
        for name, frame in self.layers.items():
            if len(frame) and not self.catalog.layers[name].is_table:
                yield name, frame

    def names(self, layer: str, rows: Any) -> list[str]:
        """Name the rows of a layer for which ``rows`` holds."""
        return row_names(self.layers[layer][pd.array(rows, dtype=bool)], self.catalog.layers[layer])


Rule = Callable[[Checked], Iterator[Fault]]


def row_names(frame: pd.DataFrame, layer: Layer) -> list[str]:
    """Name rows by id; rows of a table without ids by what they say (``W12 P3 ownership``)."""
    if frame.index.name == "id":
        return list(map(str, frame.index))
    keys = frame[layer.of_status("required")].astype("str").fillna("?")
    return [" ".join(row) for row in keys.itertuples(index=False)]


def fault(
    layer: str,
    ids: Iterable[object],
    rule: str,
    message: str,
    mend: str,
    severity: Severity = "error",
    at: Iterable[Any] = (),
) -> Fault:
    """Tell one finding; ``at`` are coordinates in the system of the area."""
    return Fault(layer, tuple(map(str, ids)), rule, message, mend, severity, at=tuple(at))
