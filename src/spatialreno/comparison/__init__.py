"""Today and the options side by side (方案比选)."""

from spatialreno.comparison.options import Comparison, compare

__all__ = ["Comparison", "compare"]
