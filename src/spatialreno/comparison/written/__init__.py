"""What a written comparison says to the program that opens it."""
