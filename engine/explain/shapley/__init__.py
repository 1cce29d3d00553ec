"""Shapley values and interactions."""
