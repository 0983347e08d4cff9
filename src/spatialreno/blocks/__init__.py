"""Contiguous blocks (集中连片): compounds whose shared boundary is open."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
