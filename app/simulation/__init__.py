"""Simulation in the window: scenarios, runs under way, and runs shown in the scene."""
