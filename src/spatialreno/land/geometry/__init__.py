"""Growing, shrinking and fitting shapes, exact at corners."""
