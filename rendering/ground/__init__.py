"""What the ground is made of: heights, imagery, and features painted on it."""
