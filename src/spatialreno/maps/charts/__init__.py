"""Charts that pages and reports share."""
