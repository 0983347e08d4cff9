"""Walking on street centrelines alone, for whole cities that nobody has surveyed."""
