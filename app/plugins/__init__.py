"""Plugins in the window: their docks, commands, and what guards the window against them."""
