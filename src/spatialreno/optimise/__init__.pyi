<<<<<<< HEAD
from .growing import GrowingLp as GrowingLp
from .growing import Row as Row
from .growing import milp_of as milp_of
=======
from .limit import Limit as Limit
>>>>>>> main
from .milp import Milp as Milp
from .milp import MilpResult as MilpResult
from .milp import relative_gap as relative_gap
from .milp import solve_milp as solve_milp
from .solution import Solution as Solution
from .steiner.cuts import CutModel as CutModel
from .steiner.cuts import add_net as add_net
from .steiner.cuts import solve_cuts as solve_cuts
from .steiner.heuristic import pruned as pruned
from .steiner.heuristic import shortest_path_tree as shortest_path_tree
from .steiner.net import FloatArray as FloatArray
from .steiner.net import IntArray as IntArray
from .steiner.net import Net as Net
from .steiner.net import make_net as make_net
from .steiner.net import reached as reached
from .steiner.tree import Tree as Tree
from .steiner.tree import least_tree as least_tree
