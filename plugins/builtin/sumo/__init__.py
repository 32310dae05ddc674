"""Traffic: SUMO."""
