"""The noun: a study area (更新片区) of checked layers, and how it is put together."""

from spatialreno.area.assemble import assemble
from spatialreno.area.split import split_walls
from spatialreno.area.study_area import StudyArea

__all__ = ["StudyArea", "assemble", "split_walls"]
