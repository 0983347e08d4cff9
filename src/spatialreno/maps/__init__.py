"""Pages to look at: one offline file that compares options on a map."""

from spatialreno.maps.page import Page, draw
from spatialreno.maps.paper import report
from spatialreno.maps.programme import draw_programme

__all__ = ["Page", "draw", "draw_programme", "report"]
