"""Shortest walks over a fabric: the queue, chains of hops contracted, and the search over them."""
