"""Readings of feature importance."""
