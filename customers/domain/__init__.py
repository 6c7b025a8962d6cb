"""Verbs of the customer package."""
