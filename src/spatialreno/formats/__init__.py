"""Doors: reading and writing areas; every row in is a row out or a word in the report."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
