"""One module a kind of layer."""
