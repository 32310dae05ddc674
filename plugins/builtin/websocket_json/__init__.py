"""Live values from WebSockets that send JSON."""
