"""Draws vehicles that circle, and a field of their speed."""
