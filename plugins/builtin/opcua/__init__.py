"""Live values from OPC UA servers."""
