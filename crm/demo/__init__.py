"""The demo company: a training provider with three years of life, the same every time it is made."""
