"""Live values and alarms of the open project in the window."""
