"""Who pays, when, and what is short (资金平衡)."""
