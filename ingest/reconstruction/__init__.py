"""Photographs to a metric scene: poses, surface, true orthophoto, and how good they are."""
