"""Pictures of a row changed by hand."""
