"""Design (方案生成): options that the tool proposes, each with its proven bound."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
