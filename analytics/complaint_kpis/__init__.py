"""Figures of complaints and service: sums kept by day and month, definitions, and what a page says."""
