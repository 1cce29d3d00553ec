"""What if: a row changed by hand."""
