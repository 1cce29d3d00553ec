"""Readings of the model structure and of surrogate trees."""
