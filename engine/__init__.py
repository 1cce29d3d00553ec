"""The engine: everything that computes. Knows nothing of Qt."""
