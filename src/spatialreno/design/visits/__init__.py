"""What to survey next: what is assumed, and what would be chosen if it were otherwise."""
