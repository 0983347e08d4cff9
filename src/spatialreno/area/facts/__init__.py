"""What an area says in one place: each fact is defined once, and everybody asks here."""
