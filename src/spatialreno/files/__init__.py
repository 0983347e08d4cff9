"""Files written whole or not at all, row files, workbooks, manifests, and a child process with limits."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
