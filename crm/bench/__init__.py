"""The benchmark: figures and ratios of the paths that must stay fast, written to docs/benchmarks.md."""
