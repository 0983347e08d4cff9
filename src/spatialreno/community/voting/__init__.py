"""Votes of owners: homes, rules of counting, ballots, the fewest still to be won."""
