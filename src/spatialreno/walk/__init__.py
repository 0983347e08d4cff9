"""Walking where people walk: streets, lanes and yards, stopped by walls, let through by gates."""

from spatialreno.walk.isochrones import isochrones
from spatialreno.walk.network import WalkNetwork, paths_from_networkx, walk_network
from spatialreno.walk.ramps import find_ramps
from spatialreno.walk.table import DistanceTable, distance_table
from spatialreno.walk.through import cut_through
from spatialreno.walk.travel import nearest, travel_times, walk_distances
from spatialreno.walk.whatif import what_if
from spatialreno.walk.who import who_reaches

__all__ = [
    "DistanceTable",
    "WalkNetwork",
    "cut_through",
    "distance_table",
    "find_ramps",
    "isochrones",
    "nearest",
    "paths_from_networkx",
    "travel_times",
    "walk_distances",
    "walk_network",
    "what_if",
    "who_reaches",
]
