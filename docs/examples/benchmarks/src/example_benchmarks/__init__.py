"""Reads survey benchmarks from .bench files."""
