"""Model structure: weights, trees, shape functions; surrogates."""
