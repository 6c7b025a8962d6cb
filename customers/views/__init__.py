"""Pages of the customer package."""
