"""Shows the newest values of the selected entity."""
