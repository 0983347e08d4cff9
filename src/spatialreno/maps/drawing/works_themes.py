"""The works as they are drawn: heat pipes, and lanes opened once with what lies in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spatialreno.maps.drawing.features import Drawn, Rows, by_option
from spatialreno.maps.drawing.lane_section import draw_section
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.safe_html import tag
from spatialreno.maps.words.words import word

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatialreno._types import Row
    from spatialreno.comparison import Comparison
    from spatialreno.maps.drawing.scene import Scene
    from spatialreno.maps.words.safe_html import Markup
    from spatialreno.maps.words.words import Lang


def heat(scene: Scene) -> list[Drawn]:
    """Draw the heat pipes that each option leads to its homes."""

    def pipe(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        rows = [
            ("id", str(row["id"])),
            (scene.catalog.word("pipes", "kind", str(row["kind"]), scene.lang), f"DN{int(row['diameter_mm'])}"),
            (word("load", scene.lang), f"{number(float(row['load_kw']), 0)} kW"),
        ]
        return f"pipe-{row['kind']}", tuple(rows), {"stage": int(row["phase"])}

    def pipes(works: Any) -> Any:
        return works.heat and works.heat.pipes.assign(phase=works.heat.phase)

    return _staged(by_option(_frames(scene, pipes), pipe))


def dig(scene: Scene) -> list[Drawn]:
    """Draw lanes that are opened once; those that cannot carry their pipes stand out."""

    def lane(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        names = str(row["kinds"]).split(",")
        kinds = "、".join(scene.catalog.word("pipes", "kind", kind, scene.lang) for kind in names)
        rows = [
            ("id", str(row["id"])),
            (word("opened_for", scene.lang), kinds),
            (word("room_across", scene.lang), f"{number(float(row['width_m']), 1)} m"),
            (word("needed", scene.lang), f"{number(float(row['needed_m']), 1)} m"),
            (word("times_separate", scene.lang), str(row["times_separate"])),
        ]
        return ("dig-fits" if row["fits"] else "dig-overfull"), tuple(rows), {"stage": int(row["phase"])}

    return _staged(by_option(_frames(scene, lambda works: works.dig and works.dig.lanes), lane))


def _staged(drawn: list[Drawn]) -> list[Drawn]:
    """Say for each option in which stage a thing is there: before it, nothing of it is drawn."""
    return [
        replace(d, more={"phase": [d.more["stage"] if name else 0 for name in d.classes]}) for d in drawn
    ]


def cross_section(options: Comparison, key: str, lang: Lang) -> Markup | None:
    """Draw the lane of an option in which most is missing, or where most is laid; None without works."""
    found = options.works[key].dig if key in options.works else None
    if found is None or not len(found.lanes):
        return None
    kinds = found.lanes["kinds"].str.count(",")
    worst = found.lanes.assign(kinds=kinds).sort_values(["missing_m", "kinds"], ascending=False, kind="stable").index[0]
    name = found.lanes["name"][worst]
    title = f"{name} {worst}" if isinstance(name, str) else str(worst)
    picture = draw_section(found.section(str(worst)), title=title, lang=lang)
    return tag("details", tag("summary", word("section", lang)), picture)


def _frames(scene: Scene, of: Callable[[Any], Any]) -> list[Any]:
    """Take a table of each option; an option without works has an empty one."""
    tables = {key: table for key, works in scene.options.works.items() if (table := of(works)) is not None}
    if not tables:
        return []
    empty = next(iter(tables.values())).iloc[:0]
    return [tables.get(key, empty).reset_index(names="id") for key in scene.keys]
