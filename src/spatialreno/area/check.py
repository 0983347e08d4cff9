"""The rules a study area must pass: one rule, one function; all faults are gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from spatialreno.area import rules_cells, rules_near, rules_place, rules_shape
from spatialreno.area.checked import Checked
from spatialreno.catalog import Catalog
from spatialreno.errors import Fault


def check_layers(
    layers: Mapping[str, pd.DataFrame],
    catalog: Catalog,
    known: Sequence[Fault] = (),
    valid: Mapping[str, Any] = MappingProxyType({}),
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
    """
    unplaced = frozenset(f.layer for f in known if f.rule in rules_shape.PLACELESS)
    checked = Checked(layers, catalog, unplaced, valid)
    found = [*known, *(fault for rule in rules_shape.RULES for fault in rule(checked))]
    broken = any(f.severity == "error" for f in found)
    later = rules_cells.RULES if broken else (*rules_cells.RULES, *rules_place.RULES, *rules_near.RULES)
    return found + [fault for rule in later for fault in rule(checked)]
