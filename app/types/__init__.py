"""The editor of entity types."""
