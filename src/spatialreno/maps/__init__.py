"""Pages to look at: options compared on a map, a page to try plans on, reports and sheets to print."""

from spatialreno.maps.handouts import owner_sheets
from spatialreno.maps.live_page import live
from spatialreno.maps.page import Page, draw
from spatialreno.maps.paper import report
from spatialreno.maps.papers import save_report
from spatialreno.maps.programme import draw_programme
from spatialreno.maps.reach import draw_reach
from spatialreno.maps.section import draw_section

__all__ = [
    "Page",
    "draw",
    "draw_programme",
    "draw_reach",
    "draw_section",
    "live",
    "owner_sheets",
    "report",
    "save_report",
]
