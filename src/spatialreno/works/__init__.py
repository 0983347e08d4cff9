"""Works: lifts."""

from spatialreno.works.lift_sun import LiftSun, shade_lifts, sun_is_known
from spatialreno.works.lifts import fit_lifts, stairwells

__all__ = ["LiftSun", "fit_lifts", "shade_lifts", "stairwells", "sun_is_known"]
