"""Labelled choices of the complaint package, by noun."""
