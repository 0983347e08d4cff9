"""Whole millimetres: the frame of an area, drawings cut where they meet, and what is compiled."""
