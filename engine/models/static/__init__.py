"""What is in a model file, read without running or importing any of it."""
