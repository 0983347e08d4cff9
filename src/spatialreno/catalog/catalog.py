"""The catalog: every table of norms, prices, kinds and words that the tool works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from spatialreno.catalog.layers import Layer, catalog_rows, read_layers

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.catalog.standard import Standard


@dataclass(frozen=True)
class Catalog:
    """Norms, prices, kinds and words as tables; it rides on the area and is never changed.

    Attributes
    ----------
    layers
        Layer dictionaries by layer name.
    constants
        Tolerances and default values by key, in the unit their row states.
    """

    layers: dict[str, Layer]
    constants: dict[str, float]

    @cached_property
    def facilities(self) -> pd.DataFrame:
        """Facility kinds: titles, map label, category, footprint; index ``kind``."""
        return _table("facilities.csv", index="kind")

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Walking groups with their speeds in m/s; index ``group``."""
        return _table("groups.csv", index="group")

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Indicators: titles, unit, level, which way is better; index ``indicator``."""
        return _table("indicators.csv", index="indicator")

    @cached_property
    def costs(self) -> pd.DataFrame:
        """Unit prices by layer, verb and kind, in yuan; all of them estimates."""
        return _table("costs.csv")

    @cached_property
    def osm_kinds(self) -> pd.DataFrame:
        """OpenStreetMap tags and the layer and kind each stands for."""
        return _table("osm_kinds.csv")

    @cached_property
    def heat_stations(self) -> pd.DataFrame:
        """Footprint of a heat-exchange station by the floor area it heats."""
        return _table("heat_stations.csv")

    @cached_property
    def heat_intensity(self) -> pd.DataFrame:
        """Heat load in W/m² by use, year built and insulation."""
        return _table("heat_intensity.csv")

    @cached_property
    def heat_pipes(self) -> pd.DataFrame:
        """Heat pipes by nominal diameter: inner diameter, casing, price of a pair; index ``dn``."""
        return _table("heat_pipes.csv", index="dn")

    @cached_property
    def pipe_kinds(self) -> pd.DataFrame:
        """Buried kinds: width taken up, least slope, rank, place in the advised order; index ``kind``."""
        return _table("pipe_kinds.csv", index="kind")

    @cached_property
    def pipe_clearances(self) -> pd.DataFrame:
        """Horizontal clearances between two kinds, by the code and reduced with approval, in metres."""
        return _table("pipe_clearances.csv")

    def standard(self, name: str | Path) -> Standard:
        """Read a planning standard by its name in the package or by a file's path."""
        from spatialreno.catalog.standard import read_standard

        return read_standard(name)

    def rows(self, table: str) -> list[dict[str, str]]:
        """Read one catalog table as rows of text, just as it is printed."""
        return catalog_rows(f"{table}.csv")


@lru_cache(maxsize=1)
def read_catalog() -> Catalog:
    """Read the catalog that ships with the package.

    Examples
    --------
    >>> read_catalog().constants["persons_per_household"]
    2.5
    """
    constants = {row["key"]: float(row["value"]) for row in catalog_rows("constants.csv")}
    return Catalog(layers=read_layers(), constants=constants)


def catalog_tables() -> dict[str, Callable[[], list[dict[str, str]]]]:
    """List the tables and standards of the catalog, each with a call that reads its rows as printed."""
    folder = files("spatialreno.catalog")
    names = sorted(f.name.removesuffix(".csv") for f in folder.iterdir() if f.name.endswith(".csv"))
    tables = {name: partial(catalog_rows, f"{name}.csv") for name in names if name != "layers"}
    norms = sorted(f.name.removesuffix(".toml") for f in (folder / "standards").iterdir() if f.name.endswith(".toml"))
    return {**tables, **{name: partial(_norm_rows, name) for name in norms}}


def _norm_rows(name: str) -> list[dict[str, str]]:
    services = read_catalog().standard(name).model_dump()["services"]
    rows = [{"kind": kind, **row} for kind, row in services.items()] if isinstance(services, dict) else services
    return [{str(k): "" if v is None else str(v) for k, v in row.items()} for row in rows]


def _table(name: str, index: str | None = None) -> pd.DataFrame:
    import pandas as pd

    text = files("spatialreno.catalog").joinpath(name).read_text(encoding="utf-8")
    frame = pd.read_csv(StringIO(text))
    for column in frame.columns:  # an empty cell of words is an empty word
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].fillna("")
    return frame.set_index(index) if index else frame
