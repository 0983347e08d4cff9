"""What was computed for each option, as it is drawn: merged blocks, freed land, walks from a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialreno.comparison import cluster_ground
from spatialreno.maps.drawing import symbols
from spatialreno.maps.drawing.features import Drawn, Rows, by_option
from spatialreno.maps.drawing.scene import Scene
from spatialreno.maps.drawing.style import HUES
from spatialreno.maps.words.numbers import bracketed, facility_title, number
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno._types import Row
    from spatialreno.area import StudyArea
    from spatialreno.comparison import Comparison


def blocks(scene: Scene) -> list[Drawn]:
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


def _block(row: Row, lang: Lang) -> tuple[str, Rows, dict[str, Any]]:
    rows = [
        (word("block", lang), str(row["id"])),
        (word("compounds_in", lang), str(row["count"])),
        (word("area_m2", lang), number(float(row["area_m2"]), 0)),
    ]
    for column in ("households", "residents"):
        if row[column] == row[column]:
            rows.append((word(column, lang), number(float(row[column]), 0)))
    return (f"block-{row['hue']}" if row["hue"] else "block-single"), tuple(rows), {}


def clusters(scene: Scene) -> list[Drawn]:
    """Outline each cluster and write its name; the same in all options."""
    every, found = len(scene.keys), list[Drawn]()
    for name, row in cluster_ground(scene.options).iterrows():
        rows = ((word("clusters", scene.lang), str(name)), (word("compounds_in", scene.lang), str(row["compounds"])))
        found.append(Drawn(row["geometry"], ("cluster",) * every, rows, {"quiet": 1}))
        called = {"name": f"{word('clusters', scene.lang)} {name}"}
        found.append(Drawn(row["geometry"].representative_point(), ("name",) * every, (), called))
    return found


def freed(scene: Scene) -> list[Drawn]:
    def describe(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        place = row["compound_id"]
        rows = [(word("freed", scene.lang), f"{number(float(row['area_m2']), 0)} m²")]
        if isinstance(place, str):
            rows.append((word("compound", scene.lang), scene.names.get(place, place)))
        causes = scene.catalog.word("", "cause", str(row["cause"]), scene.lang)
        return "freed", (*rows, (word("cause", scene.lang), causes)), {}

    return by_option(scene.own(scene.options.freed), describe)


def isochrones(scene: Scene) -> list[Drawn]:
    frames = [symbols.rings(frame) for frame in scene.own(scene.options.isochrones)]
    limits = sorted({minutes for frame in frames for minutes in frame["minutes"]})
    titles = {origin: place.title for origin, place in origins(scene.options, scene.lang).items()}

    def describe(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        rank = min(limits.index(row["minutes"]) + 1, 3)
        kind = "reach" if row["group"] == "general" else "reach-other"
        reach = f"{number(float(row['minutes']), 0)} {word('minutes', scene.lang)}"
        said = (("origin", titles[str(row["origin"])]), ("walk_reach", reach), ("group", _walker(scene, row["group"])))
        rows = tuple((word(key, scene.lang), value) for key, value in said)
        return f"{kind}-{rank}", rows, {"origin": str(row["origin"])}

    return by_option(frames, describe) + _starts(scene)


def reach_change(scene: Scene) -> list[Drawn]:
    """Draw what each option adds to the walks of today and what it takes from them."""
    frames = scene.own(scene.options.reach_changes)
    titles = {origin: place.title for origin, place in origins(scene.options, scene.lang).items()}

    def describe(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        reach = f"{number(float(row['minutes']), 0)} {word('minutes', scene.lang)}"
        said = (
            ("reach_change", word(f"reach_{row['change']}", scene.lang)),
            ("origin", titles[str(row["origin"])]),
            ("walk_reach", reach),
            ("group", _walker(scene, row["group"])),
            ("area_m2", number(float(row["area_m2"]), 0)),
        )
        rows = tuple((word(key, scene.lang), value) for key, value in said)
        return f"reach-{row['change']}", rows, {"origin": str(row["origin"])}

    return by_option(frames, describe)


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


def _place_title(area: StudyArea, row: Row, name: str, lang: Lang) -> str:
    own = row["name"] if isinstance(row["name"], str) else ""
    if "kind" in row.index:
        own = own or facility_title(str(row["kind"]), area.catalog, lang)
    yard = area.compounds["name"].get(row["compound_id"], "") if isinstance(row["compound_id"], str) else ""
    return f"{yard} {own}".strip() + bracketed(name, lang)
