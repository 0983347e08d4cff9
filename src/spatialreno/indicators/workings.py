"""Workings: what findings rest on, each worked out when a finding first asks for it, and not before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd

from spatialreno.errors import InputError
from spatialreno.indicators.access import access
from spatialreno.indicators.circle import circle_values, kind_weights, scores, unread_share
from spatialreno.indicators.people import homes, places_of

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.land import FireAccess


@dataclass(frozen=True, eq=False)
class Ground:
    """The land of an area: its free pieces, the clear widths of its paths, and whom a fire engine reaches."""

    free: gpd.GeoDataFrame
    lanes: gpd.GeoDataFrame
    fire: FireAccess


@dataclass(frozen=True, eq=False)
class Workings:
    """An area held to a standard, by one walking group at one moment."""

    area: StudyArea
    norm: Standard
    group: str
    at: str | datetime | None

    @cached_property
    def people(self) -> pd.DataFrame:
        """Homes and who lives in them."""
        return homes(self.area)

    @cached_property
    def merged(self) -> pd.Series[str]:
        """Block by compound."""
        from spatialreno.blocks import compound_blocks

        return compound_blocks(self.area)

    @cached_property
    def places(self) -> dict[str, pd.Series[str]]:
        """Area, block and compound of each home."""
        return places_of(self.area, self.people, self.merged)

    @cached_property
    def weights(self) -> pd.Series[float]:
        """Weight of each kind in the score."""
        return kind_weights(self.norm, self.area.catalog.facilities)

    @cached_property
    def unread(self) -> float:
        """Share of the score's weight on norms unread in print."""
        return unread_share(self.norm, self.weights)

    @cached_property
    def access(self) -> pd.DataFrame:
        """Walk of each home to each kind."""
        return access(self.area, self.norm, self.people, group=self.group, at=self.at)

    @cached_property
    def score(self) -> pd.Series[float]:
        """Circle score of each home."""
        return scores(self.access, self.weights, self.norm.score.fade).reindex(self.people.index)

    @cached_property
    def circle(self) -> pd.DataFrame:
        """What the residents of each home reach."""
        return circle_values(self.access, self.norm, self.score).reindex(self.people.index)

    @cached_property
    def blocks(self) -> gpd.GeoDataFrame:
        """Contiguous blocks."""
        from spatialreno.blocks import merge_blocks

        return merge_blocks(self.area)

    @cached_property
    def free(self) -> gpd.GeoDataFrame:
        """Free land."""
        from spatialreno.land import free_land

        return free_land(self.area)

    @cached_property
    def lanes(self) -> gpd.GeoDataFrame:
        """Clear widths of paths."""
        from spatialreno.land import lane_widths

        return lane_widths(self.area)

    @cached_property
    def fire(self) -> FireAccess:
        """Whom a fire engine reaches."""
        from spatialreno.land import fire_access

        return fire_access(self.area)

    @property
    def has_walked(self) -> bool:
        """Whether an indicator of the living circle was asked for."""
        return "circle" in self.__dict__

    @property
    def scored(self) -> pd.DataFrame:
        """Score, residents and households of each home."""
        return pd.DataFrame({"score": self.score, **{c: self.people[c] for c in ("residents", "households")}})

    @property
    def baskets(self) -> pd.DataFrame:
        """Whether each home has each basket whole."""
        whole = {b.id: self.circle[f"basket:{b.id}"] for b in self.norm.baskets}
        return pd.DataFrame(whole, index=self.people.index)

    @property
    def ground(self) -> Ground:
        """Free land, lane widths and fire access."""
        return Ground(self.free, self.lanes, self.fire)


class NotWorkedOut:
    """Stands where a part of an evaluation was not asked for; whoever uses it is told so."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _refuse(self, *_: object) -> NoReturn:
        raise InputError(f"evaluation: {self._name} was not worked out, for only= asked for less. Leave only= out.")

    __getitem__ = __iter__ = __len__ = __bool__ = _refuse

    def __getattr__(self, name: str) -> Any:
        """Refuse everything but what copying and pickling look for."""
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse()

    def __repr__(self) -> str:
        """Say so where it is printed."""
        return f"<{self._name}: not worked out>"
