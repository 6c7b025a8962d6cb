"""Likely next complainers: signs as they stood on a day, a nightly run, the call that it suggests."""
