"""Free land: what nobody uses, what a plan frees and takes, and the account that adds up."""
