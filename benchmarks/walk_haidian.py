"""Which single wall piece of a real quarter, Beijing Haidian, gains most when opened; a picture before and after.

    python benchmarks/walk_haidian.py [picture.png]
"""

from __future__ import annotations

import sys
import time

from walk_graphs import DATA

import spatialreno as sr
from spatialreno.walk import isochrones, what_if


def main(picture: str | None) -> None:
    """Rank the pieces and print the best; draw what is reached within five minutes of the nearest home."""
    area = sr.import_osm(DATA / "beijing_haidian" / "map.osm")
    begin = time.process_time()
    table = what_if(area, list(area.walls.index)).by_kind
    spent = time.process_time() - begin
    sums = table.groupby("id")[["residents", "person_m"]].sum()
    ranked = sums.sort_values(["residents", "person_m"], ascending=False)
    print(f"{len(ranked)} wall pieces, {table['kind'].nunique()} kinds, {spent:.1f} s")
    ranked["length_m"] = area.walls["length_m"].reindex(ranked.index).round(1)
    print(ranked.head(5).round(0).to_string())
    best = ranked.index[0]
    print(table[(table["id"] == best) & (table["person_m"] > 0)].to_string(index=False))
    if picture:
        _draw(area, best, picture)


def _draw(area: sr.StudyArea, wall: str, picture: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    opened = sr.Scenario("o", interventions=[sr.demolish("walls", ids=[wall])]).apply(area)
    line = area.walls.geometry[wall]
    home = area.buildings.distance(line).idxmin()
    _, axes = plt.subplots(1, 2, figsize=(14, 7))
    states = (area, opened)
    found = [isochrones(state, [home], minutes=(5,)) for state in states]
    x0, y0, x1, y1 = found[1].union(found[0], align=False).buffer(60).total_bounds
    for axis, state, reach, title in zip(axes, states, found, ("before", f"{wall} opened"), strict=True):
        reach.plot(ax=axis, color="#9ecae1")
        area.buildings.plot(ax=axis, color="#bbbbbb")
        state.walls.plot(ax=axis, color="#b22222", linewidth=1.2)
        axis.set_title(f"{title}: {reach.area.iloc[0] / 1e4:.1f} ha within 5 min")
        axis.plot(*line.xy, color="#1b7837", linewidth=2.5)
        axis.set(xlim=(x0, x1), ylim=(y0, y1))
    plt.savefig(picture, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
