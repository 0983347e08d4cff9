"""One A4 for the residents of each compound (居民明白纸): what they get, what it costs them, when, how to vote."""
