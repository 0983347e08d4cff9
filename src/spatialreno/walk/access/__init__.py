"""How far it is: travel times, the nearest of each kind, tables of distances, the graph for others."""
