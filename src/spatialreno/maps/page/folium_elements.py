"""Small folium elements: a layer of the plan, the panel that sets the page going, a guest; and an ordinary map."""

from __future__ import annotations

from typing import Any, cast

from folium import LayerControl, Map
from folium.map import Layer
from folium.template import Template


class PlanLayer(Layer):
    """A layer of the plan, given as data that our script draws.

    Parameters
    ----------
    payload : str
        Written by ``door.data``.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = spatialreno.layer({{ this._parent.get_name() }}, {{ this.payload }});"
        "{% endmacro %}"
    )

    def __init__(self, payload: str) -> None:
        super().__init__(overlay=True, control=False, show=False)
        self._name = "PlanLayer"
        self.payload = payload


class Panel(Layer):
    """The panel after the map, and the call that builds controls, legend and tabs once all layers are there.

    Parameters
    ----------
    markup : str
        Written by ``door.tag``.
    settings : str
        Written by ``door.data``.
    start : str
        Our own function that is called.
    """

    _template = Template(
        "{% macro html(this, kwargs) %}{{ this.markup }}{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "spatialreno.{{ this.start }}({{ this._parent.get_name() }}, {{ this.settings }});"
        "{% endmacro %}"
    )

    def __init__(self, markup: str, settings: str, *, start: str = "start") -> None:
        super().__init__(overlay=True, control=False, show=False)
        self._name = "Panel"
        self.markup = markup
        self.settings = settings
        self.start = start


class Guest(Layer):
    """Tells our script of a layer that a planner has added, so that its list of layers can switch it.

    Parameters
    ----------
    layer : folium layer
        Already on the map.
    title : str
        Written by ``door.data``.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "spatialreno.guest({{ this.layer.get_name() }}, {{ this.title }});"
        "{% endmacro %}"
    )

    def __init__(self, layer: Any, title: str) -> None:
        super().__init__(overlay=True, control=False, show=False)
        self._name = "Guest"
        self.layer = layer
        self.title = title


class PlanMap(Map):
    """An ordinary map whose layer control is written last, whatever is added after it."""

    def render(self, **how: Any) -> Any:
        """Write the map."""
        for key, child in list(self._children.items()):
            if isinstance(child, LayerControl):
                self._children.move_to_end(key)
        return cast(Any, super()).render(**how)
