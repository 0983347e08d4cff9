"""One resident's sheet (居民明白纸): the A4 of one compound, put together of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import shapely

from spatialreno.catalog import said_source
from spatialreno.maps.drawing.cards import said_works
from spatialreno.maps.drawing.svg import Shown
from spatialreno.maps.drawing.themes import Theme
from spatialreno.maps.residents.facts import OUTSIDE, Book, Yard, ranged
from spatialreno.maps.residents.homes_table import homes_table
from spatialreno.maps.residents.room import MOST_VOTES, Used, lines
from spatialreno.maps.residents.yard_map import draw_yard, shortened
from spatialreno.maps.words.numbers import facility_title, number, short
from spatialreno.maps.words.resident_words import told
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, payer_word, word

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.area import StudyArea
    from spatialreno.comparison import Schedule

_NAMES = 4  # most names in a list
_PHASES = 5
_LINE = 110  # most letters of a stage
_NAME, _TITLE = 14, 26
_DASH = "—"


@dataclass(frozen=True)
class VoteNotice:
    """What only the bureau knows of a vote; what is empty is a blank to fill in.

    Attributes
    ----------
    where, until
        Where to vote, and the last day.
    contact
        Whom to ask, with telephone.
    """

    where: str = ""
    until: str = ""
    contact: str = ""


class SheetMaker:
    """Writes the sheet of any yard of one option."""

    def __init__(self, book: Book, laid_out: Sequence[Theme], notice: VoteNotice, schedule: Schedule | None,
                 lang: Lang) -> None:  # fmt: skip
        self.book, self.notice, self.schedule, self.lang = book, notice, schedule, lang
        self.title = book.options.titles[book.key]
        self.shown = Shown(laid_out, list(book.options.areas).index(book.key))

    def sheet(self, yard: Yard) -> Markup:
        """Write the A4 of one yard."""
        money, when, vote = self._money(yard), self._when(yard), self._vote_notes(yard)
        changes = self._changes(yard) or [self._say("nothing")]
        used = Used(
            self.lang, len(yard.homes), len(yard.votes), max(lines(money, 58), lines(when, 52)), lines(vote, 120)
        )
        parts = (self._head(yard), self._figures(yard), self._place(yard, changes, used.map_mm),
                 tag("section", tag("h2", self._say("table")), homes_table(yard, self.book.kinds, self.lang),
                     self._table_note()),
                 tag("div", self._told("money", money), self._told("when", when), class_="two"),
                 self._vote(yard, vote), self._foot())  # fmt: skip
        return tag("article", *parts, class_="a4")

    def _told(self, key: str, said: Sequence[str]) -> Markup:
        return tag("section", tag("h2", self._say(key)), *(tag("p", isolated(line)) for line in said))

    def _say(self, key: str, **values: object) -> str:
        return told(key, self.lang, **values)

    # ---- head and figures

    def _head(self, yard: Yard) -> Markup:
        area = self.book.today
        name = shortened(yard.name, _TITLE)
        option, title = shortened(self.title, _TITLE), shortened(area.title or area.name, _TITLE)
        invented = tag("span", word("invented", self.lang), class_="invented") if area.meta.get("invented") else ""
        lead = self._say("lead", option=option, households=_count(yard.sum("households")),
                         residents=_count(yard.sum("residents")))  # fmt: skip
        return tag(
            "header",
            tag("p", isolated(self._say("under", area=title, option=option)), invented, class_="under"),
            tag("h1", isolated(self._say("to_all", name=name)), tag("small", self._say("paper"))),
            tag("p", isolated(lead), class_="lead"),
        )

    def _figures(self, yard: Yard) -> Markup:
        """Write five figures: heat, kinds within a walk, kinds lost or the basket, money, votes."""
        came, lost = (int(frame.any().sum()) for frame in self._came(yard))
        basket = float(yard.homes.loc[yard.homes["baskets_in"].fillna("") != "", "households"].sum())
        third = ("f_basket", _count(basket)) if basket else ("f_freed", number(self._freed(yard), 0))
        boxes = [("f_heat", _count(yard.sum("heat_new")), "good"), ("f_in", str(came), "good"),
                 ("f_out", str(lost), "bad") if lost else (*third, "good")]  # fmt: skip
        boxes += [self._paid_box(yard), self._vote_box(yard)]
        return tag("div", *(tag("div", tag("b", n), tag("span", self._say(key)), class_=f"figure {sense}")
                            for key, n, sense in boxes), class_="figures")  # fmt: skip

    def _paid_box(self, yard: Yard) -> tuple[str, str, str]:
        paying = yard.homes[yard.homes["pays_yuan"] > 0]
        if not len(paying):
            return "f_free", _DASH if yard.homes["unpriced"].any() else "0", "money"
        low, high = ranged(list(paying["yuan_household"]))
        return "f_pays", short(low, 0) if round(low) == round(high) else f"{short(low, 0)}–{short(high, 0)}", "money"

    def _vote_box(self, yard: Yard) -> tuple[str, str, str]:
        missing = int(yard.votes.loc[yard.votes["state"] != "passed", "to_win"].sum())
        if yard.votes["state"].eq("uncounted").any():
            return "f_votes", _DASH, "vote"
        if missing:
            return "f_votes", _count(missing), "vote"
        return ("f_passed", str(len(yard.votes)), "vote") if len(yard.votes) else ("f_none", "0", "vote")

    def _came(self, yard: Yard) -> tuple[Any, Any]:
        came, went = self.book.came
        return came.reindex(yard.homes.index, fill_value=False), went.reindex(yard.homes.index, fill_value=False)

    # ---- map and changes

    def _place(self, yard: Yard, changes: Sequence[str], high: float) -> Markup:
        buildings = self.book.today.buildings
        shapes = buildings.geometry[buildings.index.isin(yard.homes.index)]
        shape = (shapely.union_all(shapely.buffer(shapes.to_numpy(), 5.0)) if yard.place == OUTSIDE
                 else self.book.today.compounds.geometry[yard.place])  # fmt: skip
        names = [(str(yard.homes.at[i, "name"]), one) for i, one in shapes.items()] if len(shapes) < 40 else []
        drawn = draw_yard(self.shown, shape, names, self.lang, high)
        caption = tag("h2", self._say("map"), tag("small", self._say("scale", n=number(drawn.scale, 0))))
        left = tag("div", caption, drawn.picture, drawn.legend, class_="map")
        right = tag("div", tag("h2", self._say("changes")), tag("ul", *(tag("li", isolated(i)) for i in changes)))
        return tag("section", left, right, class_="place")

    def _changes(self, yard: Yard) -> list[str]:
        rows, said = yard.ledger, []
        walls = rows[(rows["verb"] == "demolish") & (rows["layer"] == "walls")]
        if len(walls):
            said.append(self._say("walls_gone", n=len(walls), m=number(self._metres("walls", walls["id"]), 0)))
        said += self._structures(rows)
        gates = rows[rows["layer"] == "gates"]
        said += [self._say("gates", n=len(gates))] if len(gates) else []
        built = self._built()
        here = [name for name, yards in built if yard.place in yards]
        near = [name for name, yards in built if yard.place not in yards]
        said += [self._say("new_here", names=self._listed(here))] if here else []
        said += [self._say("new_near", names=self._listed(near))] if near else []
        said += self._ground(yard)
        for key, frame in zip(("kinds_in", "kinds_out"), self._came(yard), strict=True):
            kinds = frame.sum().sort_values(ascending=False, kind="stable")
            names = [facility_title(str(k), self.book.today.catalog, self.lang) for k in kinds[kinds > 0].index]
            said += [self._say(key, names=self._listed(names))] if names else []
        return said

    def _structures(self, rows: pd.DataFrame) -> list[str]:
        gone = rows[(rows["verb"] == "demolish") & (rows["layer"] == "structures")]
        if not len(gone):
            return []
        sizes = self.book.today.structures["floor_area_m2"].reindex(gone["id"])
        asked = self.book.options.consents[self.book.key].asked
        forced = set(asked.loc[(asked["basis"] == "enforcement") & (asked["layer"] == "structures"), "id"])
        enforced = int(gone["id"].isin(forced).sum())
        said = [self._say("structures_gone", n=len(gone), m=_count(float(sizes.sum(min_count=1))))]
        return [*said, self._say("enforced", n=enforced)] if enforced else said

    def _built(self) -> list[tuple[str, tuple[str, ...]]]:
        """Name what the option builds to be used, with the yards it stands in."""
        then, catalog = self.book.then, self.book.today.catalog
        found = []
        ledger = self.book.ledger[self.book.ledger["verb"] == "build"]
        for row in ledger[ledger["layer"].isin(["facilities", "open_spaces"])].to_dict("records"):
            frame = then.layer(row["layer"])
            name = frame["name"].get(row["id"]) if row["id"] in frame.index and "name" in frame else None
            kind = (facility_title(row["kind"], catalog, self.lang) if row["layer"] == "facilities"
                    else catalog.word("open_spaces", "kind", row["kind"], self.lang))  # fmt: skip
            found.append((str(name) if isinstance(name, str) and name else kind, row["yards"]))
        return found

    def _ground(self, yard: Yard) -> list[str]:
        """Tell of pipes, freed land and car places of a yard."""
        said, catalog = [], self.book.today.catalog
        pipes = yard.ledger[(yard.ledger["layer"] == "pipes") & (yard.ledger["verb"] == "build")]
        kinds = [catalog.word("pipes", "kind", str(kind), self.lang) for kind in dict.fromkeys(pipes["kind"])]
        said += [self._say("pipes", names=self._listed(kinds, 8))] if kinds else []
        m2 = self._freed(yard)
        said += [self._say("freed", m=number(m2, 0))] if m2 >= 1 else []
        before, after = (self._cars(area, yard.place) for area in (self.book.today, self.book.then))
        return [*said, self._say("parking", before=_count(before), after=_count(after))] if before != after else said

    def _freed(self, yard: Yard) -> float:
        freed = self.book.options.freed[self.book.key]
        return float(freed.loc[freed["compound_id"] == yard.place, "area_m2"].sum()) if len(freed) else 0.0

    @staticmethod
    def _cars(area: StudyArea, place: str) -> float:
        own = area.parking[(area.parking["compound_id"] == place) & (area.parking["kind"] == "car")]
        return float(own["places"].sum())

    def _metres(self, layer: str, ids: pd.Series[str]) -> float:
        return float(self.book.today.layer(layer)["length_m"].reindex(ids).sum())

    def _listed(self, names: Sequence[str], most: int = _NAMES) -> str:
        said = self._joined(names[:most])
        return said if len(names) <= most else self._say("and_more", names=said, n=len(names))

    def _joined(self, names: Sequence[str]) -> str:
        joint, most = ("、", _NAME) if self.lang == "zh" else (", ", 3 * _NAME)
        return joint.join(shortened(name, most) for name in names)

    def _table_note(self) -> Markup:
        speeds = self.book.today.catalog.groups["speed_m_s"]
        slow = short(float(speeds["general"] / speeds["elderly"]), 1)
        share = self.book.today.catalog.constants["heat_sign_up_share"]
        return tag("p", self._say("table_note", slow=slow, share=f"{share:.0%}"), class_="note")

    # ---- money and days

    def _money(self, yard: Yard) -> list[str]:
        homes, said = yard.homes, list[str]()
        paying = homes[homes["pays_yuan"] > 0]
        if len(paying):
            each = float(paying["pays_yuan"].sum() / paying["paying"].sum()) if paying["paying"].sum() else float("nan")
            said.append(self._say("pays_all", yuan=number(float(paying["pays_yuan"].sum()), 0),
                                   items=self._listed(self._items()), each=_count(each)))  # fmt: skip
        elif not homes["unpriced"].any():
            said.append(self._say("pays_none"))
        if homes["unpriced"].any():
            said.append(self._say("pays_unpriced", n=int(homes["unpriced"].max())))
        bill = self.book.options.bill().of(self.book.key).by("payer")
        others = [p for p in bill.loc[bill["cost_yuan"] > 0, "payer"] if p and p != "residents"]
        payers = self._listed([payer_word(str(p), self.lang, self.book.today.catalog) for p in others], 6)
        said += [self._say("others_pay", payers=payers)] if others else []
        said += self._lift_line(homes)
        return said

    def _items(self) -> list[str]:
        lines = self.book.options.bill().of(self.book.key).lines
        own = lines[(lines["payer"] == "residents") & lines["cost_yuan"].notna()]
        return list(dict.fromkeys(own["item" if self.lang == "zh" else "item_en"].astype("str")))

    def _lift_line(self, homes: pd.DataFrame) -> list[str]:
        works = self.book.options.works.get(self.book.key)
        fits = homes["lifts_fit"].sum()
        if not fits or (works is not None and works.lifts is not None):
            return []
        low, high = homes["lift_low"].min(), homes["lift_high"].max()
        return [self._say("lift_own", n=int(fits), low=_count(low), high=_count(high))]

    def _when(self, yard: Yard) -> list[str]:
        said = self._days(yard) if self.schedule is not None else self._phases(yard)
        return [shortened(line, _LINE) for line in said]

    @cached_property
    def _stages(self) -> dict[str, str]:
        return {row["stage"]: row[f"title_{self.lang}"] for row in self.book.today.catalog.rows("work_stages")}

    def _days(self, yard: Yard) -> list[str]:
        """Tell first and last day of each stage in the yard, and of the heat station."""
        assert self.schedule is not None
        tasks = self.schedule.tasks
        own = tasks[((tasks["place"] == yard.place) & (yard.place != OUTSIDE)) | (tasks["stage"] == "station")]
        own = own[own["stage"].isin(self._stages)]
        spans = (
            own.groupby("stage").agg(first=("start", "min"), last=("end", "max")).sort_values("first", kind="stable")
        )
        colon = "：" if self.lang == "zh" else ": "
        said = [f"{self._stages[str(s)]}{colon}{r['first'].date()} – {r['last'].date()}" for s, r in spans.iterrows()]
        return said or [self._say("no_works")]

    def _phases(self, yard: Yard) -> list[str]:
        """Tell what is done in the yard stage by stage; pipes by their kinds, since they cross many yards."""
        rows = yard.ledger
        joint = (rows["part"] == "works") if "part" in rows else rows["layer"].eq("")
        said = []
        for phase in sorted({int(p) for p in rows["phase"]})[:_PHASES]:
            now = rows["phase"] == phase
            works = said_works(rows[now & ~joint & (rows["layer"] != "pipes")], self.book.options, self.lang)
            works += [self.book.today.catalog.layers["pipes"].title(self.lang)] if self._any(rows, now, "pipes") else []
            works += [self._say("heat_in")] if self._any(rows, now & joint, "buildings") else []
            said.append(self._say("phase", n=phase, what=("；" if self.lang == "zh" else "; ").join(works)))
        return [*said, self._say("no_day")] if said else [self._say("no_works")]

    @staticmethod
    def _any(rows: pd.DataFrame, chosen: pd.Series[bool], layer: str) -> bool:
        return bool((chosen & (rows["layer"] == layer)).any())

    # ---- votes, foot

    def _vote(self, yard: Yard, notes: Sequence[str]) -> Markup:
        passed = (yard.votes["state"] == "passed").to_numpy()
        rows = yard.votes.iloc[passed.argsort(kind="stable")]
        parts: list[Markup] = []
        if len(rows):
            heads = [tag("th", self._say(k), scope="col") for k in ("matter", "clause", "needs", "so_far", "missing")]
            body = [self._matter(row) for row in rows.head(MOST_VOTES).to_dict("records")]
            parts.append(tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body), class_="votes"))
        parts += [tag("p", isolated(line)) for line in notes]
        parts += [tag("p", isolated(self._where()), class_="how")] if len(rows) else []
        return tag("section", tag("h2", self._say("vote")), *parts)

    def _vote_notes(self, yard: Yard) -> list[str]:
        said = [] if len(yard.votes) else [self._say("no_vote")]
        said += [self._say("more_votes", n=len(yard.votes) - MOST_VOTES)] if len(yard.votes) > MOST_VOTES else []
        if len(yard.parties):
            names = self._joined(list(yard.parties["name"])[:3])
            names = self._say("others", names=names) if len(yard.parties) > 3 else names
            signed = int(yard.parties["signed"].sum())
            said.append(self._say("parties", names=names, n=len(yard.parties), signed=signed))
        return said

    def _where(self) -> str:
        where = shortened(self.notice.where, 40) or self._say("blank")
        until = shortened(self.notice.until, 24) or self._say("blank_day")
        return "　".join([self._say("where", where=where), self._say("until", until=until), self._say("how")])

    def _matter(self, row: dict[Any, Any]) -> Markup:
        catalog = self.book.today.catalog
        matter = next(r for r in catalog.rows("matters") if r["matter"] == row["matter"])
        rule = next(r for r in catalog.rows("vote_rules") if r["rule"] == row["rule"])
        heads = None if row["state"] == "uncounted" else int(row["heads"])
        open_ = _DASH if heads is None else max(heads - int(row["voted_heads"]), 0)
        said = self._say("said", heads=_DASH if heads is None else heads, agreed=row["agreed_heads"],
                         against=row["against"], open=open_)  # fmt: skip
        passed = row["state"] == "passed"
        short_by = _DASH if heads is None else self._say("votes", n=row["to_win"])
        missing = self._say("passed") if passed else short_by
        title = self._matter_title(matter[f"title_{self.lang}"], row)
        return tag(
            "tr", tag("th", isolated(title), scope="row"),
            tag("td", matter.get(f"clause_{self.lang}") or said_source(catalog, matter["source"], self.lang)),
            tag("td", rule[f"title_{self.lang}"]), tag("td", _bar(row), tag("small", said)),
            tag("td", tag("b", missing), class_="better" if passed else "worse"),
        )  # fmt: skip

    def _matter_title(self, title: str, row: dict[Any, Any]) -> str:
        """Name a matter, with its building or stairwell where not the whole compound votes."""
        place = str(row["place"])
        if place in self.book.today.compounds.index:
            return title
        known = self.book.homes["name"]
        return f"{title} · {shortened(known.get(place, place), _NAME)}"

    def _foot(self) -> Markup:
        blank = self._say("blank")
        contact = shortened(self.notice.contact, 40)
        ask = [self._say("ask", contact=contact or blank)]
        ask += [] if contact else [self._say("phone", blank=blank)]
        ask.append(self._say("group", blank=blank))
        found = self.book.options.provenance
        made = self._say(
            "made", blank=blank, date=shortened(found["date"] or _DASH, 12), option=shortened(self.book.key, 20),
            print=str(found["options"][self.book.key]["scenario"])[:8], version=found["version"],
        )  # fmt: skip
        return tag("footer", tag("p", isolated("　".join(ask)), class_="ask"), tag("p", self._say("sketch")),
                   tag("p", isolated(made)))  # fmt: skip


def _count(value: float) -> str:
    return _DASH if value != value else number(float(value), 0)


def _bar(row: dict[Any, Any]) -> Markup:
    """Draw the yes and the no of a vote as parts of all who may vote."""
    whole = 1 if row["state"] == "uncounted" else max(int(row["heads"]), 1)
    if row["state"] == "uncounted":  # nobody knows of how many: no share can be drawn
        row = {**row, "agreed_heads": 0, "against": 0}
    yes, no = 100 * int(row["agreed_heads"]) / whole, 100 * int(row["against"]) / whole
    return tag(
        "svg", tag("rect", width="100", height="6", fill="#e7e5de"),
        tag("rect", width=f"{yes:.1f}", height="6", class_="yes"),
        tag("rect", x=f"{yes:.1f}", width=f"{no:.1f}", height="6", class_="no"),
        viewBox="0 0 100 6", preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip
