"""What the standards and the house say, as data: read once, carried by every area."""

from spatialreno.catalog.catalog import Catalog, catalog_tables, read_catalog
from spatialreno.catalog.layers import Column, Layer

__all__ = ["Catalog", "Column", "Layer", "catalog_tables", "read_catalog"]
