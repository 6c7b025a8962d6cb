"""Portraits of complainants: read from the tables, described, stored at night."""
