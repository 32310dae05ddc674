"""Everything a user can do, one command each, used by menu, toolbar, palette and console."""
