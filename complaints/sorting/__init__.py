"""What the lists may be sorted by, by noun: the same on pages, in the API and in exports."""
