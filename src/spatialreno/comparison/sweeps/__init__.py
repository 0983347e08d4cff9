"""Many plans in one table, and which of them no other beats."""
