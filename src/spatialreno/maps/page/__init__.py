"""Pages with a map: the comparison, reach, faults and the programme."""
