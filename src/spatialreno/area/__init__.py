"""The noun: a study area (更新片区) of checked layers, and how it is put together."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
