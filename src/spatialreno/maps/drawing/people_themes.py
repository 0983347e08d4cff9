"""Layers about people: whose consent stands where, lifts, willingness, management, lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.community import checkup_lines
from spatialreno.maps.content.people_sections import obstacles_said
from spatialreno.maps.drawing.features import Drawn, Rows
from spatialreno.maps.drawing.themes import Theme
from spatialreno.maps.words.numbers import bracketed, number
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.comparison import Comparison, People

#: From worst to best: a thing is drawn as its worst holder stands.
_WORST = ("unknown", "refused", "open", "promised", "in_hand", "enforcement")
_LINE_M, _POINT_M = 0.7, 2.0  # how wide a wall or a point is drawn when it stands for its holders
_WILLING = ("willing", "satisfied")


def people_themes(options: Comparison, people: People | None, lang: Lang) -> list[Theme]:
    """Lay out the layers about people, lowest first; empty ones are left out.

    Parameters
    ----------
    options
        What ``compare`` gives.
    people
        What ``gather_people`` gives; None: only consents.
    lang
        ``zh`` or ``en``.
    """
    found = [Theme("consents", say("consent", lang), "analysis", False, _consents(options, lang))]
    if people is not None:
        found = [
            *(Theme(key, say(key, lang), "analysis", False, _votes(key, options, people, lang)) for key in _WILLING),
            Theme("management", say("management", lang), "analysis", False, _management(options, people, lang)),
            Theme("checkup", say("checkup", lang), "analysis", False, _checkup(options, people, lang)),
            Theme("lifts", say("lifts", lang), "analysis", False, _lifts(options, people, lang)),
            *found,
        ]
    return [theme for theme in found if theme.drawn]


def _consents(options: Comparison, lang: Lang) -> list[Drawn]:
    """Draw every touched thing as its worst holder stands."""
    keys = list(options.areas)
    drawn = []
    for option, found in options.consents.items():
        own = found.asked[found.asked["state"].isin(_WORST)]
        asked: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for layer, i, party, state in own[["layer", "id", "party", "state"]].itertuples(index=False):
            asked.setdefault((layer, i), []).append((party, state))
        shapes = {layer: _shapes(options, option, layer) for layer in sorted({layer for layer, _ in asked})}
        for (layer, i), holders in sorted(asked.items()):
            worst = min((state for _, state in holders), key=_WORST.index)
            classes = tuple(f"consent-{worst}" if key == option else None for key in keys)
            drawn.append(Drawn(_surface(shapes[layer][i]), classes, _holders(i, holders, lang)))
    return drawn


def _shapes(options: Comparison, option: str, layer: str) -> dict[str, Any]:
    """Give the shapes of a layer by id: as today where they stand today, else as in the option."""
    then, now = (area.layer(layer).geometry for area in (options.areas[option], options.today))
    return {**dict(zip(then.index, then, strict=True)), **dict(zip(now.index, now, strict=True))}


def _surface(shape: BaseGeometry) -> Any:
    """Give a line or a point a body to be coloured."""
    if shape.geom_type.endswith("Polygon"):
        return shape
    return shape.buffer(_POINT_M if shape.geom_type.endswith("Point") else _LINE_M, quad_segs=4)


def _holders(i: str, holders: list[tuple[str, str]], lang: Lang) -> Rows:
    once = dict.fromkeys(holders)
    return (("ID", i), *((say(state, lang), party or say("unknown", lang)) for party, state in once))


def _lifts(options: Comparison, people: People, lang: Lang) -> list[Drawn]:
    """Draw footprints that fit, and those that do not with what is in their way."""
    table = people.lifts.table
    shown = table[table["verdict"].isin(["fits", "blocked"])]
    drawn = []
    for i, r in shown.iterrows():
        name = f"lift-{r['form']}" if r["verdict"] == "fits" else "lift-blocked"
        rows = [("ID", str(i)), (say("verdict", lang), say(r["verdict"], lang))]
        if r["verdict"] == "fits":
            rows += [(say("class", lang), say(r["form"], lang)),
                     (say("pay", lang), f"{number(r['lowest_yuan'], 0)}–{number(r['highest_yuan'], 0)}")]  # fmt: skip
        else:
            rows.append((say("obstacles", lang), obstacles_said(r["obstacles"], lang)))
        rows.append((say("vote", lang), say(r["vote"], lang)))
        if people.lifts.sun is not None and r["verdict"] == "fits":
            rows.append((say("sun_lost", lang), number(r["most_lost_min"], 0)))
            rows.append((say("sun_below", lang), number(r["below"], 0)))
        drawn.append(Drawn(r.geometry, (name,) * len(options.areas), tuple(rows)))
    return drawn


def _votes(kind: str, options: Comparison, people: People, lang: Lang) -> list[Drawn]:
    counts = getattr(people, kind)
    yards = options.today.compounds
    drawn = []
    for place, count in counts.items():
        share = count.agreed_heads / count.heads if count.heads else 0.0
        by_area = count.agreed_area_m2 / count.area_m2 if count.area_m2 else 0.0
        rows = (
            (say("place", lang), str(yards["name"][place])),
            (say("agreed", lang), f"{count.agreed_heads} / {count.heads}{bracketed(f'{100 * share:.1f}%', lang)}"),
            (say("agreed_area", lang), number(100 * by_area, 1)),
            (say("missing_votes", lang), str(len(count.to_win))),
        )
        name = "people-good" if count.passed else "people-bad"
        drawn.append(Drawn(yards.geometry[place], (name,) * len(options.areas), rows))
    return drawn


def _management(options: Comparison, people: People, lang: Lang) -> list[Drawn]:
    """Colour each place by whether its income carries its cost, half of it, or less."""
    keys, yards = list(options.areas), options.today.compounds
    names, shapes = yards["name"].to_dict(), dict(yards.geometry.items())
    drawn = []
    for option, found in people.management.items():
        for r in found.table.to_dict("records"):
            members = r["compounds"].split(", ")
            rate = r["income_yuan"] / r["cost_yuan"] if r["cost_yuan"] else 0.0
            name = "people-good" if rate >= 1 else "people-half" if rate >= 0.5 else "people-bad"
            rows = (
                (say("compounds", lang), "、".join(names[yard] for yard in members)),
                (say("guarded", lang), f"{r['guarded']} / {r['gates']}"),
                (say("cost_month", lang), number(r["cost_yuan"], 0)),
                (say("income_month", lang), number(r["income_yuan"], 0)),
                (say("balance_month", lang), "—" if pd.isna(r["balance_yuan"]) else number(r["balance_yuan"], 0)),
            )
            classes = tuple(name if key == option else None for key in keys)
            drawn.append(Drawn(shapely.union_all([shapes[yard] for yard in members]), classes, rows))
    return drawn


def _checkup(options: Comparison, people: People, lang: Lang) -> list[Drawn]:
    """Colour each compound by how many of its lacks an option closes."""
    keys, yards = list(options.areas), options.today.compounds
    drawn = []
    for option, table in people.checkups.items():
        for place, own in table.groupby("compound_id"):
            closed = int((own["state"] == "closed").sum())
            some = closed or bool((own["state"] == "partly").any())
            name = "people-good" if closed == len(own) else "people-half" if some else "people-bad"
            said = checkup_lines(own, options.today.catalog, lang=lang)
            rows = (
                (say("compounds", lang), str(yards["name"][place])),
                (options.today.catalog.word("", "checkup", "closed", lang), f"{closed} / {len(own)}"),
                *((str(r[1]), str(r[2])) for r in said.itertuples(index=False)),
            )
            classes = tuple(name if key == option else None for key in keys)
            drawn.append(Drawn(yards.geometry[place], classes, rows))
    return drawn
