"""Drawings: opened in the script they are in, taken apart, sorted into layers, with the texts that stand in them."""
