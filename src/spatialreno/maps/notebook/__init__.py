"""Pictures for a notebook: values that show themselves, and ordinary folium maps."""
