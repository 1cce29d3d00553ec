"""Counterfactuals: the nearest rows with another decision."""
