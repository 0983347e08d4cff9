from .merge import compound_blocks as compound_blocks
from .merge import merge_blocks as merge_blocks
from .openings import open_frontages as open_frontages
from .spans import frontages as frontages
