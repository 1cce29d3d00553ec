"""Readings of feature effects."""
