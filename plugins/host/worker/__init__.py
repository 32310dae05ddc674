"""What runs in a worker's process. Imports nothing that a plugin's own environment may lack."""
