"""Functional mock-up units, FMI 2 and 3."""
