"""The proof of a design: cuts, the master problem, and the hunt for better choices."""
