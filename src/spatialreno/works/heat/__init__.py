"""District heating: the load, the stations, the pipes to every stair unit."""
