from .design import Design as Design
from .design_openings import design_openings as design_openings
from .proof.study import Study as Study
from .question.candidates import find_candidates as find_candidates
from .question.candidates import scenario_of as scenario_of
from .question.costs import opening_costs as opening_costs
from .question.goals import find_goal as find_goal
