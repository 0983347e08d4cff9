"""Clusters (组团): compounds planned, financed and managed as one."""
