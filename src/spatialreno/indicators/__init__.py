"""Indicators (指标): what an area offers its residents, held against a planning standard."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
