"""What the standards and the house say, as data: read once, carried by every area."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
