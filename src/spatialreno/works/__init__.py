"""Works: lifts."""

from spatialreno.works.lift_sun import LiftSun, lift_sun
from spatialreno.works.lifts import lift_fit, stairwells

__all__ = ["LiftSun", "lift_fit", "lift_sun", "stairwells"]
