"""What stays after renewal: management taken over, the upkeep fund, and how fees and collection move."""
