"""The Reconstruct layout: photographs, their check, settings, steps, runs and reports."""
