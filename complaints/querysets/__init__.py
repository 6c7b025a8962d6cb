"""Querysets of the complaint package, by noun."""
