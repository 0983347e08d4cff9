"""One dig for all pipes: where they fit, in which order across, what it saves."""
