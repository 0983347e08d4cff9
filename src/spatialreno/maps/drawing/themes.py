"""What is drawn: the layers of a comparison as themes, from the ground up."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

from spatialreno.area import HOME_USES
from spatialreno.maps.drawing import answers, land_themes, symbols, works_themes
from spatialreno.maps.drawing.cards import Stories
from spatialreno.maps.drawing.features import Drawn, Told, Version
from spatialreno.maps.drawing.scene import Scene
from spatialreno.maps.drawing.style import score_class
from spatialreno.maps.words.numbers import facility_label, facility_title, number
from spatialreno.maps.words.words import POSITION, Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

_DISC_M = 1.2  # radius of a point of a layer without a drawing of its own
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


# What needs nothing worked out: it is drawn of any area, and of any area beside a plan.
STANDING = (
    "streets", "grounds", "trees", "paths", "compounds", "buildings", "pipes", "structures", "works", "new_grounds",
    "sites", "walls", "facilities", "names",
)  # fmt: skip


# What takes longest to work out or to paint, and is not shown when a page opens.
HEAVY = frozenset({"free", "reach_change", "lanes", "room"})
# Above so many compounds a page leaves out what is heavy unless it is asked for.
MOST_COMPOUNDS = 300


def themes(options: Comparison, lang: Lang, *, only: Container[str] | None = None) -> list[Theme]:
    """Lay out everything that a page draws, lowest first; empty themes are left out.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.
    only : container of str, optional
        Keys of the themes to lay out; the others are not even worked out.
    """
    if only is not None:
        return _laid_out(options, lang, only)
    found = {theme.key: theme for theme in (*shown_themes(options, lang), *_asked_themes(options, lang))}
    return [found[key] for key in theme_titles(options, lang) if key in found]


def kept_themes(options: Comparison, lang: Lang, left_out: frozenset[str]) -> list[Theme]:
    """Lay out everything but what is left out, which is not even worked out."""
    return themes(options, lang, only=theme_titles(options, lang).keys() - left_out if left_out else None)


def shown_themes(options: Comparison, lang: Lang) -> list[Theme]:
    """Lay out what is drawn when a page opens, once for every page and paper."""
    return options.once(f"themes shown {lang}", lambda: _laid_out(options, lang, _keys(options, lang, shown=True)))


def _asked_themes(options: Comparison, lang: Lang) -> list[Theme]:
    """Lay out what is drawn when somebody switches it on."""
    return options.once(f"themes asked {lang}", lambda: _laid_out(options, lang, _keys(options, lang, shown=False)))


def _keys(options: Comparison, lang: Lang, *, shown: bool) -> set[str]:
    return {key for key, _, _, drawn, _ in _planned(Scene(options, lang)) if drawn == shown}


def _laid_out(options: Comparison, lang: Lang, only: Container[str]) -> list[Theme]:
    found = [
        Theme(key, title, group, shown, make())
        for key, title, group, shown, make in _planned(Scene(options, lang))
        if key in only
    ]
    return [theme for theme in found if theme.drawn]


def theme_titles(options: Comparison, lang: Lang) -> dict[str, str]:
    """Name every theme there may be, lowest first."""
    scene = Scene(options, lang)
    return {key: title or word("ground", lang) for key, title, *_ in _planned(scene)}


def asked_for(options: Comparison, *, heavy: bool | None) -> frozenset[str]:
    """Name the themes that a page leaves out until somebody asks for them: what is heavy, on the page of a district.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    heavy : bool or None
        True: nothing is left out; False: all that is heavy; None: it is left out above ``MOST_COMPOUNDS`` compounds.
    """
    wanted = len(options.areas["today"].compounds) <= MOST_COMPOUNDS if heavy is None else heavy
    return frozenset() if wanted else HEAVY


_Planned = tuple[str, str, Group, bool, Callable[[], Sequence[Drawn]]]


def _planned(scene: Scene) -> list[_Planned]:
    def say(key: str) -> str:
        return word(key, scene.lang)

    grounds = cache(partial(_grounds, scene))
    facilities = cache(partial(_facilities, scene))
    ways = partial(symbols.streets, scene.areas[0], len(scene.keys))
    named = partial(symbols.names, scene.areas[0], len(scene.keys))
    return [
        ("streets", "", "ground", True, ways),
        ("blocks", say("blocks"), "plan", True, partial(answers.blocks, scene)),
        ("freed", say("freed"), "plan", True, partial(answers.freed, scene)),
        ("free", say("free"), "analysis", False, partial(land_themes.free, scene)),
        ("grounds", "", "ground", True, lambda: grounds()[0]),
        ("trees", scene.title("trees"), "today", True, partial(_trees, scene)),
        ("isochrones", say("isochrones"), "analysis", False, partial(answers.isochrones, scene)),
        ("reach_change", say("reach_change"), "analysis", False, partial(answers.reach_change, scene)),
        ("paths", "", "ground", True, partial(_paths, scene)),
        ("compounds", scene.title("compounds"), "today", True, partial(_compounds, scene)),
        ("buildings", "", "ground", True, partial(_buildings, scene)),
        ("pipes", scene.title("pipes"), "today", False, partial(_pipes, scene)),
        ("dig", say("dig"), "analysis", False, partial(works_themes.dig, scene)),
        ("heat_net", say("heat_net"), "plan", True, partial(works_themes.heat, scene)),
        ("structures", scene.title("structures"), "plan", True, partial(_structures, scene)),
        ("works", say("works"), "plan", True, partial(_works, scene)),
        ("new_grounds", say("new_grounds"), "plan", True, lambda: grounds()[1]),
        ("sites", "", "ground", True, lambda: facilities()[1]),
        ("walls", say("walls_and_gates"), "plan", True, lambda: _walls(scene) + _gates(scene)),
        ("lanes", say("lanes"), "analysis", False, partial(land_themes.lanes, scene)),
        ("fire", say("fire"), "analysis", False, partial(land_themes.fire, scene)),
        ("room", say("room"), "analysis", False, partial(land_themes.room, scene)),
        ("facilities", scene.title("facilities"), "plan", True, lambda: facilities()[0] + _new_places(scene)),
        *_others(scene),
        ("clusters", say("clusters"), "plan", True, partial(answers.clusters, scene)),
        ("names", say("names"), "today", True, named),
    ]


def told(themes: Sequence[Theme], stories: Stories) -> list[Theme]:
    """Add to each feature what a click tells of it and in which stage it changes.

    Parameters
    ----------
    themes : sequence of Theme
        What ``themes`` laid out.
    stories : Stories
        What is known of each feature by layer and id.
    """
    late = {"phase": stories.last_removal} if max(stories.last_removal, default=0) else {}

    def more(theme: Theme, drawn: Drawn) -> Drawn:
        added = stories.of(drawn.rows) if isinstance(drawn.rows, Told) else {}
        if theme.key in {"blocks", "freed"}:
            added = late
        if theme.key in {"freed", "isochrones", "reach_change"}:  # these have no name to be found by
            added = {**added, "quiet": 1}
        return replace(drawn, more={**drawn.more, **added}) if added else drawn

    return [replace(theme, drawn=[more(theme, drawn) for drawn in theme.drawn]) for theme in themes]


def _buildings(scene: Scene) -> list[Drawn]:
    found = [scene.options.evaluations.get(key) for key in scene.keys]
    scores: list[Any] = [{} if one is None else one.scores["score"] for one in found]
    drawn = []
    for version in scene.versions("buildings"):
        use = version.row.get("use")
        classes = scene.classes(version, "home" if use in HOME_USES else "building", geometry="area")
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


def _pipes(scene: Scene) -> list[Drawn]:
    """Draw pipes by kind; the heat pipes that a plan leads are a theme of their own."""
    planned = {str(i) for works in scene.options.works.values() if works.heat for i in works.heat.pipes.index}
    drawn = scene.draw("pipes", lambda v: f"pipe-{v.row['kind']}", geometry="line")
    return [d for d in drawn if not isinstance(d.rows, Told) or d.rows.id not in planned]


def _grounds(scene: Scene) -> tuple[list[Drawn], list[Drawn]]:
    """Draw greens, squares and parking; what a plan changes of them comes apart, to lie above the ground."""
    kinds = {"public_green": "green", "cluster_green": "green", "plaza": "plaza", "sport": "sport"}
    found = scene.draw("open_spaces", lambda v: kinds[v.row["kind"]], geometry="area")
    found += [d for d in scene.draw("parking", lambda v: "parking", geometry="area") if _has_area(d)]
    return [d for d in found if not _is_change(d)], [d for d in found if _is_change(d)]


def _new_places(scene: Scene) -> list[Drawn]:
    """Mark greens and squares that a plan builds or alters with a disc, as it does facilities."""
    marked = []
    for v in scene.versions("open_spaces"):
        every = scene.classes(v, "facility", geometry="facility")
        classes = tuple(name if name and name.startswith("facility-") else None for name in every)
        if any(classes):
            kind = scene.catalog.word("open_spaces", "kind", v.row["kind"], scene.lang)
            said = v.row["name"] if isinstance(v.row["name"], str) else kind
            more = {"label": symbols.GROUND_LABELS[v.row["kind"]][POSITION[scene.lang]], "alt": said}
            rows = scene.rows(v, "open_spaces")
            marked.append(Drawn(v.geometry.representative_point(), classes, rows, more))
    return marked


def _others(scene: Scene) -> list[_Planned]:
    """Draw each layer that has no drawing of its own: points as small discs, lines and areas as they are."""
    return [
        (name, scene.title(name), "plan", True, partial(_all_plain, scene, name))
        for name, layer in scene.catalog.layers.items()
        if layer.theme == "generic"
    ]


def _all_plain(scene: Scene, name: str) -> list[Drawn]:
    return [_plain(scene, version, name) for version in scene.versions(name)]


def _plain(scene: Scene, version: Version, layer: str) -> Drawn:
    form = "line" if version.geometry.geom_type.endswith("LineString") else "area"
    more = {"radius": _DISC_M} if version.geometry.geom_type == "Point" else {}
    classes = scene.classes(version, f"other-{form}", geometry=form)
    return Drawn(version.geometry, classes, scene.rows(version, layer), more)


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
    for v in scene.versions("facilities"):
        kind = str(v.row["kind"])
        rows = scene.rows(v, "facilities")
        label = facility_label(kind, scene.catalog, scene.lang)
        if v.geometry.geom_type.endswith("Polygon"):
            sites.append(Drawn(v.geometry, scene.classes(v, "facility-area", geometry="area"), rows))
        place = v.geometry if v.geometry.geom_type == "Point" else v.geometry.representative_point()
        more = {"label": label, "name": v.row["name"] if isinstance(v.row.get("name"), str) else ""}
        more["alt"] = more["name"] or facility_title(kind, scene.catalog, scene.lang)
        discs.append(Drawn(place, scene.classes(v, "facility", geometry="facility"), rows, more))
    return discs, sites


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
