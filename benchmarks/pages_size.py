"""Size and speed of the comparison page against plain folium and explore(), at 1 000, 10 000 and 50 000 buildings.

    python benchmarks/pages_size.py [COUNT ...]

The same buildings with the same columns are written by all three; libraries are inlined into all three, so that
each opens without a network. folium gets the usual ``style_function``, five colours by decade.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pages_browser import browser, first_draw_s

from spatialreno.area import StudyArea, assemble
from spatialreno.comparison import Comparison, compare
from spatialreno.maps import draw
from spatialreno.maps.words import safe_html
from spatialreno.scenario import Scenario

CRS = "EPSG:4546"
_TINTS = dict(zip(range(1950, 2000, 10), ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"), strict=True))
_KINDS = ("health_station", "kindergarten", "market", "elderly_day_care")


def quarter(count: int) -> StudyArea:
    """Lay out rows of buildings, a hundred to a compound."""
    side = int(np.ceil(np.sqrt(count)))
    at = np.arange(count)
    x, y = 600_000.0 + (at % side) * 24.0, 3_838_000.0 + (at // side) * 20.0
    buildings = gpd.GeoDataFrame(
        {"id": [f"B{k}" for k in at], "name": [f"{k}号楼" for k in at], "use": "residential", "storeys": 6.0,
         "households": 36, "residents": 90, "built_year": 1950 + at % 5 * 10},
        geometry=shapely.box(x, y, x + 16, y + 10), crs=CRS,
    )  # fmt: skip
    step = 240.0
    west, south, east, north = buildings.total_bounds
    corners = [(a, b) for a in np.arange(west - 4, east, step) for b in np.arange(south - 4, north, step)]
    yards = gpd.GeoDataFrame(
        {"id": [f"C{k}" for k in range(len(corners))], "name": [f"{k}号院" for k in range(len(corners))]},
        geometry=[shapely.box(a, b, a + step, b + step) for a, b in corners], crs=CRS,
    )  # fmt: skip
    return assemble({"buildings": buildings, "compounds": yards}, name="many", title="许多楼", crs=CRS)


class Standing(Comparison):
    """Stand in for a comparison: it tells what it is given, and works nothing out."""

    def __init__(self, **told: Any) -> None:
        vars(self).update(told)


def compared(area: StudyArea) -> Comparison:
    """Stand in for a comparison: every second home walks less, as an option with a gate would do."""
    homes = area.buildings.index
    empty = {key: gpd.GeoDataFrame({"cause": [], "compound_id": [], "area_m2": []}, geometry=[], crs=CRS)
             for key in ("today", "plan")}  # fmt: skip
    one = compare(quarter(1), [Scenario("plan", "方案")])
    walks = gpd.GeoDataFrame({"origin": [], "minutes": [], "group": []}, geometry=[], crs=CRS)
    blocks = area.compounds[["geometry"]].assign(count=1, area_m2=1.0, residents=0.0, households=0.0)
    return Standing(**vars(one) | {
        "areas": {"today": area, "plan": area},
        "evaluations": {key: evaluation(homes, less, one) for key, less in (("today", 0.0), ("plan", 60.0))},
        "sections": dict.fromkeys(("today", "plan"), one.sections["today"]), "room": None,
        "blocks": {"today": blocks, "plan": blocks}, "freed": empty, "isochrones": {"today": walks, "plan": walks},
    })  # fmt: skip


def evaluation(homes: pd.Index, less: float, nothing: Any) -> Any:
    """Give every home a walk to a few kinds of facility."""
    away = np.add.outer(200.0 + np.arange(len(homes)) % 300, np.arange(len(_KINDS)) * 50.0)
    away[::2, :2] -= less
    access = pd.DataFrame(
        {"building_id": np.repeat(homes.to_numpy(), len(_KINDS)), "kind": np.tile(_KINDS, len(homes)),
         "distance_m": away.ravel(), "clause": "", "confidence": "memory"}
    )  # fmt: skip
    table = pd.DataFrame(columns=["level", "place", "indicator", "value", "unit", "target", "meets", "source", "mark"])
    scores = pd.DataFrame({"score": np.arange(len(homes)) % 100.0, "residents": 90.0}, index=homes)
    return SimpleNamespace(
        table=table.set_index(["level", "place", "indicator"]), scores=scores, access=access,
        standard=nothing.evaluations["today"].standard, ground=nothing.evaluations["today"].ground,
    )  # fmt: skip


def ours(area: StudyArea, path: Path) -> None:
    """Write our page."""
    draw(compared(area)).save(path)


def plain_folium(area: StudyArea, path: Path) -> None:
    """Write folium.GeoJson with a style function and a tooltip."""
    frame = area.buildings[["name", "use", "storeys", "households", "residents", "built_year", "geometry"]].to_crs(4326)
    page = bare_map(frame)
    folium.GeoJson(
        frame, style_function=lambda feature: {"weight": 1, "fillColor": _TINTS[feature["properties"]["built_year"]]},
        tooltip=folium.GeoJsonTooltip(["name", "households", "residents"]),
    ).add_to(page)  # fmt: skip
    inlined(page, path)


def explored(area: StudyArea, path: Path) -> None:
    """Write GeoDataFrame.explore()."""
    columns = ["name", "use", "storeys", "households", "residents", "built_year", "geometry"]
    frame = area.buildings[columns].astype({"households": float, "residents": float, "built_year": float})
    inlined(frame.explore(m=bare_map(frame.to_crs(4326)), column="built_year", legend=False), path)


def bare_map(frame: gpd.GeoDataFrame) -> folium.Map:
    """Make a folium map of Leaflet alone, looking at a frame."""
    west, south, east, north = frame.total_bounds
    page = folium.Map(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_start=15)
    page.default_js = [link for link in page.default_js if link[0] == "leaflet"]
    page.default_css = [link for link in page.default_css if link[0] == "leaflet_css"]
    return page


def inlined(page: folium.Map, path: Path) -> None:
    """Save a folium map with its libraries in it."""
    with safe_html.guarded():
        path.write_text(safe_html.document(page.get_root(), lang="zh-CN", title="folium"), encoding="utf-8")


def main() -> None:
    """Print one row for each count and writer."""
    counts = [int(word) for word in sys.argv[1:]] or [1_000, 10_000, 50_000]
    print(f"{'buildings':>9} {'writer':>10} {'write s':>8} {'MB':>7} {'first draw s':>12}")
    with browser() as driver, tempfile.TemporaryDirectory() as folder:
        for count in counts:
            area = quarter(count)
            for name, write in (("ours", ours), ("folium", plain_folium), ("explore", explored)):
                page = Path(folder, f"{name}.html")
                begun = time.perf_counter()
                write(area, page)
                took = time.perf_counter() - begun
                drawn = first_draw_s(driver, page)
                size = page.stat().st_size / 1e6
                print(f"{count:>9} {name:>10} {took:>8.1f} {size:>7.2f} {drawn:>12.2f}", flush=True)


if __name__ == "__main__":
    main()
