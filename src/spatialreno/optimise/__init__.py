"""Optimise: the solver, its bounds, and the answer that is itself a scenario."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
