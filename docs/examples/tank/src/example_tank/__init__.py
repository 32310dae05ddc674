"""Simulates the level of a tank with an overflow."""
