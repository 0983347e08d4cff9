"""Many areas at once: each compared by itself, told by area and in all."""
