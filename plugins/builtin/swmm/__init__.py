"""Sewers: SWMM."""
