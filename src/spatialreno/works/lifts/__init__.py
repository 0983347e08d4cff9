"""Lifts added to stairwells: where there is room, and whose sun they take."""
