"""Simulations: scenarios, couplings, the conductor's clock, runs and what comes of them."""
