"""Canvases that draw results."""
