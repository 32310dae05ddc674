"""What the built-in connectors share: connections, templates, payloads, and the way into the twin.

No plugin of its own; the connectors beside it import it, and it uses the SDK only.
"""
