"""The rules a study area must pass: one rule, one function; all faults are gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from spatialreno.area.rules import cells, near, place, shape
from spatialreno.area.rules.checked import Checked
from spatialreno.catalog import Catalog
from spatialreno.errors import Fault


def check_layers(
    layers: Mapping[str, pd.DataFrame],
    catalog: Catalog,
    known: Sequence[Fault] = (),
    valid: Mapping[str, Any] = MappingProxyType({}),
    passed: frozenset[str] = frozenset(),
) -> list[Fault]:
    """Apply every rule and return all findings, those known before first.

    Layers that are broken or in no known place keep the rules about place out.

    Parameters
    ----------
    layers
        Conformed layers in one metric CRS.
    catalog
        Dictionaries and tolerances.
    known
        What was found while the layers were brought into form.
    valid
        By layer, which shapes are known to be valid and which not; others are asked.
    passed
        Layers that are as they were when they last passed: what looks at one layer by itself leaves them out.
    """
    unplaced = frozenset(f.layer for f in known if f.rule in shape.PLACELESS)
    checked = Checked(layers, catalog, unplaced, valid, passed)
    found = [*known, *(fault for rule in shape.RULES for fault in rule(checked))]
    broken = any(f.severity == "error" for f in found)
    later = cells.RULES if broken else (*cells.RULES, *place.RULES, *near.RULES)
    return found + [fault for rule in later for fault in rule(checked)]
