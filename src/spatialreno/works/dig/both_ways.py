"""Both ways to dig, counted: lanes opened once for all kinds, or once for each; what lies in them, costs and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from spatialreno.works.dig.cross_section import Section, fit_section
from spatialreno.works.dig.joint import Edge, Joint, KindNet
from spatialreno.works.dig.lane_net import Lanes
from spatialreno.works.dig.trench import METRES, Laid, share_trench

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_NO_LENGTH_M = 0.001  # what is shorter is no line on the millimetre grid
LANES = [
    "path_id", "name", "kinds", "length_m", "width_m", "left", "right", "needed_m", "fits", "missing_m",
    "help", "order", "times_separate", "phase", "paved", "geometry",
]  # fmt: skip


class BothWays:
    """Counts what is opened and laid, once and separately."""

    def __init__(
        self, area: StudyArea, lanes: Lanes, rooms: pd.DataFrame, nets: list[KindNet],
        joint: Joint, alone: Mapping[str, tuple[Edge, ...]], laid: Laid | None,
    ) -> None:  # fmt: skip
        self.area, self.net, self.rooms, self.nets, self.joint, self.alone = area, lanes, rooms, nets, joint, alone
        self.laid = laid
        self.piece = {(int(p.tail), int(p.head)): str(p.Index) for p in lanes.pieces.itertuples()}
        self.piece |= {(v, u): name for (u, v), name in self.piece.items()}
        self.length = lanes.pieces["length_m"].to_dict()
        there = {laid.kind: list(map(str, laid.pieces.index))} if laid else {}
        self.once, self.apart = (
            there | {n.kind: self._pieces(used[n.kind]) for n in nets} for used in (joint.used, alone)
        )

    def _pieces(self, pairs: Sequence[Edge]) -> list[str]:
        return sorted({self.piece[p] for p in pairs if p in self.piece})

    def _links(self, net: KindNet, pairs: Sequence[Edge]) -> list[int]:
        """List rows of ``links`` that a kind uses; where a house touches its lane there is nothing to lay."""
        root = net.net.root
        names = sorted({*net.served, *net.unreached})
        end = {root + 1 + k: name for k, name in enumerate(names)}
        taken = (self.shortest[u, end[v]] for u, v in {*pairs} if v in end)
        return sorted(k for k in taken if self.links["length_m"][k] > _NO_LENGTH_M)

    @cached_property
    def links(self) -> dict[str, list[Any]]:
        """Columns of ``links`` by row, as lists: they are asked for one by one, a thousand times."""
        links = self.net.links
        return {column: links[column].tolist() for column in ("served", "length_m", "geometry")}

    @cached_property
    def shortest(self) -> dict[tuple[int, str], int]:
        """Row of the shortest of ``links`` from a node to what it serves."""
        links = self.net.links.reset_index(drop=True).sort_values("length_m", kind="stable")[::-1]
        ends = zip(links["node"].astype(int), links["served"].astype(str), strict=True)
        return dict(zip(ends, links.index, strict=True))

    def lanes(self) -> tuple[pd.DataFrame, dict[str, Section]]:
        """List the lanes opened once, with the kinds in each and how they fit; and the cut across each."""
        rows, sections = [], {}
        alike: dict[tuple[Any, ...], Section] = {}  # many pieces are as wide and carry the same
        once = {kind: set(pieces) for kind, pieces in self.once.items()}
        apart = [set(pieces) for pieces in self.apart.values()]
        names = self.area.paths["name"]
        for name, piece in self.net.pieces.iterrows():
            kinds = [kind for kind, pieces in once.items() if name in pieces]
            if not kinds:
                continue
            room = self.rooms.loc[name]
            sides = (room["left_side"], room["right_side"])
            key = (room["width_m"], tuple(kinds), sides)
            cut = alike.get(key) or fit_section(self.area.catalog, room["width_m"], kinds, sides=sides)
            alike[key] = cut
            helps = cut.helps[cut.helps["fits"]]["measure"]
            times = sum(name in pieces for pieces in apart)
            rows.append({
                "id": name, "path_id": piece["path_id"], "name": names.get(piece["path_id"]),
                "kinds": ",".join(kinds), "length_m": piece["length_m"], "width_m": room["width_m"],
                "left": room["left"], "right": room["right"], "needed_m": cut.order.needed_m, "fits": cut.fits,
                "missing_m": cut.missing_m, "help": helps.iloc[0] if len(helps) else "widen",
                "order": " | ".join(cut.order.kinds), "times_separate": times, "geometry": piece["geometry"],
            })  # fmt: skip
            sections[str(name)] = cut
        columns = [c for c in LANES if c not in ("phase", "paved")]
        table = pd.DataFrame(rows, columns=["id", *columns]).set_index("id")
        return table, sections

    def routes(self) -> gpd.GeoDataFrame:
        """Draw the way of each kind along lanes, and from lanes to what it serves."""
        rows = []
        links, shapes = self.links, dict(self.net.pieces.geometry.items())
        for net in self.nets:
            for name in self.once[net.kind]:
                rows.append((net.kind, name, self.length[name], shapes[name]))
            for k in self._links(net, self.joint.used[net.kind]):
                rows.append((net.kind, f"to-{links['served'][k]}", links["length_m"][k], links["geometry"][k]))
        frame = pd.DataFrame(rows, columns=["kind", "piece", "length_m", "geometry"])
        return gpd.GeoDataFrame(frame, geometry="geometry", crs=self.area.crs)

    def costs(self) -> pd.DataFrame:
        """List what each kind costs in each piece and on each way to a house, the trench shared."""
        rows = [(kind, piece, m, price, False) for kind, piece, m, price in self._metres(self.once)]
        links = self.links
        for net in self.nets:
            for k in self._links(net, self.joint.used[net.kind]):
                rows.append((net.kind, f"to-{links['served'][k]}", float(links["length_m"][k]), net.price, True))
        return share_trench(pd.DataFrame(rows, columns=METRES), self.area.catalog.constants["dig_share"])

    def _metres(self, ways: Mapping[str, Sequence[str]]) -> list[tuple[str, str, float, float]]:
        """List kind, piece, metres and price of all that lies in lanes."""
        price = {n.kind: n.price for n in self.nets}
        rows = []
        for kind, pieces in ways.items():
            if self.laid is not None and kind == self.laid.kind:
                there = zip(self.laid.pieces["metres"], self.laid.pieces["price_yuan_m"], strict=True)
                rows += [(kind, piece, float(m), float(p)) for piece, (m, p) in zip(pieces, there, strict=True)]
            else:
                rows += [(kind, piece, float(self.length[piece]), price[kind]) for piece in pieces]
        return rows

    def summary(self, costs: pd.DataFrame) -> pd.DataFrame:
        """Count both ways: metres of lane, openings, metres of pipe, yuan, days."""
        opened = sorted({p for names in self.once.values() for p in names})
        once, apart = self._metres(self.once), self._metres(self.apart)
        links = sum(m for n in self.nets for m in self._link_m(n, self.alone[n.kind]))
        links_yuan = sum(m * n.price for n in self.nets for m in self._link_m(n, self.alone[n.kind]))
        lanes_m, apart_m = sum(self.length[p] for p in opened), sum(m for _, _, m, _ in apart)
        rows = {
            "once": (
                lanes_m, len(opened), float(costs["metres"].sum()),
                float((costs["pipe_yuan"] + costs["trench_yuan"]).sum()),
                self._days(lanes_m, sum(m for _, _, m, _ in once)),
            ),
            "separately": (
                apart_m, len(apart), apart_m + links, sum(m * p for _, _, m, p in apart) + links_yuan,
                self._days(apart_m, apart_m),
            ),
        }  # fmt: skip
        columns = ["lanes_m", "openings", "pipes_m", "cost_yuan", "days"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def _link_m(self, net: KindNet, pairs: Sequence[Edge]) -> list[float]:
        return [float(self.links["length_m"][k]) for k in self._links(net, pairs)]

    def _days(self, lanes_m: float, pipes_m: float) -> float:
        rate = self.area.catalog.constants
        days = lanes_m / rate["dig_open_m_day"] + pipes_m / rate["dig_lay_m_day"] + lanes_m / rate["dig_close_m_day"]
        return float(np.ceil(max(days - 1e-9, 0.0)))

    def by_kind(self, outfalls: Mapping[str, Mapping[int, str]]) -> pd.DataFrame:
        """Tell of each kind what it serves, from which mains, and its metres both ways."""
        rows: dict[str, tuple[Any, ...]] = {}
        if self.laid is not None:
            along = float(self.laid.pieces["metres"].sum())
            rows[self.laid.kind] = (len(self.laid.served), "", ",".join(self.laid.mains), along, along)
        for net in self.nets:
            once, apart = (sum(self.length[p] for p in way[net.kind]) for way in (self.once, self.apart))
            first = {v for u, v in self.joint.used[net.kind] if u == net.net.root}
            mains = sorted({outfalls[net.kind][n] for n in first if n in outfalls[net.kind]})
            rows[net.kind] = (len(net.served), ",".join(net.unreached), ",".join(mains), once, apart)
        columns = ["served", "unreached", "mains", "once_m", "separately_m"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("kind")
