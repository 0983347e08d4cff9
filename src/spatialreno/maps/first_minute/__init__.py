"""What a leader takes in within a minute: a sentence, pictures, one table, bars, a title block."""
