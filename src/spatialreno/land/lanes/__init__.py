"""Lanes: their clear width metre by metre, and what stands on both sides."""
