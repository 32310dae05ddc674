"""Ground, buildings and trees out of points and surfaces, as entities to be reviewed."""
