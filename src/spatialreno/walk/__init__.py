"""Walking where people walk: streets, lanes and yards, stopped by walls, let through by gates."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
