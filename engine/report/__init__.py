"""Results and findings to documents (rooms to come)."""
