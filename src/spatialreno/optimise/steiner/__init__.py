"""Least nets that join all terminals: arcs, trees, cuts and the bound."""
