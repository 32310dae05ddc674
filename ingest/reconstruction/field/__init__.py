"""A radiance field of the photographs (nerfstudio): its environment, training and surface."""
