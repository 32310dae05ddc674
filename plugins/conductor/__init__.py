"""Runs of scenarios in a process of their own, which has a process for each simulator."""
