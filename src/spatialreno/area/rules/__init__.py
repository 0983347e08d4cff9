"""The rules that layers are held to: one rule, one function, one message with its mend."""
