"""Metrics with their intervals."""
