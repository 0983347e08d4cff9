from .access import access as access
from .circle import circle_values as circle_values
from .circle import kind_weights as kind_weights
from .circle import scores as scores
from .evaluation import Evaluation as Evaluation
from .evaluation import evaluate as evaluate
from .rows import indicator_title as indicator_title
