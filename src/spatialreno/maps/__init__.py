"""Pages to look at: one offline file that compares options on a map."""

from spatialreno.maps.page import Page, draw
from spatialreno.maps.paper import report
from spatialreno.maps.section import draw_section

__all__ = ["Page", "draw", "draw_section", "report"]
