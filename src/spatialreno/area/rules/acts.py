"""Acts told as findings: what was done on reading, with its weight and its mend."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from spatialreno.catalog import read_catalog
from spatialreno.errors import Fault, Severity

_SEVERITIES: dict[str, Severity] = {"note": "note", "warning": "warning", "error": "error"}


@lru_cache(maxsize=1)
def _acts() -> dict[str, dict[str, str]]:
    return {row["rule"]: row for row in read_catalog().rows("acts")}


def as_finding(act: Mapping[str, Any]) -> Fault:
    """Tell one act (layer, id, rule, reason) as a finding: a note, unless the catalog's table ``acts`` weighs it more.

    Parameters
    ----------
    act
        What was done: layer, id (one, or a tuple of them; empty for the layer), rule, reason.

    Returns
    -------
    Fault
        With the severity and the mend that the table ``acts`` gives its rule.

    Examples
    --------
    >>> as_finding({"layer": "walls", "id": ("W1", "W2"), "rule": "heights", "reason": "heights left out"}).ids
    ('W1', 'W2')
    """
    row = _acts().get(str(act["rule"]), {"severity": "note", "mend": "Nothing to do, if it is right"})
    ids = act["id"] if isinstance(act["id"], tuple) else tuple(filter(None, [str(act["id"])]))
    layer = str(act["layer"] or "area")
    return Fault(layer, ids, str(act["rule"]), str(act["reason"]), row["mend"], _SEVERITIES[row["severity"]])


def worth_a_look(act: Mapping[str, Any]) -> bool:
    """Tell whether an act of bringing layers into form is one that a careful eye should see before the area is used."""
    row = _acts().get(str(act["rule"]))
    return row is not None and row["told"] == "check"
