"""Takes values from a server that sends a line for each."""
