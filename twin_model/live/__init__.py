"""Live data: last values, who gets what, replay."""
