"""Consent as work: who sees whom, with which papers, by when, and whom to see next (包联走访)."""
