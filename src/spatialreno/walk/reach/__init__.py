"""What is reached within minutes, as ground and as lines, and what a plan changes of it."""
