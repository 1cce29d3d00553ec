"""Pictures of contributions: each shows the same numbers in its own way."""
