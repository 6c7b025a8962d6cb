"""Verbs of the analytics package."""
