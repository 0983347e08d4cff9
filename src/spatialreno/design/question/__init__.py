"""The question of a design: what may open, what it costs, whom it asks, what it is good for, what it keeps to."""
