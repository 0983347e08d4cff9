"""A large district: homes by tile, so that only one tile's walks are at hand at once."""
