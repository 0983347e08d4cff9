"""Pages to look at: one offline file that compares options on a map."""

from spatialreno.maps.page import Page, draw
from spatialreno.maps.printed import report

__all__ = ["Page", "draw", "report"]
