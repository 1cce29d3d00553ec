"""Saved groups and their error rates."""
