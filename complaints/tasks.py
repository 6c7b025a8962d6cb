"""Background work of the package: ids in, one domain call, safe to run twice."""
