"""People on foot: JuPedSim."""
