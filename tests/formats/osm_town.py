"""A small town on OpenStreetMap, drawn in metres and written as XML, for the tests of the import."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

from pyproj import Transformer

CRS = "EPSG:4546"
EAST, NORTH = 630_000.0, 3_838_000.0
_TO_LONLAT = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
Point = tuple[float, float]


class Town:
    """Collects nodes, ways and relations; one metre of ``x`` and ``y`` is one metre on the ground."""

    def __init__(self, bounds: tuple[float, float, float, float] | None = (-150, -50, 250, 200)) -> None:
        self.bounds = bounds
        self.nodes: dict[Point, int] = {}
        self.tags: dict[int, dict[str, str]] = {}
        self.ways: list[str] = []
        self.relations: list[str] = []

    def node(self, x: float, y: float, **tags: str) -> int:
        """Set a node, one at each place; tags are added."""
        key = self.nodes.setdefault((x, y), len(self.nodes) + 1)
        self.tags.setdefault(key, {}).update(tags)
        return key

    def way(self, number: int, points: list[Point], **tags: str) -> None:
        """Draw a line."""
        refs = "".join(f'<nd ref="{self.node(x, y)}"/>' for x, y in points)
        self.ways.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')

    def box(self, number: int, west: float, south: float, east: float, north: float, **tags: str) -> None:
        """Draw a closed rectangle, from its south-west corner."""
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        self.way(number, ring, **tags)

    def relation(self, number: int, members: list[tuple[int, str]], **tags: str) -> None:
        """Bind ways into a multipolygon."""
        refs = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
        text = _tags({"type": "multipolygon", **tags})
        self.relations.append(f'<relation id="{number}" version="1">{refs}{text}</relation>')

    def lonlat(self) -> tuple[float, float, float, float]:
        """Return the bounds in degrees."""
        assert self.bounds is not None
        west, south, east, north = self.bounds
        return (*_degrees(west, south), *_degrees(east, north))

    def text(self) -> str:
        """Write the town as OpenStreetMap XML."""
        box = ""
        if self.bounds:
            west, south, east, north = self.lonlat()
            box = f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>'
        nodes = []
        for (x, y), key in self.nodes.items():
            lon, lat = _degrees(x, y)
            nodes.append(f'<node id="{key}" version="1" lat="{lat}" lon="{lon}">{_tags(self.tags[key])}</node>')
        lines = [box, *nodes, *self.ways, *self.relations]
        return '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n' + "\n".join(lines) + "\n</osm>\n"

    def save(self, path: Path) -> Path:
        """Write the town to a file."""
        path.write_text(self.text(), encoding="utf-8")
        return path


def _degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = _TO_LONLAT.transform(EAST + x, NORTH + y)
    return round(lon, 9), round(lat, 9)


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k.replace('__', ':'))} v={quoteattr(v)}/>" for k, v in tags.items())


def two_compounds() -> Town:
    """Two compounds side by side: a fence with a gate in the south, a path out in the east."""
    town = Town()
    town.box(10, 0, 0, 100, 100, landuse="residential", name="甲院")
    town.box(11, -100, 0, 0, 100, landuse="residential")
    town.box(20, 20, 20, 60, 30, building="apartments", building__levels="6")
    town.box(21, 20, 60, 40, 70, building="yes")
    town.box(22, 70, 80, 75, 85, building="yes")
    town.way(30, [(0, 0), (50, 0), (100, 0)], barrier="fence")
    town.node(50, 0, barrier="gate", access="private", width="4")
    town.way(40, [(-140, -10), (50, -10), (140, -10)], highway="residential", name="行署路")
    town.way(41, [(50, -10), (50, 0), (50, 50)], highway="service")
    town.way(42, [(50, 50), (140, 50)], highway="footway")
    return town
