"""Forms of the complaint package: they clean what people type."""
