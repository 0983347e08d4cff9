"""Works: heat for the quarter, one dig for all that lies under the lanes, and lifts."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
