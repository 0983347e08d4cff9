"""Scenarios (改造方案): the three verbs 拆 改 建, named sets of them, and their bill of quantities."""

from spatialreno.scenario.files import read_scenario, write_scenario
from spatialreno.scenario.interventions import Alter, Build, Demolish, Intervention, alter, build, demolish
from spatialreno.scenario.scenario import Scenario

__all__ = [
    "Alter",
    "Build",
    "Demolish",
    "Intervention",
    "Scenario",
    "alter",
    "build",
    "demolish",
    "read_scenario",
    "write_scenario",
]
