"""Makes the demo city live: plausible devices, calm for a while, then an upset, then a flood."""
