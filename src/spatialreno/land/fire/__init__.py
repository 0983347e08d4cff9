"""The fire engine: how it drives, what it reaches with its hose, and what bars it."""
