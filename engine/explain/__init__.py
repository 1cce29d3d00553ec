"""Explanations of a model and of single predictions, one package a family."""
