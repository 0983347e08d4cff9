"""Walking where people walk: streets, lanes and yards, stopped by walls, let through by gates."""

from spatialreno.walk.isochrones import isochrones
from spatialreno.walk.network import WalkNetwork, paths_from_networkx, walk_network
from spatialreno.walk.stored import load_fabric, save_fabric
from spatialreno.walk.travel import nearest, travel_times, walk_distances
from spatialreno.walk.whatif import what_if

__all__ = [
    "WalkNetwork",
    "isochrones",
    "load_fabric",
    "nearest",
    "paths_from_networkx",
    "save_fabric",
    "travel_times",
    "walk_distances",
    "walk_network",
    "what_if",
]
