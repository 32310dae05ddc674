"""Lists what is higher than a limit."""
