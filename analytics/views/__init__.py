"""Pages of the analytics package."""
