"""Walking where people walk: streets, lanes and yards, stopped by walls, let through by gates."""

from spatialreno.walk.isochrones import isochrones
from spatialreno.walk.network import WalkNetwork, paths_from_networkx, walk_network
from spatialreno.walk.ramps import find_ramps
from spatialreno.walk.reach import isochrone_change, reach_lines
from spatialreno.walk.stored import load_fabric, save_fabric
from spatialreno.walk.street_graphs import street_network
from spatialreno.walk.street_network import StreetNetwork
from spatialreno.walk.street_shapes import street_isochrones
from spatialreno.walk.table import DistanceTable, distance_table
from spatialreno.walk.through import cut_through
from spatialreno.walk.travel import nearest, travel_times, walk_distances
from spatialreno.walk.whatif import what_if
from spatialreno.walk.who import who_reaches

__all__ = [
    "DistanceTable",
    "StreetNetwork",
    "WalkNetwork",
    "cut_through",
    "distance_table",
    "find_ramps",
    "isochrone_change",
    "isochrones",
    "load_fabric",
    "nearest",
    "paths_from_networkx",
    "reach_lines",
    "save_fabric",
    "street_isochrones",
    "street_network",
    "travel_times",
    "walk_distances",
    "walk_network",
    "what_if",
    "who_reaches",
]
