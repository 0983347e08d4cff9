"""What is drawn: the layers of a comparison as themes, from the ground up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from spatialreno.maps import symbols
from spatialreno.maps.features import (
    Drawn,
    Rows,
    Version,
    by_option,
    facility_title,
    is_estimated,
    number,
    tooltip,
    versions,
)
from spatialreno.maps.style import HUES, changed, score_class
from spatialreno.maps.words import Lang, value_word, word

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog
    from spatialreno.comparison import Comparison

Group = Literal["ground", "plan", "today", "analysis"]


@dataclass(frozen=True)
class Theme:
    """A set of features that is switched as one.

    Attributes
    ----------
    key : str
        Its name in the page.
    title : str
        Its check box; empty when it cannot be switched.
    group : str
        Under which heading the check box stands.
    shown : bool
        Whether it is drawn when the page opens.
    drawn : sequence of Drawn
        What it draws, in this order.
    """

    key: str
    title: str
    group: Group
    shown: bool
    drawn: Sequence[Drawn] = field(repr=False)


class Scene:
    """A comparison seen by one language: frames by option, words, and the classes of changed features."""

    def __init__(self, options: Comparison, lang: Lang) -> None:
        self.options = options
        self.lang = lang
        self.keys = tuple(options.areas)
        self.areas = tuple(options.areas.values())
        self.catalog: Catalog = self.areas[0].catalog
        self.names = {
            str(key): str(name) for area in reversed(self.areas) for key, name in area.compounds["name"].items()
        }

    def frames(self, layer: str) -> list[Any]:
        """One layer as each option has it."""
        return [area.layer(layer) for area in self.areas]

    def own(self, frames: Mapping[str, Any]) -> list[Any]:
        """Rows that each option has of its own, in the order of the options."""
        return [frames[key] for key in self.keys]

    def versions(self, layer: str) -> list[Version]:
        """Every state of every feature of a layer."""
        columns = [c.column for c in self.catalog.layers[layer].columns.values() if c.status != "derived"]
        return versions(self.frames(layer), columns)

    def rows(self, version: Version, layer: str) -> Rows:
        """The tooltip of a feature."""
        return tooltip(version.row, layer, self.catalog, self.lang, names=self.names, id_=version.id)

    def classes(self, version: Version, base: str, *, geometry: str) -> tuple[str | None, ...]:
        """The class of a feature in each option."""
        dotted = "~" if is_estimated(version.row) else ""
        return tuple(
            None if status is None else changed(base, status, geometry=geometry) + dotted for status in version.statuses
        )

    def draw(self, layer: str, base: Callable[[Version], str], *, geometry: str) -> list[Drawn]:
        """Draw a layer whose features keep their shape as it is."""
        return [
            Drawn(v.geometry, self.classes(v, base(v), geometry=geometry), self.rows(v, layer))
            for v in self.versions(layer)
        ]

    def title(self, layer: str) -> str:
        """The name of a layer."""
        return self.catalog.layers[layer].title(self.lang)


def themes(options: Comparison, lang: Lang) -> list[Theme]:
    """Lay out everything that a page draws, lowest first; empty themes are left out.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.
    """
    scene = Scene(options, lang)
    say = {key: word(key, lang) for key in ("blocks", "freed", "isochrones", "scores", "works", "new_grounds", "names")}
    facilities, sites = _facilities(scene)
    grounds, changed_grounds = _grounds(scene)
    found = [
        Theme("streets", "", "ground", True, symbols.streets(scene.areas[0], len(scene.keys))),
        Theme("blocks", say["blocks"], "plan", True, _blocks(scene)),
        Theme("freed", say["freed"], "plan", True, _freed(scene)),
        Theme("grounds", "", "ground", True, grounds),
        Theme("trees", scene.title("trees"), "today", True, _trees(scene)),
        Theme("isochrones", say["isochrones"], "analysis", False, _isochrones(scene)),
        Theme("paths", "", "ground", True, _paths(scene)),
        Theme("buildings", "", "ground", True, _buildings(scene)),
        Theme("pipes", scene.title("pipes"), "today", False, scene.draw("pipes", _pipe, geometry="line")),
        Theme("compounds", scene.title("compounds"), "today", True, _compounds(scene)),
        Theme("structures", scene.title("structures"), "plan", True, _structures(scene)),
        Theme("works", say["works"], "plan", True, _works(scene)),
        Theme("new_grounds", say["new_grounds"], "plan", True, changed_grounds),
        Theme("sites", "", "ground", True, sites),
        Theme("walls", word("walls_and_gates", lang), "plan", True, _walls(scene) + _gates(scene)),
        Theme("facilities", scene.title("facilities"), "plan", True, facilities),
        Theme("names", say["names"], "today", True, symbols.names(scene.areas[0], len(scene.keys))),
    ]  # fmt: skip
    return [theme for theme in found if theme.drawn]


def _buildings(scene: Scene) -> list[Drawn]:
    scores = [scene.options.evaluations[key].scores["score"] for key in scene.keys]
    drawn = []
    for version in scene.versions("buildings"):
        use = version.row.get("use")
        classes = scene.classes(version, "home" if use in {"residential", "mixed"} else "building", geometry="area")
        values = [s.get(version.id) for s in scores]
        more = {}
        if any(value is not None for value in values):
            more["score"] = _shared([score_class(value) for value in values])
            more["says"] = _shared([_score_line(scene, value) for value in values])
        drawn.append(Drawn(version.geometry, classes, scene.rows(version, "buildings"), more))
    return drawn


def _score_line(scene: Scene, value: float | None) -> list[str]:
    missing = value is None or value != value
    return [
        word("score", scene.lang),
        word("missing", scene.lang) if missing else number(float(value or 0), 0),
    ]


def _shared(values: list[Any]) -> Any:
    """One value when all options agree, else one for each (the page tells by its being a list of lists)."""
    return values[0] if all(value == values[0] for value in values) else {"by": values}


def _walls(scene: Scene) -> list[Drawn]:
    gaps = symbols.gaps(scene.areas[0])
    thin = {"fence", "hedge"}
    drawn = []
    for version in scene.versions("walls"):
        line = version.geometry.difference(gaps[version.id]) if version.id in gaps else version.geometry
        if line.is_empty:
            continue
        base = "fence" if version.row.get("kind") in thin else "wall"
        drawn.append(Drawn(line, scene.classes(version, base, geometry="line"), scene.rows(version, "walls")))
    return drawn


def _gates(scene: Scene) -> list[Drawn]:
    """Draw a gate as two ticks; where its wall goes, the gate goes without a word."""
    walls = [area.walls for area in scene.areas]
    surveyed = scene.areas[0].gates["wall_id"]
    drawn = []
    for version in scene.versions("gates"):
        base = f"gate-{version.row['walkers']}"
        wall = surveyed.get(version.id, version.row.get("wall_id"))
        classes = tuple(
            None if name is None or (isinstance(wall, str) and wall not in frame.index) else name
            for name, frame in zip(scene.classes(version, base, geometry="line"), walls, strict=True)
        )
        if any(classes):
            shape = symbols.ticks(version, wall, walls)
            drawn.append(Drawn(shape, classes, scene.rows(version, "gates")))
    return drawn


def _structures(scene: Scene) -> list[Drawn]:
    def base(version: Version) -> str:
        return "structure-illegal" if version.row["legality"] == "illegal" else "structure"

    return scene.draw("structures", base, geometry="area")


def _pipe(version: Version) -> str:
    return f"pipe-{version.row['kind']}"


def _grounds(scene: Scene) -> tuple[list[Drawn], list[Drawn]]:
    """Draw greens, squares and parking; what a plan changes of them comes apart, to lie above the ground."""
    kinds = {"public_green": "green", "cluster_green": "green", "plaza": "plaza", "sport": "sport"}
    found = scene.draw("open_spaces", lambda v: kinds[v.row["kind"]], geometry="area")
    found += [d for d in scene.draw("parking", lambda v: "parking", geometry="area") if _has_area(d)]
    return [d for d in found if not _is_change(d)], [d for d in found if _is_change(d)]


def _has_area(drawn: Drawn) -> bool:
    return str(drawn.geometry.geom_type).endswith("Polygon")


def _is_change(drawn: Drawn) -> bool:
    return any(name is not None and name.startswith("area-") for name in drawn.classes)


def _trees(scene: Scene) -> list[Drawn]:
    crowns = []
    for v in scene.versions("trees"):
        radius = float(v.row.get("crown_m") or 0) / 2
        more = {"radius": round(radius, 1)}
        crowns.append(Drawn(v.geometry, scene.classes(v, "tree", geometry="area"), scene.rows(v, "trees"), more))
    return crowns


def _compounds(scene: Scene) -> list[Drawn]:
    """Outline compounds as surveyed; a changed cell of a compound is told, not coloured."""
    return [
        Drawn(
            v.geometry,
            tuple("compound" if status else None for status in v.statuses),
            scene.rows(v, "compounds"),
        )
        for v in scene.versions("compounds")
    ]


def _paths(scene: Scene) -> list[Drawn]:
    """Give the streets, which are drawn as one shape, a tooltip each."""
    return [
        Drawn(
            v.geometry,
            tuple("path" if status == "kept" else None for status in v.statuses),
            scene.rows(v, "paths"),
        )
        for v in scene.versions("paths")
        if "kept" in v.statuses
    ]


def _works(scene: Scene) -> list[Drawn]:
    """Draw paths that a plan alters, builds or takes away, at their width."""
    return [
        Drawn(
            symbols.carriageway(v),
            tuple(None if name == "path" else name for name in scene.classes(v, "path", geometry="area")),
            scene.rows(v, "paths"),
        )
        for v in scene.versions("paths")
        if {"gone", "altered", "built"} & set(v.statuses)
    ]


def _facilities(scene: Scene) -> tuple[list[Drawn], list[Drawn]]:
    """Draw each facility as a disc with the character of its kind, and its ground where that is known."""
    discs, sites = [], []
    known = scene.catalog.facilities
    for v in scene.versions("facilities"):
        kind = str(v.row["kind"])
        rows = scene.rows(v, "facilities")
        label = str(known.loc[kind, "label"]) if kind in known.index else "·"
        if v.geometry.geom_type.endswith("Polygon"):
            sites.append(Drawn(v.geometry, scene.classes(v, "facility-area", geometry="area"), rows))
        place = v.geometry if v.geometry.geom_type == "Point" else v.geometry.representative_point()
        more = {"label": label, "name": v.row["name"] if isinstance(v.row.get("name"), str) else ""}
        more["alt"] = more["name"] or facility_title(kind, scene.catalog, scene.lang)
        discs.append(Drawn(place, scene.classes(v, "facility", geometry="facility"), rows, more))
    return discs, sites


def _blocks(scene: Scene) -> list[Drawn]:
    """Draw merged blocks, one hue each, largest first; a compound on its own stays pale."""
    ranked = []
    for frame in scene.own(scene.options.blocks):
        frame = frame.reset_index(names="id")
        merged = (frame["count"] > 1).cumsum() - 1
        frame["hue"] = [
            int(rank) % len(HUES) + 1 if n > 1 else 0 for rank, n in zip(merged, frame["count"], strict=True)
        ]
        ranked.append(frame)
    return by_option(ranked, lambda row: _block(row, scene.lang))


def _block(row: Any, lang: Lang) -> tuple[str, Rows, dict[str, Any]]:
    rows = [
        (word("block", lang), str(row["id"])),
        (word("compounds_in", lang), str(row["count"])),
        (word("area_m2", lang), number(float(row["area_m2"]), 0)),
    ]
    for column in ("households", "residents"):
        if row[column] == row[column]:
            rows.append((word(column, lang), number(float(row[column]), 0)))
    return (f"block-{row['hue']}" if row["hue"] else "block-single"), tuple(rows), {}


def _freed(scene: Scene) -> list[Drawn]:
    def describe(row: Any) -> tuple[str, Rows, dict[str, Any]]:
        place = row["compound_id"]
        rows = [(word("freed", scene.lang), f"{number(float(row['area_m2']), 0)} m²")]
        if isinstance(place, str):
            rows.append((word("compound", scene.lang), scene.names.get(place, place)))
        causes = "、".join(value_word(part.strip(), scene.lang) for part in str(row["cause"]).split(","))
        return "freed", (*rows, (word("cause", scene.lang), causes)), {}

    return by_option(scene.own(scene.options.freed), describe)


def _isochrones(scene: Scene) -> list[Drawn]:
    frames = [symbols.rings(frame) for frame in scene.own(scene.options.isochrones)]
    limits = sorted({minutes for frame in frames for minutes in frame["minutes"]})
    titles = {origin: place.title for origin, place in origins(scene.options, scene.lang).items()}

    def describe(row: Any) -> tuple[str, Rows, dict[str, Any]]:
        rank = min(limits.index(row["minutes"]) + 1, 3)
        kind = "reach" if row["group"] == "general" else "reach-other"
        reach = f"{number(float(row['minutes']), 0)} {word('minutes', scene.lang)}"
        said = (("origin", titles[str(row["origin"])]), ("walk_reach", reach), ("group", _walker(scene, row["group"])))
        rows = tuple((word(key, scene.lang), value) for key, value in said)
        return f"{kind}-{rank}", rows, {"origin": str(row["origin"])}

    return by_option(frames, describe) + _starts(scene)


def _walker(scene: Scene, group: str) -> str:
    groups = scene.catalog.groups
    return str(groups.loc[group, f"title_{scene.lang}"]) if group in groups.index else group


def _starts(scene: Scene) -> list[Drawn]:
    """Mark where walks start."""
    return [
        Drawn(
            place.geometry.representative_point(),
            ("reach-origin",) * len(scene.keys),
            ((word("origin", scene.lang), place.title),),
            {"origin": origin, "label": word("start", scene.lang), "alt": place.title},
        )
        for origin, place in origins(scene.options, scene.lang).items()
    ]


@dataclass(frozen=True)
class Place:
    """A place that walks start from: its name for people and where it is."""

    title: str
    geometry: Any


def origins(options: Comparison, lang: Lang) -> dict[str, Place]:
    """Name the facilities and buildings that isochrones start from, by id.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.
    """
    found: dict[str, Place] = {}
    wanted = sorted({str(origin) for frame in options.isochrones.values() for origin in frame["origin"]})
    for area in options.areas.values():
        for layer in ("facilities", "buildings"):
            frame = area.layer(layer)
            for name in frame.index.intersection(wanted):
                found.setdefault(
                    str(name), Place(_place_title(area, frame.loc[name], str(name), lang), frame.geometry[name])
                )
    return {name: found[name] for name in wanted if name in found}


def _place_title(area: StudyArea, row: Any, name: str, lang: Lang) -> str:
    own = row["name"] if isinstance(row["name"], str) else ""
    if "kind" in row.index:
        own = own or facility_title(str(row["kind"]), area.catalog, lang)
    yard = area.compounds["name"].get(row["compound_id"], "") if isinstance(row["compound_id"], str) else ""
    return f"{yard} {own}".strip() + f"（{name}）"


def bounds(options: Comparison, to_degrees: Callable[[Any, Any], Any]) -> list[list[float]]:
    """Find the south-west and north-east corner, as latitude and longitude, of the compounds.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    to_degrees : callable
        Coordinates of the areas → longitude, latitude.
    """
    west, south, east, north = options.areas["today"].compounds.total_bounds
    (left, right), (low, high) = to_degrees([west, east], [south, north])
    return [[round(float(low), 7), round(float(left), 7)], [round(float(high), 7), round(float(right), 7)]]
