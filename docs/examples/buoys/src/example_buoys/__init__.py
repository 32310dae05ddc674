"""Entity types, symbols and classes of buoys."""
