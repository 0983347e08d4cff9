"""spatialreno: plan the renewal of old residential compounds (老旧小区改造) on a map.

    import spatialreno as sr
    today = sr.read_area("data/geo/xigongdi")

Every name below is imported when it is first used, so that importing the package is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_ROOMS = {
    "errors": ("RenoError", "InputError", "ScenarioError", "InfeasibleError"),
    "catalog": ("Catalog", "read_catalog"),
    "area": ("StudyArea", "assemble", "split_walls"),
    "formats": ("read_area", "write_area", "check_area", "adopt", "import_osm", "new_area"),
    "scenario": ("Scenario", "demolish", "alter", "build", "read_scenario", "write_scenario"),
    "optimise": ("Solution",),
    "land": ("free_land", "freed_land", "candidate_sites"),
    "blocks": ("merge_blocks", "compound_blocks"),
    "walk": (
        "walk_network",
        "travel_times",
        "nearest",
        "walk_distances",
        "isochrones",
        "paths_from_networkx",
    ),
    "siting": ("site_facilities",),
    "indicators": ("Evaluation", "evaluate"),
    "comparison": ("Comparison", "compare"),
    "maps": ("Page", "draw", "report"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Catalog",
    "Comparison",
    "Evaluation",
    "InfeasibleError",
    "InputError",
    "Page",
    "RenoError",
    "Scenario",
    "ScenarioError",
    "Solution",
    "StudyArea",
    "adopt",
    "alter",
    "assemble",
    "build",
    "candidate_sites",
    "check_area",
    "compare",
    "compound_blocks",
    "demolish",
    "draw",
    "evaluate",
    "free_land",
    "freed_land",
    "import_osm",
    "isochrones",
    "merge_blocks",
    "nearest",
    "new_area",
    "paths_from_networkx",
    "read_area",
    "read_catalog",
    "read_scenario",
    "report",
    "site_facilities",
    "split_walls",
    "travel_times",
    "walk_distances",
    "walk_network",
    "write_area",
    "write_scenario",
]

if TYPE_CHECKING:
    from spatialreno.area import StudyArea, assemble, split_walls
    from spatialreno.blocks import compound_blocks, merge_blocks
    from spatialreno.catalog import Catalog, read_catalog
    from spatialreno.comparison import Comparison, compare
    from spatialreno.errors import InfeasibleError, InputError, RenoError, ScenarioError
    from spatialreno.formats import adopt, check_area, import_osm, new_area, read_area, write_area
    from spatialreno.indicators import Evaluation, evaluate
    from spatialreno.land import candidate_sites, free_land, freed_land
    from spatialreno.maps import Page, draw, report
    from spatialreno.optimise import Solution
    from spatialreno.scenario import Scenario, alter, build, demolish, read_scenario, write_scenario
    from spatialreno.siting import site_facilities
    from spatialreno.walk import (
        isochrones,
        nearest,
        paths_from_networkx,
        travel_times,
        walk_distances,
        walk_network,
    )


def __getattr__(name: str) -> Any:
    """Import a public name from its room when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'spatialreno' has no attribute {name!r}")
    return getattr(import_module(f"spatialreno.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, "__version__"])
