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
    "formats": (
        "read_area",
        "write_area",
        "check_area",
        "adopt",
        "export_area",
        "fetch_osm",
        "read_postgis",
        "write_postgis",
        "import_osm",
        "new_area",
    ),
    "scenario": ("Scenario", "demolish", "alter", "build", "read_scenario", "write_scenario"),
    "optimise": ("Solution",),
    "land": (
        "FireAccess",
        "Removals",
        "candidate_sites",
        "fewest_removals",
        "fire_access",
        "fire_blockers",
        "fit_footprints",
        "free_land",
        "freed_land",
        "land_balance",
        "lane_sections",
        "lane_widths",
        "parking_change",
    ),
    "blocks": ("merge_blocks", "compound_blocks"),
    "walk": (
        "walk_network",
        "travel_times",
        "nearest",
        "walk_distances",
        "isochrones",
        "paths_from_networkx",
        "what_if",
    ),
    "siting": ("site_facilities",),
    "works": (
        "Dig",
        "HeatPlan",
        "cut_lane",
        "fit_lifts",
        "fit_section",
        "heat_load",
        "plan_dig",
        "shade_lifts",
        "site_stations",
        "supply_heat",
    ),
    "community": (
        "Consents",
        "LiftPlan",
        "LiftTerms",
        "Management",
        "MenuChoice",
        "Register",
        "answer_checkup",
        "balance_money",
        "choose_works",
        "find_consents",
        "manage",
        "plan_lifts",
        "read_menu",
        "read_register",
        "register_facilities",
        "share_lift",
    ),
    "programme": ("Programme", "read_programme"),
    "indicators": ("Evaluation", "evaluate"),
    "comparison": ("Comparison", "People", "compare", "gather_people"),
    "maps": ("Page", "draw", "draw_programme", "draw_section", "report", "live", "owner_sheets", "save_report"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Catalog",
    "Comparison",
    "Consents",
    "Dig",
    "Evaluation",
    "FireAccess",
    "HeatPlan",
    "InfeasibleError",
    "InputError",
    "LiftPlan",
    "LiftTerms",
    "Management",
    "MenuChoice",
    "Page",
    "People",
    "Programme",
    "Register",
    "Removals",
    "RenoError",
    "Scenario",
    "ScenarioError",
    "Solution",
    "StudyArea",
    "adopt",
    "alter",
    "answer_checkup",
    "assemble",
    "balance_money",
    "build",
    "candidate_sites",
    "check_area",
    "choose_works",
    "compare",
    "compound_blocks",
    "cut_lane",
    "demolish",
    "draw",
    "draw_programme",
    "draw_section",
    "evaluate",
    "export_area",
    "fetch_osm",
    "fewest_removals",
    "find_consents",
    "fire_access",
    "fire_blockers",
    "fit_footprints",
    "fit_lifts",
    "fit_section",
    "free_land",
    "freed_land",
    "gather_people",
    "heat_load",
    "import_osm",
    "isochrones",
    "land_balance",
    "lane_sections",
    "lane_widths",
    "live",
    "manage",
    "merge_blocks",
    "nearest",
    "new_area",
    "owner_sheets",
    "parking_change",
    "paths_from_networkx",
    "plan_dig",
    "plan_lifts",
    "read_area",
    "read_catalog",
    "read_menu",
    "read_postgis",
    "read_programme",
    "read_register",
    "read_scenario",
    "register_facilities",
    "report",
    "save_report",
    "shade_lifts",
    "share_lift",
    "site_facilities",
    "site_stations",
    "split_walls",
    "supply_heat",
    "travel_times",
    "walk_distances",
    "walk_network",
    "what_if",
    "write_area",
    "write_postgis",
    "write_scenario",
]

if TYPE_CHECKING:
    from spatialreno.area import StudyArea, assemble, split_walls
    from spatialreno.blocks import compound_blocks, merge_blocks
    from spatialreno.catalog import Catalog, read_catalog
    from spatialreno.community import (
        Consents,
        LiftPlan,
        LiftTerms,
        Management,
        MenuChoice,
        Register,
        answer_checkup,
        balance_money,
        choose_works,
        find_consents,
        manage,
        plan_lifts,
        read_menu,
        read_register,
        register_facilities,
        share_lift,
    )
    from spatialreno.comparison import Comparison, People, compare, gather_people
    from spatialreno.errors import InfeasibleError, InputError, RenoError, ScenarioError
    from spatialreno.formats import (
        adopt,
        check_area,
        export_area,
        fetch_osm,
        import_osm,
        new_area,
        read_area,
        read_postgis,
        write_area,
        write_postgis,
    )
    from spatialreno.indicators import Evaluation, evaluate
    from spatialreno.land import (
        FireAccess,
        Removals,
        candidate_sites,
        fewest_removals,
        fire_access,
        fire_blockers,
        fit_footprints,
        free_land,
        freed_land,
        land_balance,
        lane_sections,
        lane_widths,
        parking_change,
    )
    from spatialreno.maps import Page, draw, draw_programme, draw_section, live, owner_sheets, report, save_report
    from spatialreno.optimise import Solution
    from spatialreno.programme import Programme, read_programme
    from spatialreno.scenario import Scenario, alter, build, demolish, read_scenario, write_scenario
    from spatialreno.siting import site_facilities
    from spatialreno.walk import (
        isochrones,
        nearest,
        paths_from_networkx,
        travel_times,
        walk_distances,
        walk_network,
        what_if,
    )
    from spatialreno.works import (
        Dig,
        HeatPlan,
        cut_lane,
        fit_lifts,
        fit_section,
        heat_load,
        plan_dig,
        shade_lifts,
        site_stations,
        supply_heat,
    )


def __getattr__(name: str) -> Any:
    """Import a public name from its room when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'spatialreno' has no attribute {name!r}")
    return getattr(import_module(f"spatialreno.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, "__version__"])
