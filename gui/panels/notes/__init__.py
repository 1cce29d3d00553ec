"""Notes of the case."""
