"""Water networks: EPANET."""
