"""What is kept of one area of a district: a few figures by option, its homes and its outline; nothing personal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.area import LONLAT
from spatialreno.catalog import read_catalog
from spatialreno.comparison.options import TODAY, Comparison
from spatialreno.errors import InputError
from spatialreno.files import MANIFEST, changed_since

RECORD, HOMES, PEOPLE = "record.json", "homes.parquet", "people.parquet"
_BROKEN = (OSError, ValueError, KeyError, TypeError, InputError, shapely.errors.GEOSException)


@dataclass(frozen=True, eq=False, repr=False)
class AreaRecord:
    """One area of a district, small enough that a whole province of them fits into one process.

    Attributes
    ----------
    name
        Under which it stands in the district.
    title
        For people.
    key
        Of all it rests on: area, options, catalog, standard, code.
    titles
        By option, today first.
    values
        Index indicator, a column an option; the lines of the district's table.
    homes
        Index building_id; geometry in WGS84: the homes of today and of every option.
    people
        Columns option, building_id, score, residents, households and what ``who_gains`` tells of each home.
    outline
        Of its compounds, in WGS84.
    terms
        Constants and baskets by which people who gain are counted.
    """

    name: str
    title: str
    key: str
    titles: Mapping[str, str]
    values: pd.DataFrame
    homes: gpd.GeoDataFrame
    people: pd.DataFrame
    outline: Any
    terms: Mapping[str, Any]

    @property
    def options(self) -> list[str]:
        """Names of its options, without today."""
        return [name for name in self.titles if name != TODAY]


def record_of(name: str, key: str, options: Comparison) -> AreaRecord:
    """Take out of a comparison what a district is told of."""
    today = options.today
    wanted = [row["indicator"] for row in read_catalog().rows("district")]
    table = options.table().reset_index()
    whole = table[table["level"].isin(["area", "plan"]) & table["indicator"].isin(wanted)]
    values = whole.pivot(index="indicator", columns="option", values="value")
    values = values.reindex(index=wanted, columns=list(options.areas)).astype("float64")
    found = {k: e.scores.join(options.gained[k].drop(columns=["residents", "households"]), how="left")
             for k, e in options.evaluations.items()}  # fmt: skip
    people = pd.concat(found, names=["option", "building_id"]).reset_index()
    shapes = pd.concat([area.buildings.geometry for area in options.areas.values()])
    once = shapes[~shapes.index.duplicated()]
    homes = once[once.index.isin(people["building_id"])].sort_index().rename_axis("building_id")
    outline = shapely.make_valid(shapely.union_all(today.compounds.geometry.to_numpy(), grid_size=0.001))
    constants = today.catalog.constants
    return AreaRecord(
        name=name,
        title=today.title or name,
        key=key,
        titles=options.titles,
        values=values,
        homes=gpd.GeoDataFrame(geometry=homes.to_crs(LONLAT)),
        people=people.sort_values(["option", "building_id"], ignore_index=True),
        outline=gpd.GeoSeries([outline], crs=today.crs).to_crs(LONLAT).iloc[0],
        terms={
            "gain_points": float(constants["gain_points"]),
            "gain_m": float(constants["gain_m"]),
            "baskets": [b.id for b in options.evaluations[TODAY].standard.baskets],
        },
    )


def write_record(record: AreaRecord, folder: Path) -> None:
    """Write a record into a folder: GeoParquet of its homes, Parquet of who gains, figures as JSON."""
    values = record.values.astype(object).where(record.values.notna(), None)
    told = {
        "name": record.name,
        "title": record.title,
        "key": record.key,
        "titles": dict(record.titles),
        "indicators": list(values.index),
        "values": {option: list(values[option]) for option in values.columns},
        "outline": shapely.to_wkb(record.outline, hex=True),
        "terms": dict(record.terms),
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8", newline="\n")
    record.homes.to_parquet(folder / HOMES)
    record.people.to_parquet(folder / PEOPLE)


def kept_record(folder: Path, key: str) -> AreaRecord | None:
    """Read a record that was made of the same; None when there is none, it is of something else, or not whole."""
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if told["key"] != key or changed_since(folder / MANIFEST):
            return None
        values = pd.DataFrame(told["values"], index=pd.Index(told["indicators"], name="indicator"), dtype="float64")
        return AreaRecord(
            name=str(told["name"]),
            title=str(told["title"]),
            key=key,
            titles={str(k): str(v) for k, v in told["titles"].items()},
            values=values.rename_axis(columns="option"),
            homes=gpd.read_parquet(folder / HOMES),
            people=pd.read_parquet(folder / PEOPLE),
            outline=shapely.from_wkb(told["outline"]),
            terms=told["terms"],
        )
    except _BROKEN:
        return None
