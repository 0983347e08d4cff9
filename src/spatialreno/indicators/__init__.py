"""Indicators (指标): what an area offers its residents, held against a planning standard."""

from spatialreno.indicators.evaluation import Evaluation, evaluate
from spatialreno.indicators.rows import indicator_title

__all__ = ["Evaluation", "evaluate", "indicator_title"]
