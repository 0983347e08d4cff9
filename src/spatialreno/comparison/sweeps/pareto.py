"""pareto: which plans are not beaten by another in everything that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from spatialreno.area import refuse_unknown
from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

Better = Literal["up", "down"]


def pareto(
    table: pd.DataFrame, by: Mapping[str, Better] | Iterable[str], *, catalog: Catalog | None = None
) -> pd.Series[bool]:
    r"""Tell which rows no other row beats: as good in every column, and better in one.

    .. math:: i \text{ is beaten when some } j: v_{jk} \ge v_{ik} \;\forall k, \; v_{jk} > v_{ik} \;\exists k

    Parameters
    ----------
    table
        As from :func:`spatialreno.sweep`, or any table of numbers.
    by
        Columns that count, with ``up`` where more is better and ``down`` where less is; only their names where they
        are indicators of the catalog, which says so itself.
    catalog
        Whose indicators say what is better; by default the package's.

    Returns
    -------
    pandas.Series
        Of dtype boolean, by the table's index, named ``pareto``; missing where one of the values is, for nobody knows.

    Raises
    ------
    InputError
        No table, no columns, one that the table has not, or one of which nobody says what is better.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"score": [60.0, 70.0, 65.0], "cost_yuan": [0.0, 5.0, 9.0]}, index=["a", "b", "c"])
    >>> pareto(table, ["score", "cost_yuan"]).tolist()
    [True, True, False]
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"pareto: {type(table).__name__} is no table. Give what sweep returns, or a table of numbers.")
    signs = _signs(table, by, catalog or read_catalog())
    values = table[list(signs)].to_numpy("float64", na_value=np.nan) * np.array(list(signs.values()))
    known = ~np.isnan(values).any(axis=1)
    own = values[known]
    as_good = (own[:, None, :] >= own[None, :, :]).all(axis=2)
    better = (own[:, None, :] > own[None, :, :]).any(axis=2)
    found = pd.Series(pd.NA, index=table.index, name="pareto", dtype="boolean")
    found[known] = ~(as_good & better).any(axis=0)
    return found


def _signs(table: pd.DataFrame, by: Mapping[str, Better] | Iterable[str], catalog: Catalog) -> dict[str, int]:
    """Give 1 where more is better and -1 where less is."""
    columns = [by] if isinstance(by, str) else list(by)
    if not columns:
        raise InputError("pareto: no column is named. Name those that count.")
    refuse_unknown(columns, [str(name) for name in table.columns], what="pareto", noun="column of the table")
    said = catalog.indicators["better"].to_dict()
    stated = by if isinstance(by, Mapping) else {c: said.get(c, said.get(c.partition(":")[0], "none")) for c in columns}
    open_ones = sorted(name for name in columns if stated[name] not in ("up", "down"))
    if open_ones:
        mend = "Say so: {'name': 'up'} where more is better, 'down' where less is."
        raise InputError(f"pareto: nobody says whether more or less of {', '.join(open_ones)} is better. {mend}")
    return {name: 1 if stated[name] == "up" else -1 for name in columns}
