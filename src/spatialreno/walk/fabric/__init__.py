"""The fabric: corners that see each other and what lies between them; made once a survey."""
