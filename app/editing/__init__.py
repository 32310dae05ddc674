"""Changing the twin from the window: forms from the types, drawing, relations, history."""
