"""Forms of the customer package: they clean what people type."""
