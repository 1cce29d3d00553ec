"""Predictions and errors, row by row."""
