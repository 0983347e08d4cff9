"""Programme: many projects, told by district and year."""

from spatialreno.programme.programme import Programme
from spatialreno.programme.read import read_programme

__all__ = ["Programme", "read_programme"]
