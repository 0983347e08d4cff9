"""Pages of what the tool proposes: designs, clusters, what is worth together."""
