"""spatialreno: plan the renewal of old residential compounds (老旧小区改造) on a map.

    import spatialreno as sr
    today = sr.read_area("data/geo/xigongdi")

The names are written once, in ``__init__.pyi`` beside this file; each is imported when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
