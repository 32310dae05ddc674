"""Alarms in the window, beside their panel: arranging, the tree, notification, replay."""
