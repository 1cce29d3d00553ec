"""Readings of SHAP values and interactions."""
