"""LIME: the panel, its pictures and tables."""
