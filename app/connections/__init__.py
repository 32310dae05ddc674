"""Connections of a project: what runs them, with a window and without one."""
