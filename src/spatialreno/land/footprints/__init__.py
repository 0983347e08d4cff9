"""What fits where: sites for a footprint, several at once, and the removals that make room."""
