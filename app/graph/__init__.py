"""The graph of relations: what is read, where it is drawn, and how people work on it."""
