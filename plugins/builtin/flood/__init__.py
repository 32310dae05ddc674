"""Surface flooding: shallow water on a terrain with buildings."""
