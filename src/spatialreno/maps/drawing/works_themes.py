"""The works as they are drawn: heat pipes, and lanes opened once with what lies in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatialreno.maps.drawing.features import Drawn, Rows, by_option
from spatialreno.maps.drawing.lane_section import draw_section
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.safe_html import tag
from spatialreno.maps.words.words import word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison
    from spatialreno.maps.drawing.scene import Scene
    from spatialreno.maps.words.safe_html import Markup
    from spatialreno.maps.words.words import Lang


def heat(scene: Scene) -> list[Drawn]:
    """Draw the heat pipes that each option leads to its homes."""

    def pipe(row: Any) -> tuple[str, Rows, dict[str, Any]]:
        rows = [
            ("id", str(row["id"])),
            (scene.catalog.word("pipes", "kind", str(row["kind"]), scene.lang), f"DN{int(row['diameter_mm'])}"),
            (word("load", scene.lang), f"{number(float(row['load_kw']), 0)} kW"),
        ]
        return f"pipe-{row['kind']}", tuple(rows), {}

    return by_option(_frames(scene, lambda works: works.heat.pipes), pipe)


def dig(scene: Scene) -> list[Drawn]:
    """Draw lanes that are opened once; those that cannot carry their pipes stand out."""

    def lane(row: Any) -> tuple[str, Rows, dict[str, Any]]:
        names = str(row["kinds"]).split(",")
        kinds = "、".join(scene.catalog.word("pipes", "kind", kind, scene.lang) for kind in names)
        rows = [
            ("id", str(row["id"])),
            (word("opened_for", scene.lang), kinds),
            (word("room_across", scene.lang), f"{number(float(row['width_m']), 1)} m"),
            (word("needed", scene.lang), f"{number(float(row['needed_m']), 1)} m"),
            (word("times_separate", scene.lang), str(row["times_separate"])),
        ]
        return ("dig-fits" if row["fits"] else "dig-overfull"), tuple(rows), {}

    return by_option(_frames(scene, lambda works: works.dig.lanes), lane)


def cross_section(options: Comparison, key: str, lang: Lang) -> Markup | None:
    """Draw the lane of an option in which most is missing, or where most is laid; None without works."""
    if key not in options.works:
        return None
    found = options.works[key].dig
    if not len(found.lanes):
        return None
    kinds = found.lanes["kinds"].str.count(",")
    worst = found.lanes.assign(kinds=kinds).sort_values(["missing_m", "kinds"], ascending=False, kind="stable").index[0]
    name = found.lanes["name"][worst]
    title = f"{name} {worst}" if isinstance(name, str) else str(worst)
    picture = draw_section(found.section(str(worst)), title=title, lang=lang)
    return tag("details", tag("summary", word("section", lang)), picture)


def _frames(scene: Scene, of: Any) -> list[Any]:
    """Take a table of each option; an option without works has an empty one."""
    works = scene.options.works
    if not works:
        return []
    empty = of(next(iter(works.values()))).iloc[:0]
    return [(of(works[key]) if key in works else empty).reset_index(names="id") for key in scene.keys]
