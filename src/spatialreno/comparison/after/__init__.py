"""After completion (竣工后): what was built of what was planned, found again in a new survey."""
