"""An area as files: folders, files of others gathered and joined, checks, proposals and exports."""
