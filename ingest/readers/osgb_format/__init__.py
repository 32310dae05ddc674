"""The OpenSceneGraph native binary format: reading (versions 80 to 161) and a small writer."""
