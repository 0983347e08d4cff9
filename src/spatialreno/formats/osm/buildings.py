"""Buildings from OpenStreetMap, and the people in them, estimated from floor area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import HOME_USES
from spatialreno.formats.osm.clip import Desk, Row, layer
from spatialreno.formats.osm.layers import title
from spatialreno.formats.osm.read import Feature, RawOsm
from spatialreno.formats.osm.tags import number

_SHOP_KEYS = ("shop", "amenity", "office", "healthcare")


def buildings(raw: RawOsm, desk: Desk, compounds: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make buildings with use, storeys and people; each estimated cell is named in ``estimated``.

    ``storeys`` = building:levels, else height / storey height, else the default of its kind.
    ``floor_area_m2`` = footprint x storeys. Homes take all storeys, in mixed buildings all but the
    lowest. ``households`` = floor area of homes / floor area per household (a house is one);
    ``residents`` = households x persons per household. The norms are constants of the catalog.

    Parameters
    ----------
    raw
        Features in longitude and latitude.
    desk
        Bounds, CRS, kinds and constants.
    compounds
        Tells which buildings of unknown use are homes.
    """
    frame = layer(desk, "buildings", raw.areas, lambda f: _row(f, desk), whole=True)
    if not len(frame):
        return frame
    frame = _once(frame, desk)
    footprint = pd.Series(frame.area, index=frame.index)
    frame = _with_use(frame, footprint, compounds, desk)
    frame = _with_storeys(frame, desk)
    frame = _with_people(frame, footprint, desk)
    return frame.drop(columns=["fallback", "homes", "business"])


def _row(feature: Feature, desk: Desk) -> Row | None:
    tags = feature.tags
    if "building" not in tags:
        return None
    if desk.kinds.leaves_out("building", tags):
        reason = f"building={tags['building']} stops nobody; left out"
        desk.acts.add("buildings", feature.id, "no_building", reason)
        return None
    kind = desk.kinds.of(tags, "buildings")[0]
    year, flats = number(tags.get("start_date")), number(tags.get("building:flats"))
    return {
        "name": title(tags), "use": kind.kind, "storeys": number(tags.get("building:levels")),
        "height_m": number(tags.get("height")), "households": flats,
        "built_year": int(year) if year and year > 1000 else None,
        "fallback": kind.storeys, "homes": kind.homes, "business": any(key in tags for key in _SHOP_KEYS),
    }  # fmt: skip


def _once(frame: gpd.GeoDataFrame, desk: Desk) -> gpd.GeoDataFrame:
    """Leave out a building drawn twice, so that nobody is counted twice."""
    shapes = frame.geometry.to_numpy()
    one, two = shapely.STRtree(shapes).query(shapes, "intersects")
    one, two = one[one < two], two[one < two]
    both = shapely.area(shapely.intersection(shapes[one], shapes[two]))
    share = both / (shapely.area(shapes[one]) + shapely.area(shapes[two]) - both)
    twin = np.unique(two[share > desk.constants["osm_duplicate_share"]])
    desk.acts.add("buildings", frame.index[twin], "duplicate", "drawn twice; left out")
    return frame.drop(index=frame.index[twin])


def _with_use(
    frame: gpd.GeoDataFrame, footprint: pd.Series[float], compounds: gpd.GeoDataFrame, desk: Desk
) -> gpd.GeoDataFrame:
    """Decide on buildings of unknown use: homes if inside a compound and large enough."""
    unknown = frame["use"] == "unknown"
    inner = shapely.point_on_surface(frame.geometry.to_numpy())
    inside = np.zeros(len(frame), dtype=bool)
    inside[shapely.STRtree(compounds.geometry.to_numpy()).query(inner, "within")[0]] = True
    home = unknown & inside & ~frame["business"] & (footprint >= desk.constants["osm_least_home_m2"])
    small = unknown & (footprint < desk.constants["osm_least_home_m2"])
    mixed = (frame["use"] == "residential") & frame["business"]
    use = frame["use"].mask(home, "residential").mask(unknown & ~home, "other").mask(mixed, "mixed")
    fallback = frame["fallback"].mask(unknown & ~home, "default_storeys_other")
    fallback = fallback.mask(small, "default_storeys_small")
    ground = pd.Series("commercial", index=frame.index, dtype="object").where(mixed, None)
    estimated = pd.Series(np.where(unknown, "use", ""), index=frame.index)
    return frame.assign(use=use, fallback=fallback, ground_use=ground, estimated=estimated)


def _with_storeys(frame: gpd.GeoDataFrame, desk: Desk) -> gpd.GeoDataFrame:
    constants = desk.constants
    by_height = (frame["height_m"].astype(float) / constants["storey_height_m"]).round().clip(lower=1)
    by_kind = frame["fallback"].map(constants).astype(float)
    known = frame["storeys"].astype(float)
    return frame.assign(
        storeys=known.fillna(by_height).fillna(by_kind), estimated=_marked(frame, known.isna(), "storeys")
    )


def _with_people(frame: gpd.GeoDataFrame, footprint: pd.Series[float], desk: Desk) -> gpd.GeoDataFrame:
    constants = desk.constants
    frame = frame.assign(floor_area_m2=(footprint * frame["storeys"]).round(1))
    frame["estimated"] = _marked(frame, frame["storeys"].notna(), "floor_area_m2")
    lived_in = frame["use"].isin(HOME_USES)
    shops = (frame["use"] == "mixed") & (frame["storeys"] > 1)
    homes_m2 = frame["floor_area_m2"] - footprint.where(shops, 0.0)
    by_area = (homes_m2 / constants["floor_area_per_household_m2"]).round().clip(lower=1)
    guess = by_area.mask(frame["homes"] == "one", 1.0).where(lived_in)
    known = frame["households"].astype(float)
    households = known.fillna(guess)
    frame["estimated"] = _marked(frame, known.isna() & lived_in, "households")
    frame["estimated"] = _marked(frame, households.notna(), "residents")
    return frame.assign(
        households=households.astype("Int64"),
        residents=(households * constants["persons_per_household"]).round().astype("Int64"),
        estimated=frame["estimated"].mask(frame["estimated"] == "", None),
    )


def _marked(frame: gpd.GeoDataFrame, cells: pd.Series[bool], column: str) -> pd.Series[str]:
    """Add a column's name to the marks of the rows given."""
    before = frame["estimated"]
    marked: pd.Series[str] = before.where(~cells, before.where(before == "", before + ",") + column)
    return marked
