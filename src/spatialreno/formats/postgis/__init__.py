"""A bureau's PostGIS: areas and results, in one transaction or not at all."""
