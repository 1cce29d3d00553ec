"""A row changed by hand: the panel, its editors and tables."""
