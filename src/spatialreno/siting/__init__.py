"""Siting: where a facility serves best, and by how much that is proven."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
