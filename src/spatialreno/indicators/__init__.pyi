from .evaluation import Evaluation as Evaluation
from .evaluation import evaluate as evaluate
from .gains import gain_values as gain_values
from .gains import who_gains as who_gains
from .rows import indicator_title as indicator_title
