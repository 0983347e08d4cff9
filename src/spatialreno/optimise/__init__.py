"""Optimise: the solver, its bounds, and the answer that is itself a scenario."""

from spatialreno.optimise.milp import Milp, MilpResult, relative_gap, solve_milp
from spatialreno.optimise.solution import Solution

__all__ = ["Milp", "MilpResult", "Solution", "relative_gap", "solve_milp"]
