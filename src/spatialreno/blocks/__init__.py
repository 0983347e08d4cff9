"""Contiguous blocks (集中连片): compounds whose shared boundary is open."""

from spatialreno.blocks.merge import compound_blocks, merge_blocks
from spatialreno.blocks.openings import open_frontages

__all__ = ["compound_blocks", "merge_blocks", "open_frontages"]
