"""Scenarios (改造方案): the three verbs 拆 改 建, named sets of them, and their bill of quantities."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
