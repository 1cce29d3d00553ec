"""Permutation and drop-column importance."""
