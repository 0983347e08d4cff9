"""Worth together (集中连片): who brings what, and how it may be shared."""
