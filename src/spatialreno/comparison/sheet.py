"""A table to read, printed whole with Chinese titles aligned; and what those who write a comparison read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.community import Consents
    from spatialreno.comparison.works import Works
    from spatialreno.indicators import Evaluation
    from spatialreno.scenario import Bill, Scenario


class Sheet(pd.DataFrame):
    """A DataFrame that prints all its rows and columns; what is computed from it is a plain DataFrame."""

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    def __repr__(self) -> str:
        """Write the whole table."""
        with pd.option_context("display.unicode.east_asian_width", True):
            return self.to_string(float_format=_number, na_rep="—")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.3f}"


class Compared(Protocol):
    """Today and the options side by side: tables and answers by option name, ``today`` first."""

    @property
    def today(self) -> StudyArea:
        """The area as it is."""

    @property
    def areas(self) -> Mapping[str, StudyArea]:
        """By option."""

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The options whole."""

    @property
    def evaluations(self) -> Mapping[str, Evaluation]:
        """By option."""

    @property
    def ledgers(self) -> Mapping[str, pd.DataFrame]:
        """What each option touches."""

    @property
    def blocks(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Blocks by option."""

    @property
    def freed(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Freed land by option."""

    @property
    def gained(self) -> Mapping[str, pd.DataFrame]:
        """Homes before and after, by option."""

    @property
    def isochrones(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Walks by option."""

    @property
    def consents(self) -> Mapping[str, Consents]:
        """Who must agree, by option."""

    @property
    def works(self) -> Mapping[str, Works]:
        """Heat, dig and lifts, by option."""

    @property
    def checkups(self) -> dict[str, pd.DataFrame]:
        """What each compound lacks with each option."""

    @property
    def reach_changes(self) -> dict[str, gpd.GeoDataFrame]:
        """What the walks of each option gain and lose beside today's."""

    @property
    def provenance(self) -> dict[str, Any]:
        """What the numbers rest on."""

    def leaders(self) -> pd.DataFrame:
        """Give the leaders' table."""

    def table(self, *, rounded: bool = False) -> pd.DataFrame:
        """Give every finding of every option."""

    def change(self, *, rounded: bool = False) -> pd.DataFrame:
        """Give what each option changes."""

    def bill(self) -> Bill:
        """Give the one bill."""

    def notes(self) -> list[tuple[str, str]]:
        """Give what a reviewer should know."""
