"""Customer arithmetic: values in, values out. No Django, no clock, no hidden randomness."""
