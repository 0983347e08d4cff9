"""Words for people in two languages, numbers as they read them, and the one door for HTML."""
