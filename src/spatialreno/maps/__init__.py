"""Pages to look at: options compared on a map, a page to try plans on, a report to print."""

from spatialreno.maps.live_page import live
from spatialreno.maps.page import Page, draw
from spatialreno.maps.paper import report

__all__ = ["Page", "draw", "live", "report"]
