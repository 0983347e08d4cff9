from .evaluation import Evaluation as Evaluation
from .evaluation import evaluate as evaluate
from .rows import indicator_title as indicator_title
