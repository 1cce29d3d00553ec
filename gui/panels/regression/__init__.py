"""Residuals of a regression."""
