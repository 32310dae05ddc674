"""How things look that bring no look of their own."""
