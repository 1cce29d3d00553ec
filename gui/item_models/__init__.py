"""Models behind tables."""
