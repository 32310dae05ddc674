"""Live values from web addresses asked again and again."""
