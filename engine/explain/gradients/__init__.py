"""Gradients of networks: path integrals between rows."""
