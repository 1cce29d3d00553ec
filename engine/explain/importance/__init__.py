"""Feature importance: permutation and drop-column."""
