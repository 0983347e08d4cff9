"""Openings tried one at a time: who gains, who comes through, who loses at night."""
