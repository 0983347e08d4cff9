"""What shows itself: in a notebook by its value, as a plot, and as a folium map."""

from __future__ import annotations

import importlib
from typing import Any

# Pictures are made by a room above. It is found by its name when one is asked for, as pandas finds who plots for it.
_PICTURES = "spatialreno.maps"


class Shown:
    """A value that a notebook shows as a small map and table, and that can be plotted and explored."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Show the value in a notebook; nothing in it is script, and every name is text."""
        return str(_pictures().inline(self))

    def plot(self, **how: Any) -> Any:
        """Draw a still plan with matplotlib and return its axes: ``sr.maps.plot(this, …)``."""
        return _pictures().plot(self, **how)

    def explore(self, **how: Any) -> Any:
        """Draw an ordinary folium map: ``sr.folium_map(this, …)``."""
        return _pictures().folium_map(self, **how)


def _pictures() -> Any:
    return importlib.import_module(_PICTURES)
