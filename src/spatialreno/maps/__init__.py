"""Pages to look at: options compared on a map, a page to try plans on, reports and sheets to print."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
