"""Models behind the lists of the panels."""
