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
        """Draw a still plan with matplotlib and return its axes: ``sr.maps.plot(this, …)``.

        Parameters
        ----------
        **how
            What ``sr.maps.plot`` takes: ``option``, ``layers``, ``lang``.

        Returns
        -------
        matplotlib.axes.Axes
            In the area's CRS, in metres, at a true scale.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> west, east = today.plot(layers=["compounds"], lang="en").get_xlim()
        >>> bool(west < today.compounds.total_bounds[0] < today.compounds.total_bounds[2] < east)
        True
        """
        return _pictures().plot(self, **how)

    def explore(self, **how: Any) -> Any:
        """Draw an ordinary folium map: ``sr.folium_map(this, …)``.

        Parameters
        ----------
        **how
            What ``sr.folium_map`` takes: ``option``, ``layers``, ``m``, ``lang``.

        Returns
        -------
        folium.Map
            To show in a notebook, to add layers to, or to save.

        Examples
        --------
        >>> import spatialreno as sr
        >>> plan = sr.read_area("data/geo/xigongdi").explore(layers=["compounds"], lang="en")
        >>> [group.layer_name for group in plan._children.values() if hasattr(group, "layer_name")]
        ['Compounds']
        """
        return _pictures().folium_map(self, **how)


def _pictures() -> Any:
    return importlib.import_module(_PICTURES)
