"""The one streaming engine: traversal, loading, cache."""
