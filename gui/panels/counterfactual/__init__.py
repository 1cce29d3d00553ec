"""Counterfactuals: the panel and its tables."""
