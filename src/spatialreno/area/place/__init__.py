"""Where things lie: coordinate systems, shifts, the sides of walls, what lies in which compound."""
