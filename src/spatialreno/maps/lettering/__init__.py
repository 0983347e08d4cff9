"""Letters on paper: fonts that hold Chinese, and lines of text drawn at little cost."""
