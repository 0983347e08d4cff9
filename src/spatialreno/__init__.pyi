from . import (
    area as area,
)
from . import (
    blocks as blocks,
)
from . import (
    catalog as catalog,
)
from . import (
    community as community,
)
from . import (
    comparison as comparison,
)
from . import (
    design as design,
)
from . import (
    errors as errors,
)
from . import (
    files as files,
)
from . import (
    formats as formats,
)
from . import (
    indicators as indicators,
)
from . import (
    land as land,
)
from . import (
    maps as maps,
)
from . import (
    optimise as optimise,
)
from . import (
    programme as programme,
)
from . import (
    scale as scale,
)
from . import (
    scenario as scenario,
)
from . import (
    siting as siting,
)
from . import (
    walk as walk,
)
from . import (
    works as works,
)
from ._version import __version__ as __version__
from .area import StudyArea as StudyArea
from .area import assemble as assemble
from .area import split_walls as split_walls
from .blocks import compound_blocks as compound_blocks
from .blocks import merge_blocks as merge_blocks
from .catalog import Catalog as Catalog
from .catalog import read_catalog as read_catalog
from .community import (
    Consents as Consents,
)
from .community import (
    LiftPlan as LiftPlan,
)
from .community import (
    LiftTerms as LiftTerms,
)
from .community import (
    Management as Management,
)
from .community import (
    MenuChoice as MenuChoice,
)
from .community import (
    Register as Register,
)
from .community import (
    answer_checkup as answer_checkup,
)
from .community import (
    balance_money as balance_money,
)
from .community import (
    choose_works as choose_works,
)
from .community import (
    find_consents as find_consents,
)
from .community import (
    manage as manage,
)
from .community import (
    plan_lifts as plan_lifts,
)
from .community import (
    read_menu as read_menu,
)
from .community import (
    read_register as read_register,
)
from .community import (
    register_facilities as register_facilities,
)
from .community import (
    share_lift as share_lift,
)
from .comparison import (
    Comparison as Comparison,
)
from .comparison import (
    People as People,
)
from .comparison import (
    compare as compare,
)
from .comparison import (
    compare_areas as compare_areas,
)
from .comparison import (
    gather_people as gather_people,
)
from .comparison import (
    write_postgis_results as write_postgis_results,
)
from .design import (
    Design as Design,
)
from .design import (
    design_openings as design_openings,
)
from .errors import (
    InfeasibleError as InfeasibleError,
)
from .errors import (
    InputError as InputError,
)
from .errors import (
    RenoError as RenoError,
)
from .errors import (
    ScenarioError as ScenarioError,
)
from .formats import (
    adopt as adopt,
)
from .formats import (
    check_area as check_area,
)
from .formats import (
    export_area as export_area,
)
from .formats import (
    fetch_osm as fetch_osm,
)
from .formats import (
    import_osm as import_osm,
)
from .formats import (
    new_area as new_area,
)
from .formats import (
    read_area as read_area,
)
from .formats import (
    read_postgis as read_postgis,
)
from .formats import (
    write_area as write_area,
)
from .formats import (
    write_postgis as write_postgis,
)
from .indicators import Evaluation as Evaluation
from .indicators import evaluate as evaluate
from .land import (
    FireAccess as FireAccess,
)
from .land import (
    Removals as Removals,
)
from .land import (
    candidate_sites as candidate_sites,
)
from .land import (
    fewest_removals as fewest_removals,
)
from .land import (
    fire_access as fire_access,
)
from .land import (
    fire_blockers as fire_blockers,
)
from .land import (
    fit_footprints as fit_footprints,
)
from .land import (
    free_land as free_land,
)
from .land import (
    freed_land as freed_land,
)
from .land import (
    land_balance as land_balance,
)
from .land import (
    lane_sections as lane_sections,
)
from .land import (
    lane_widths as lane_widths,
)
from .land import (
    parking_change as parking_change,
)
from .maps import (
    Page as Page,
)
from .maps import (
    draw as draw,
)
from .maps import (
    draw_programme as draw_programme,
)
from .maps import (
    draw_reach as draw_reach,
)
from .maps import (
    draw_section as draw_section,
)
from .maps import (
    live as live,
)
from .maps import (
    owner_sheets as owner_sheets,
)
from .maps import (
    report as report,
)
from .optimise import Solution as Solution
from .programme import Programme as Programme
from .programme import read_programme as read_programme
from .scenario import (
    Scenario as Scenario,
)
from .scenario import (
    alter as alter,
)
from .scenario import (
    build as build,
)
from .scenario import (
    demolish as demolish,
)
from .scenario import (
    read_scenario as read_scenario,
)
from .scenario import (
    write_scenario as write_scenario,
)
from .siting import site_facilities as site_facilities
from .walk import (
    DistanceTable as DistanceTable,
)
from .walk import (
    StreetNetwork as StreetNetwork,
)
from .walk import (
    WhatIf as WhatIf,
)
from .walk import (
    cut_through as cut_through,
)
from .walk import (
    distance_table as distance_table,
)
from .walk import (
    find_ramps as find_ramps,
)
from .walk import (
    isochrone_change as isochrone_change,
)
from .walk import (
    isochrones as isochrones,
)
from .walk import (
    load_fabric as load_fabric,
)
from .walk import (
    nearest as nearest,
)
from .walk import (
    paths_from_networkx as paths_from_networkx,
)
from .walk import (
    reach_lines as reach_lines,
)
from .walk import (
    save_fabric as save_fabric,
)
from .walk import (
    street_isochrones as street_isochrones,
)
from .walk import (
    street_network as street_network,
)
from .walk import (
    travel_times as travel_times,
)
from .walk import (
    walk_distances as walk_distances,
)
from .walk import (
    walk_network as walk_network,
)
from .walk import (
    what_if as what_if,
)
from .walk import (
    who_reaches as who_reaches,
)
from .works import (
    Dig as Dig,
)
from .works import (
    HeatPlan as HeatPlan,
)
from .works import (
    cut_lane as cut_lane,
)
from .works import (
    fit_lifts as fit_lifts,
)
from .works import (
    fit_section as fit_section,
)
from .works import (
    heat_load as heat_load,
)
from .works import (
    plan_dig as plan_dig,
)
from .works import (
    shade_lifts as shade_lifts,
)
from .works import (
    site_stations as site_stations,
)
from .works import (
    supply_heat as supply_heat,
)
