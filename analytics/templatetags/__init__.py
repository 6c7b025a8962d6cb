"""Template tags of the analytics package."""
