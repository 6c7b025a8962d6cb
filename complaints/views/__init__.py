"""Pages of the complaint package."""
