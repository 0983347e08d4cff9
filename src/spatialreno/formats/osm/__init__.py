"""OpenStreetMap: extracts read, tags understood, walls inferred, services asked."""
