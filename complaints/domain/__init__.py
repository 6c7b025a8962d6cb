"""Verbs of the complaint package."""
