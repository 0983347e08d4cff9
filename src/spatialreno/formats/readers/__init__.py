"""Files of others: what they are, and how each kind is read."""
