from .merge import compound_blocks as compound_blocks
from .merge import merge_blocks as merge_blocks
from .merging import Merging as Merging
from .merging import least_sets as least_sets
from .merging import merging_sets as merging_sets
from .openings import open_frontages as open_frontages
from .spans import frontages as frontages
