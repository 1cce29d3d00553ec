"""LIME: local linear models."""
