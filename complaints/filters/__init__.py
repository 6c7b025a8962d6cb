"""FilterSets of the complaint package, by noun: one for page, API and export."""
