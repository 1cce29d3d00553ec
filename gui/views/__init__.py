"""Plots with their few controls, of which panels are made."""
