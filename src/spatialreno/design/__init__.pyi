from .candidates import find_candidates as find_candidates
from .candidates import scenario_of as scenario_of
from .costs import opening_costs as opening_costs
from .design import Design as Design
from .design_openings import design_openings as design_openings
from .goals import find_goal as find_goal
from .study import Study as Study
