"""What stands and who walks: one state of an area over its fabric, at a moment, for a group."""
